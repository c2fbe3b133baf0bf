# proxy_get.py PROXY TRUST URL...: starts a reverse proxy that verifies the camera, one port
# per URL, requests each over plain HTTP, and prints the proxy's log if that fails.
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.parse
from pathlib import Path


def nginx(trust, routes):
    servers = "".join(
        f"""
        server {{
            listen 127.0.0.1:{port};
            location / {{
                proxy_pass https://{host}:{camera};
                proxy_ssl_server_name on;
                proxy_ssl_name {host};
                proxy_ssl_verify on;
                proxy_ssl_verify_depth 4;
                proxy_ssl_trusted_certificate {trust};
                proxy_next_upstream off;
            }}
        }}"""
        for port, host, camera in routes
    )
    paths = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    temporary = "".join(f"{path}_temp_path {Path.cwd()}/{path};\n" for path in paths)
    # Where root is the only user, as in a namespace, it could not become nobody.
    user = "user root;\n" if os.geteuid() == 0 else ""
    Path("nginx.conf").write_text(
        f"{user}daemon off; master_process off; pid {Path.cwd()}/pid; error_log stderr;\n"
        f"events {{}}\nhttp {{ access_log off;\n{temporary}{servers}\n}}\n"
    )
    return ["nginx", "-e", "stderr", "-p", str(Path.cwd()), "-c", f"{Path.cwd()}/nginx.conf"]


def haproxy(trust, routes):
    listeners = "".join(
        f"""
listen camera{port}
    bind 127.0.0.1:{port}
    log-format "%ST %[ssl_bc_err_str]"
    default-server ssl verify required ca-file {trust} verifyhost {host} sni str({host})
    server camera {host}:{camera}
"""
        for port, host, camera in routes
    )
    Path("haproxy.cfg").write_text(
        "global\n    log stderr format raw local0\n"
        "defaults\n    mode http\n    log global\n    retries 0\n"
        "    timeout connect 5s\n    timeout client 10s\n    timeout server 10s\n" + listeners
    )
    return ["haproxy", "-db", "-f", "haproxy.cfg"]


def stunnel(trust, routes):
    services = "".join(
        f"""
[camera{port}]
client = yes
accept = 127.0.0.1:{port}
connect = {host}:{camera}
CAfile = {trust}
verifyChain = yes
checkHost = {host}
sni = {host}
"""
        for port, host, camera in routes
    )
    Path("stunnel.conf").write_text(f"foreground = yes\npid =\n{services}")
    return ["stunnel", "stunnel.conf"]


def caddy(trust, routes):
    roots = f"tls_trusted_ca_certs {trust}" if trust else ""
    sites = "".join(
        f"""
http://:{port} {{
    bind 127.0.0.1
    reverse_proxy https://{host}:{camera} {{
        transport http {{
            {roots}
            tls_server_name {host}
        }}
    }}
}}
"""
        for port, host, camera in routes
    )
    Path("Caddyfile").write_text(f"{{\n    admin off\n    auto_https off\n}}\n{sites}")
    return ["caddy", "run", "--config", "Caddyfile", "--adapter", "caddyfile"]


def apache(trust, routes):
    modules = "/usr/lib/apache2/modules"
    hosts = "".join(
        f"""
Listen 127.0.0.1:{port}
<VirtualHost 127.0.0.1:{port}>
    SSLProxyEngine on
    SSLProxyVerify require
    # Its default of 1 refuses whatever has an intermediate (measured on 2.4.71).
    SSLProxyVerifyDepth 5
    SSLProxyCACertificateFile {trust}
    ProxyPass / https://{host}:{camera}/
</VirtualHost>
"""
        for port, host, camera in routes
    )
    Path("apache.conf").write_text(
        "".join(
            f"LoadModule {name}_module {modules}/mod_{name}.so\n"
            for name in ("mpm_event", "authz_core", "ssl", "proxy", "proxy_http")
        )
        + f"ServerName 127.0.0.1\nServerRoot {Path.cwd()}\nDefaultRuntimeDir {Path.cwd()}\n"
        f"PidFile {Path.cwd()}/pid\nErrorLog /dev/stderr\nLogLevel ssl:info\n{hosts}"
    )
    return ["apache2", "-X", "-f", f"{Path.cwd()}/apache.conf"]


