"""Whether this camera presents one certificate, and whether it can present more."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from fixtures.presentation import Examination
from leafonly.cameras import METHODS, Camera
from leafonly.cameras.loading_methods import (
    LoadingResult,
    conclude,
    present,
    with_other_key,
    with_pss_signature,
)
from leafonly.certificates.authority import Authority
from leafonly.certificates.chain import KEY_TYPES, KeyType, der, new_key

Record = Callable[..., None]

_TOO_LONG = 8
"""Intermediates that make a Certificate message longer than the 4096 bytes of most firmware
(MBEDTLS_SSL_OUT_CONTENT_LEN); trustme's path length constraint allows 9."""


@pytest.mark.parametrize("key_type", KEY_TYPES)
@pytest.mark.parametrize("method", METHODS)
def test_method(method: str, key_type: KeyType, examined: Examination, record_rows: Record) -> None:
    """One way of loading: a strict client accepts if and only if the full chain is presented."""
    row = examined(method, key_type)
    record_rows(presentation=[row.as_json()])
    if row.limit is not None:
        return
    if not row.loaded:
        # Firmware may read one of the two forms only.
        other = examined("der_leaf" if method.startswith("pem") else "pem_leaf", key_type)
        assert other.loaded, f"the camera refuses DER and PEM: {row.error}; {other.error}"
        return
    assert row.certificates, f"loaded, but nothing is presented: {row.error}"
    assert row.key_fits, f"the camera does not hold the leaf's key: {row.client_said}"
    assert row.accepted == row.full_chain, f"presented and judged differ: {row}"


def test_limitation(examined: Examination, record_rows: Record) -> None:
    """The documented way presents one certificate; the report says whether another presents all."""
    rows = [examined(method, key_type) for method in METHODS for key_type in KEY_TYPES]
    sentence = conclude(rows)
    finding = {"check": "presentation", "severity": "info", "message": sentence, "remedy": None}
    record_rows(findings=[finding])
    assert sentence.startswith("limitation confirmed"), sentence


def test_key_of_another_certificate(camera: Camera, authority: Authority) -> None:
    """A key that does not belong to the leaf is noticed here, because cameras do not check."""
    chain = authority.issue()
    ways = camera.info().ways
    own = present(camera, METHODS[ways.leaf](chain), chain, "its own key", "p256")
    assert own.loaded, f"the camera refuses a leaf with its own key: {own.error}"
    assert own.key_fits, f"the camera does not hold the leaf's key: {own.client_said}"
    loads = [
        with_other_key(load, new_key("p256"), chain) for load in METHODS[ways.full_chain](chain)
    ]
    row = present(camera, loads, chain, "key of another certificate", "p256")
    if row.loaded:
        assert row.certificates[0] == der(chain.leaf)
        assert not row.key_fits
        assert not row.accepted
        assert "certificate verify failed" not in (row.client_said or "")


def test_certificate_message_over_4096_bytes(camera: Camera) -> None:
    """The camera presents the whole chain, or reports that its buffer is too small."""
    chain = Authority(intermediates=_TOO_LONG).issue()
    assert sum(map(len, map(der, chain.full))) > 4096
    loads = METHODS[camera.info().ways.full_chain](chain)
    row = present(camera, loads, chain, "over 4096 bytes", "p256")
    _presents_all_or_nothing(row)


def test_certificate_signed_with_rsa_pss(camera: Camera, authority: Authority) -> None:
    """The camera refuses such a leaf when it is loaded, or presents it unchanged."""
    chain = authority.issue()
    issuer_key = new_key("rsa2048")
    assert isinstance(issuer_key, rsa.RSAPrivateKey)
    signed = replace(chain, leaf=with_pss_signature(chain.leaf, issuer_key))
    loads = METHODS[camera.info().ways.leaf](signed)
    row = present(camera, loads, chain, "signed with RSA-PSS", "p256")
    if row.loaded:
        assert row.certificates == (der(signed.leaf),)
    else:
        assert "invalid cert" in (row.error or "")


def _presents_all_or_nothing(row: LoadingResult) -> None:
    if row.limit is not None:
        return
    assert row.loaded, row.error
    if row.certificates:
        assert row.full_chain
        assert row.accepted, row.client_said
    else:
        assert not row.accepted
        assert row.error, "the camera presents nothing, and reports no error"
