"""Names from certificates that are put into command lines."""

import pytest

from leafonly.tls.address import as_host_name


@pytest.mark.parametrize(
    "name",
    ["localhost", "cam.example.com.", "my_cam-1.lan", "a", "xn--p1ai", "192.0.2.7", "2001:db8::7"],
)
def test_host_name_or_address_is_itself(name: str) -> None:
    assert as_host_name(name) == name


@pytest.mark.parametrize(
    "text",
    [
        *("", "-version", "--version", "cam,exec:id", "cam;id", "cam\nhost", "cam host", "$(id)"),
        *("*.example.com", "cam..com", ".cam", "kamera.münchen", "a" * 254, "cam.example.com\n"),
    ],
)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not a host name"):
        as_host_name(text)