def envoy(trust, routes):
    listeners = [
        {
            "address": at("127.0.0.1", port),
            "filter_chains": [{"filters": [envoy_filter(f"camera{port}")]}],
        }
        for port, _, _ in routes
    ]
    clusters = [
        envoy_cluster(f"camera{port}", host, camera, trust) for port, host, camera in routes
    ]
    resources = {"listeners": listeners, "clusters": clusters}
    Path("envoy.json").write_text(json.dumps({"static_resources": resources}))
    # Envoy logs the reason of a rejection only at the level debug.
    log = ("--log-level", "error", "--component-log-level", "connection:debug")
    alone = ("--disable-hot-restart", "--concurrency", "1")
    return ["envoy", "--config-path", "envoy.json", *log, *alone]


def at(host, port):
    return {"socket_address": {"address": host, "port_value": port}}


def typed(name, **fields):
    return {"@type": f"type.googleapis.com/envoy.extensions.{name}", **fields}


def envoy_filter(cluster):
    router = typed("filters.http.router.v3.Router")
    route = {"match": {"prefix": "/"}, "route": {"cluster": cluster}}
    manager = typed(
        "filters.network.http_connection_manager.v3.HttpConnectionManager",
        stat_prefix=cluster,
        http_filters=[{"name": "router", "typed_config": router}],
        route_config={"virtual_hosts": [{"name": "all", "domains": ["*"], "routes": [route]}]},
    )
    return {"name": "manager", "typed_config": manager}


def envoy_cluster(name, host, camera, trust):
    names = [{"san_type": "DNS", "matcher": {"exact": host}}]
    validation = {"trusted_ca": {"filename": f"{trust}"}, "match_typed_subject_alt_names": names}
    tls = typed(
        "transport_sockets.tls.v3.UpstreamTlsContext",
        sni=host,
        common_tls_context={"validation_context": validation},
    )
    endpoint = {"endpoint": {"address": at(host, camera)}}
    return {
        "name": name,
        "type": "STRICT_DNS",
        "load_assignment": {"cluster_name": name, "endpoints": [{"lb_endpoints": [endpoint]}]},
        "transport_socket": {"name": "tls", "typed_config": tls},
    }


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


def connect(port, process):
    # No test connection before the request, because stunnel would forward it to the camera.
    end = time.monotonic() + 10
    while True:
        try:
            return socket.create_connection(("127.0.0.1", port), timeout=15)
        except OSError:
            if process.poll() is not None or time.monotonic() > end:
                raise
            time.sleep(0.02)


def ask(port, host, process):
    connection = http.client.HTTPConnection("127.0.0.1", port)
    try:
        connection.sock = connect(port, process)
        connection.request("GET", "/", headers={"Host": host, "Connection": "close"})
        answer = connection.getresponse()
        print(answer.read().decode("utf-8", "replace") if answer.status == 200 else answer.status)
    except (http.client.HTTPException, OSError) as error:
        print(error, file=sys.stderr)
        return False
    finally:
        connection.close()
    return answer.status == 200


def visit(proxy, trust, urls):
    cameras = [urllib.parse.urlsplit(url) for url in urls]
    routes = [(free_port(), camera.hostname, camera.port) for camera in cameras]
    argv = proxy(None if trust == "native" else Path(trust).resolve(), routes)
    with Path("proxy.log").open("wb") as log:
        process = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        fine = all(ask(port, host, process) for port, host, _ in routes)
        # HAProxy writes its log after its answer; only its soft stop waits for that.
        process.send_signal(signal.SIGUSR1 if proxy is haproxy else signal.SIGTERM)
        process.wait()
    if not fine:
        sys.exit(Path("proxy.log").read_text("utf-8", "replace"))


name, trust, *urls = sys.argv[1:]
PROXIES = {each.__name__: each for each in (nginx, haproxy, stunnel, caddy, apache, envoy)}
visit(PROXIES[name], trust, urls)
