"""Which clients connect through each gateway, and whether it trusts only its own camera."""

from collections.abc import Callable

import pytest

from fixtures.gateway_requests import GatewayRequest, Through
from leafonly.gateways import Gateway
from leafonly.harness.behind_gateway import Situation
from leafonly.harness.gateway_trial import Answer

Ask = Callable[[Gateway, Situation], Answer]


@pytest.mark.parametrize("situation", ["other", "down"])
def test_only_the_camera_is_passed_on(
    one_gateway: Gateway, situation: Situation, answer: Ask
) -> None:
    """Clients get an error if the camera is down or is another one, which gets no request."""
    got = answer(one_gateway, situation)
    assert not got.camera_asked, f"{one_gateway.name} passed a request on to another camera"
    assert got.status == (502 if one_gateway.is_http else None)


def test_through_gateway(
    gateway_request: GatewayRequest,
    measure_through: Callable[[GatewayRequest], Through],
    record_through: Callable[[GatewayRequest, Through], None],
) -> None:
    """A client that holds only the root connects through the gateway, and verifies the chain."""
    measured = measure_through(gateway_request)
    record_through(gateway_request, measured)
    absent = measured.absent
    if measured.full_chain is None:
        because = f"{absent.client}: {absent.reason}"
        if absent.verdict == "error" and gateway_request.alone.named:
            pytest.fail(absent.explain(), pytrace=False)
        pytest.skip(because)
    unanswered = measured.why_unanswered(gateway_request)
    if unanswered is not None:
        pytest.skip(f"{absent.client}: {unanswered}")
    if measured.why_not is not None:
        name, why = gateway_request.gateway.name, measured.why_not.explain()
        pytest.fail(f"through {name}: {why}", pytrace=False)
