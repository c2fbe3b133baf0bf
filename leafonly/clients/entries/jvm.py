"""Java's own clients, and those of the JVM's libraries. One entry is one client."""

from leafonly.clients.build import Build, compiled
from leafonly.clients.client import Client, Install
from leafonly.clients.discovery import PROGRAMS
from leafonly.clients.entries.python_core import VERSION_LINES
from leafonly.clients.error_messages import BOUNCY_CASTLE, CONSCRYPT, JSSE
from leafonly.clients.measured import Measurements, measured
from leafonly.clients.refusal import Vocabulary
from leafonly.clients.trust_store import TRUSTSTORE_PASSWORD, Trust, java_truststore, pem_file

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
    "-Djavax.net.ssl.trustStore={trust}",
    f"-Djavax.net.ssl.trustStorePassword={TRUSTSTORE_PASSWORD}",
)

# Off by default. The second property came later (JDK 25.0.2 has it): without it, the first
# one fetches from nowhere there; where it is not known, it is not read.
_AIA = (
    "-Dcom.sun.security.enableAIAcaIssuers=true",
    "-Dcom.sun.security.allowedAIALocations=any",
)


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


def _java(
    name: str,
    main_class: str,
    build: Build,
    *options: str,
    told: tuple[str, ...] = (),
    measured: Measurements,
    trust: Trust = java_truststore,
    stack: str = "JSSE",
    words: Vocabulary = JSSE,
    time_limit: float = 30.0,
) -> Client:
    """Declare a JVM client whose program follows the contract of programs/README.md.

    `told` are the options that tell it the truststore.
    """
    class_path = "{program}/*" if build.by_hand else "{program}"
    program = (*options, "-Duser.home={home}", "-cp", class_path, main_class)
    return Client(
        name=name,
        kind="library" if build.by_hand else "runtime",
        stack=stack,
        needs=("java", "javac", "mvn") if build.by_hand else ("java", "javac"),
        build=build,
        trust=trust,
        command=("java", *told, *program, "{trust}", "{urls}"),
        native=("java", *program, "native", "{urls}"),
        version_command=("java", "-cp", class_path, main_class, "--version"),
        version_pattern=VERSION_LINES,
        words=words,
        measured=measured,
        time_limit=time_limit,
        install=_MAVEN if build.by_hand else _JDK,
    )


CLIENTS = (
    _java(
        "java",
        "JavaHttpClient",
        _own("JavaHttpClient"),
        told=_TRUSTSTORE,
        measured=measured("17.0.15", "21.0.13", "25.0.5.0.3", cached="accepted: anchors"),
    ),
    _java(
        "java-url",
        "JavaHttpsUrlConnection",
        _own("JavaHttpsUrlConnection"),
        told=_TRUSTSTORE,
        measured=measured("17.0.15", "21.0.13", "25.0.5.0.3", cached="accepted: anchors"),
    ),
    _java(
        "java-aia",
        "JavaHttpClient",
        _own("JavaHttpClient"),
        *_AIA,
        told=_TRUSTSTORE,
        measured=measured(
            "17.0.15", "21.0.13", "25.0.5.0.3", cached="accepted: anchors", aia="accepted"
        ),
        time_limit=60.0,
    ),
    _java(
        "java-url-aia",
        "JavaHttpsUrlConnection",
        _own("JavaHttpsUrlConnection"),
        *_AIA,
        told=_TRUSTSTORE,
        measured=measured(
            "17.0.15", "21.0.13", "25.0.5.0.3", cached="accepted: anchors", aia="accepted"
        ),
        time_limit=60.0,
    ),
    _java(
        "apache-httpclient",
        "ApacheHttpClient",
        _LIBRARIES,
        told=_TRUSTSTORE,
        measured=measured("5.6.5", cached="accepted: anchors"),
    ),
    _java(
        "bouncycastle",
        "BouncyCastle",
        _LIBRARIES,
        trust=pem_file,
        stack="BCJSSE",
        words=BOUNCY_CASTLE,
        measured=measured("17.0.15/1.84", cached="accepted: anchors"),
    ),
    _java(
        "netty-boringssl",
        "NettyBoringSsl",
        _LIBRARIES,
        trust=pem_file,
        stack="BoringSSL",
        measured=measured("4.2.20.Final", cached="accepted: anchors"),
    ),
    _java(
        "okhttp-conscrypt",
        "OkHttpConscrypt",
        _LIBRARIES,
        trust=pem_file,
        stack="Conscrypt",
        words=CONSCRYPT,
        # TrustManagerImpl.intermediateIndex: Conscrypt keeps, for as long as its trust
        # manager lives, the intermediates of chains that it has verified.
        measured=measured("5.5.1/2.9.0", cached="accepted: anchors", visited="accepted"),
    ),
)
