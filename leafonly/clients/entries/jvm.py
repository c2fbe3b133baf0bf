"""Java's own clients, and those of the JVM's libraries. One entry is one client."""

from leafonly.clients.build import PROGRAMS, Build, compiled
from leafonly.clients.client import Client, Install
from leafonly.clients.error_messages import JSSE as JSSE_MESSAGES
from leafonly.clients.measured import measured
from leafonly.clients.mending import Mending
from leafonly.clients.own_trust import AS_RUN
from leafonly.clients.stack import BCJSSE, BORINGSSL, CONSCRYPT, JSSE
from leafonly.clients.trust_store import TRUSTSTORE_PASSWORD, java_truststore

__all__ = ["CLIENTS"]

_JDK = Install(
    debian="apt install default-jdk-headless",
    macos="brew install openjdk",
    windows="winget install EclipseAdoptium.Temurin.21.JDK",
)

_MAVEN = Install(
    anywhere="install a JDK and Maven, then: python -m leafonly build",
    debian="apt install default-jdk-headless maven, then: python -m leafonly build",
)

# How Java programs are told: the system-wide defaults of JSSE (its Reference Guide).
_TRUSTSTORE = (
    "-Djavax.net.ssl.trustStore={trust} "
    f"-Djavax.net.ssl.trustStorePassword={TRUSTSTORE_PASSWORD} "
)

# Off by default. The second property came later (JDK 25.0.2 has it): without it, the first
# one fetches from nowhere there; where it is not known, it is not read.
_AIA = "-Dcom.sun.security.enableAIAcaIssuers=true -Dcom.sun.security.allowedAIALocations=any "


def _by_aia(client: str) -> Mending:
    return Mending(
        clients=(client,),
        scenario="aia",
        widens="The Java process requests http and https URLs from certificates that are not "
        "verified yet; Java 17.0.15 also opens file URLs. `any` allows all URLs; name your CA's "
        "URL instead.",
        cost="Two options of the Java process, and a request to the CA for each intermediate.",
    )


# Java's HTTP client, and its older one.
_HTTP = "-Duser.home={home} -cp {program} JavaHttpClient"
_URL = "-Duser.home={home} -cp {program} JavaHttpsUrlConnection"
_JARS = "-Duser.home={home} -cp {program}/*"


def _own(program: str) -> Build:
    return compiled(PROGRAMS / f"{program}.java", ("javac", "-d", "{output}", "{source}"), ".")


_CLASSES = ("ApacheHttpClient", "BouncyCastle", "NettyBoringSsl", "OkHttpConscrypt")

# The jars come from a Maven repository, once, and are held to the checksums beside the pom.
_LIBRARIES = Build(
    source=PROGRAMS / "jvm",
    commands=(
        (
            *("mvn", "-B", "-q", "-f", "{source}/pom.xml"),
            "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies",
            "-DoutputDirectory={output}/jars",
        ),
        (
            *("javac", "-cp", "{output}/jars/*", "-d", "{output}/classes"),
            *(f"{{source}}/{name}.java" for name in _CLASSES),
        ),
        # A jar beside the others, for a class path that is written alike on every system.
        ("jar", "--create", "--file", "{output}/jars/clients.jar", "-C", "{output}/classes", "."),
    ),
    fetched="jars",
    result="jars",
    by_hand=True,
)
_NEEDS_MAVEN = ("java", "javac", "mvn")

