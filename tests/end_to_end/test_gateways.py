"""Each gateway's own program, in front of a camera that serves images and streams."""

import contextlib
import http.client
import socket
import ssl
import threading

import psutil
import pytest
from OpenSSL import SSL

from leafonly.certificates.authority import Authority
from leafonly.certificates.self_signed import self_signed
from leafonly.gateways import GatewayError, running
from leafonly.tls.address import Target
from tests.helpers.gateways import (
    AUTHORITY,
    EACH,
    asked,
    checked,
    in_front_of,
    site_for,
    skip_without,
    status_of,
    trusting,
)
from tests.helpers.video_camera import FRAMES, IMAGE, VideoCamera
from tests.helpers.waiting import LONGEST, until_ended

CHAIN = self_signed("localhost")


@pytest.fixture
def camera(tmp_path):
    (tmp_path / "camera").mkdir()
    with VideoCamera(CHAIN, tmp_path / "camera") as camera:
        yield camera


@pytest.fixture
def port(gateway, camera, tmp_path):
    with in_front_of(gateway, site_for(tmp_path, camera.server_port, CHAIN.leaf)) as site:
        yield site.listen.port


@EACH
def test_images_streams_and_slow_pages_pass(gateway, camera, port):
    # One gateway for all of it, because each takes its time to start.
    with asked(port, "/image") as answer:
        assert answer.read() == IMAGE
    with asked(port, "/stream") as answer:
        assert answer.getheader("Content-Type") == "multipart/x-mixed-replace; boundary=frame"
        # The camera has not sent the second frame: nothing lets it go on yet.
        assert answer.read(len(FRAMES[0])) == FRAMES[0]
        camera.may_go_on.set()
        assert answer.read() == FRAMES[1]


@EACH
def test_a_slow_camera_does_not_block_other_clients(gateway, camera, port):
    bodies = []
    slow = threading.Thread(target=lambda: bodies.append(asked(port, "/slow").read()))
    slow.start()
    assert camera.slow_asked.wait(LONGEST)
    with asked(port, "/") as answer:
        assert answer.read() == b"here"
    assert bodies == []
    camera.may_go_on.set()
    slow.join()
    assert bodies == [b"at last"]


@EACH
def test_a_client_that_has_ended_its_side_is_answered(gateway, camera, port):
    """As an entry declares; `half_close` says whether."""
    with socket.create_connection(("127.0.0.1", port)) as plain:
        # pyOpenSSL: Python's own cannot read after its close_notify.
        tls = SSL.Connection(SSL.Context(SSL.TLS_CLIENT_METHOD), plain)
        tls.set_connect_state()
        tls.do_handshake()
        tls.sendall(b"GET /slow HTTP/1.0\r\n\r\n")
        assert camera.slow_asked.wait(LONGEST)
        tls.shutdown()
        plain.shutdown(socket.SHUT_WR)
        # Envoy closes its side at once; the others wait for the camera.
        answer = b"" if gateway.half_close else _to_the_end(tls)
        camera.may_go_on.set()
        answer += _to_the_end(tls)
    assert answer.endswith(b"at last") == gateway.half_close


def _to_the_end(tls):
    data = b""
    with contextlib.suppress(SSL.ZeroReturnError, SSL.SysCallError):
        while True:
            data += tls.recv(4096)
    return data


@EACH
def test_clients_connect_by_tls_1_2_and_1_3_and_by_no_older_version(gateway, port):
    for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
        only = trusting(AUTHORITY.root, maximum_version=version, minimum_version=version)
        with asked(port, "/", only) as answer:
            assert answer.status == 200
    old = trusting(AUTHORITY.root)
    old.set_ciphers("ALL:@SECLEVEL=0")
    with pytest.warns(DeprecationWarning, match="TLSv1"):
        old.minimum_version = ssl.TLSVersion.TLSv1
    with pytest.warns(DeprecationWarning, match="TLSv1"):
        old.maximum_version = ssl.TLSVersion.TLSv1_1
    with pytest.raises((ssl.SSLError, ConnectionError)):
        asked(port, "/", old)


@EACH
@pytest.mark.parametrize(
    ("presented", "pinned", "name"),
    [
        (CHAIN, self_signed("localhost").leaf, "localhost"),
        (CHAIN, CHAIN.leaf, "another.example.com"),
        # A public CA's certificate for the right name is not the camera's own.
        (AUTHORITY.issue(), CHAIN.leaf, "localhost"),
    ],
    ids=["another certificate", "another name", "issued by a CA"],
)
def test_a_camera_that_is_not_the_right_one_gets_no_request(
    gateway, tmp_path, presented, pinned, name
):
    skip_without(gateway)
    (tmp_path / "camera").mkdir()
    with VideoCamera(presented, tmp_path / "camera") as camera:
        site = site_for(tmp_path, camera.server_port, pinned, name)
        with in_front_of(gateway, site):
            assert status_of(site.listen.port) == (502 if gateway.is_http else None)
        assert camera.paths == []


@EACH
@pytest.mark.parametrize("count", [1, 2])
def test_only_some_take_a_certificate_as_an_anchor_that_a_ca_issued(gateway, tmp_path, count):
    """So `leafonly gateway` refuses one; however long its chain is, the others get no request."""
    chain = Authority(intermediates=count).issue()
    (tmp_path / "camera").mkdir()
    with VideoCamera(chain, tmp_path / "camera") as camera:
        with in_front_of(gateway, site_for(tmp_path, camera.server_port, chain.leaf)) as site:
            takes_it = gateway.name in ("caddy", "envoy")
            refused = 502 if gateway.is_http else None
            assert status_of(site.listen.port) == (200 if takes_it else refused)
        assert len(camera.paths) == takes_it


@EACH
def test_a_camera_that_answers_503_is_heard(gateway, camera, port, monkeypatch):
    """Only where no camera can be reached does a gateway answer in its place."""
    handler = camera.RequestHandlerClass
    monkeypatch.setattr(handler, "do_GET", lambda each: each.send_error(503, "too hot"))
    with asked(port, "/") as answer:
        assert (answer.status, answer.reason) in {(503, "too hot"), (503, "Service Unavailable")}


@EACH
def test_nothing_is_left(gateway, camera, tmp_path):
    site = site_for(tmp_path, camera.server_port, CHAIN.leaf)
    before = {each.pid for each in psutil.Process().children(recursive=True)}
    with in_front_of(gateway, site):
        started = {each.pid for each in psutil.Process().children(recursive=True)} - before
        assert started
    for each in started:
        until_ended(each)
    with pytest.raises((ConnectionError, http.client.HTTPException)):
        asked(site.listen.port, "/")


@EACH
def test_a_configuration_that_is_wrong_is_named(gateway, tmp_path):
    skip_without(gateway)
    (tmp_path / gateway.file).write_text("no = such { configuration")
    if gateway.check is not None:
        assert checked(gateway, tmp_path).returncode != 0
    with (
        pytest.raises(GatewayError, match=f"{gateway.name} ended at once: ."),
        running(gateway, tmp_path, Target("127.0.0.1", 9)),
    ):
        pass
