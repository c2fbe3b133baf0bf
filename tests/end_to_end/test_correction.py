"""The lines that docs/answer.md proposes to OpenMV make MicroPython present the full chain."""

import re
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from leafonly.certificates.authority import Authority
from leafonly.certificates.chain import der
from leafonly.gateways import free_ports
from leafonly.tls.flight import read_flight

# Of the MicroPythons for a PC, only PyPI's brings the module `ssl`, as boards do.
PROGRAM = shutil.which("micropython", path=str(Path(sys.executable).parent))
DOCUMENT = Path(__file__).parents[2] / "docs/answer.md"
SERVER = """
import socket
import ssl

sock = socket.socket()
sock.bind(socket.getaddrinfo("127.0.0.1", PORT)[0][-1])
sock.listen(1)
LINES
print("ready")
ctx.wrap_socket(sock.accept()[0], server_side=True)
"""


@pytest.mark.skipif(
    PROGRAM is None, reason="no micropython program: uv sync --inexact --extra micropython"
)
def test_the_proposed_lines_present_the_full_chain(tmp_path: Path) -> None:
    (block,) = re.findall(r"```rst\n(.*?)```", DOCUMENT.read_text(encoding="utf-8"), re.DOTALL)
    (indented,) = re.findall(r"::\n\n((?: {4}.*\n)+)", block)
    lines = textwrap.dedent(indented)
    assert lines.count("load_cert_chain") == 2
    (port,), chain = free_ports(1), Authority().issue()
    (tmp_path / "server.der").write_bytes(der(chain.leaf))
    (tmp_path / "server.key.der").write_bytes(chain.key_bytes(Encoding.DER))
    (tmp_path / "intermediate.der").write_bytes(der(chain.intermediates[0]))
    script = SERVER.replace("PORT", str(port)).replace("LINES", lines)
    (tmp_path / "main.py").write_text(script)
    with subprocess.Popen(
        [str(PROGRAM), "main.py"], cwd=tmp_path, stdout=subprocess.PIPE, text=True
    ) as program:
        try:
            assert program.stdout is not None
            assert program.stdout.readline() == "ready\n"
            flight = read_flight("127.0.0.1", port, "localhost")
        finally:
            program.kill()
    assert list(flight.certificates) == [der(each) for each in chain.full]