CLIENTS = (
    Client(
        name="java",
        kind="runtime",
        stack=JSSE,
        build=_own("JavaHttpClient"),
        trust=java_truststore,
        run=f"java {_TRUSTSTORE} {_HTTP} {{trust}} {{urls}}",
        own_trust=f"java {_HTTP} native {{urls}}",
        version_run="java -cp {program} JavaHttpClient --version",
        time_limit=30,
        measured=measured("17.0.15", "21.0.13", "25.0.5.0.3"),
        install=_JDK,
    ),
    Client(
        name="java-url",
        kind="runtime",
        stack=JSSE,
        build=_own("JavaHttpsUrlConnection"),
        trust=java_truststore,
        run=f"java {_TRUSTSTORE} {_URL} {{trust}} {{urls}}",
        own_trust=f"java {_URL} native {{urls}}",
        version_run="java -cp {program} JavaHttpsUrlConnection --version",
        time_limit=30,
        measured=measured("17.0.15", "21.0.13", "25.0.5.0.3"),
        install=_JDK,
    ),
    Client(
        name="java-aia",
        kind="runtime",
        stack=JSSE,
        build=_own("JavaHttpClient"),
        trust=java_truststore,
        run=f"java {_TRUSTSTORE} {_AIA} {_HTTP} {{trust}} {{urls}}",
        own_trust=f"java {_AIA} {_HTTP} native {{urls}}",
        version_run="java -cp {program} JavaHttpClient --version",
        time_limit=60,
        measured=measured("17.0.15", "21.0.13", "25.0.5.0.3", aia="accepted"),
        install=_JDK,
        mends=_by_aia("java"),
    ),
    Client(
        name="java-url-aia",
        kind="runtime",
        stack=JSSE,
        build=_own("JavaHttpsUrlConnection"),
        trust=java_truststore,
        run=f"java {_TRUSTSTORE} {_AIA} {_URL} {{trust}} {{urls}}",
        own_trust=f"java {_AIA} {_URL} native {{urls}}",
        version_run="java -cp {program} JavaHttpsUrlConnection --version",
        time_limit=60,
        measured=measured("17.0.15", "21.0.13", "25.0.5.0.3", aia="accepted"),
        install=_JDK,
        mends=_by_aia("java-url"),
    ),
    Client(
        name="apache-httpclient",
        kind="library",
        stack=JSSE,
        needs=_NEEDS_MAVEN,
        build=_LIBRARIES,
        trust=java_truststore,
        run=f"java {_TRUSTSTORE} {_JARS} ApacheHttpClient {{trust}} {{urls}}",
        own_trust=f"java {_JARS} ApacheHttpClient native {{urls}}",
        version_run="java -cp {program}/* ApacheHttpClient --version",
        time_limit=30,
        measured=measured("5.6.5"),
        install=_MAVEN,
    ),
    Client(
        name="bouncycastle",
        kind="library",
        stack=BCJSSE,
        needs=_NEEDS_MAVEN,
        build=_LIBRARIES,
        run=f"java {_JARS} BouncyCastle {{trust}} {{urls}}",
        own_trust=AS_RUN,
        version_run="java -cp {program}/* BouncyCastle --version",
        time_limit=30,
        measured=measured("17.0.15/1.84"),
        install=_MAVEN,
    ),
    Client(
        name="netty-boringssl",
        kind="library",
        stack=BORINGSSL,
        needs=_NEEDS_MAVEN,
        build=_LIBRARIES,
        run=f"java {_JARS} NettyBoringSsl {{trust}} {{urls}}",
        own_trust=AS_RUN,
        version_run="java -cp {program}/* NettyBoringSsl --version",
        time_limit=30,
        messages=JSSE_MESSAGES,  # JSSE's trust manager verifies
        measured=measured("4.2.20.Final", cached="accepted: anchors"),
        install=_MAVEN,
    ),
    Client(
        name="okhttp-conscrypt",
        kind="library",
        stack=CONSCRYPT,
        needs=_NEEDS_MAVEN,
        build=_LIBRARIES,
        run=f"java {_JARS} OkHttpConscrypt {{trust}} {{urls}}",
        own_trust=AS_RUN,
        version_run="java -cp {program}/* OkHttpConscrypt --version",
        time_limit=30,
        # TrustManagerImpl.intermediateIndex: Conscrypt keeps, for as long as its trust
        # manager lives, the intermediates of chains that it has verified.
        measured=measured("5.5.1/2.9.0", visited="accepted"),
        install=_MAVEN,
    ),
)
