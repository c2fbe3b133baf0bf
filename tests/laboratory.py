"""Chains that are wrong in one way each, and right ones among them; for verifiers to judge.

`CHAINS` maps a name to a builder. What a chain deserves is written nowhere here: OpenSSL and
GnuTLS say it when a test runs. A name that begins with `good` is no verdict either.
"""

import functools
import ipaddress
from collections.abc import Callable
from dataclasses import replace

from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID as Usage

from tests.making import (
    DAY,
    HOST,
    LEAF,
    LOWER,
    NOTHING,
    NOW,
    ROOT,
    UPPER,
    Laid,
    key_of,
    lay,
    make,
    named,
)

CHAINS: dict[str, Callable[[], Laid]] = {}


def chain(builder):
    """Enter a builder under its function's name."""
    if builder.__name__ in CHAINS:
        raise ValueError(f"two chains are called {builder.__name__}")
    CHAINS[builder.__name__] = functools.cache(builder)
    return CHAINS[builder.__name__]


def enter(name, **parts):
    """Enter a chain that differs from the good one in these parts (see `lay`)."""
    if name in CHAINS:
        raise ValueError(f"two chains are called {name}")
    CHAINS[name] = functools.cache(functools.partial(lay, **parts))


def _constrained(*, permitted=None, excluded=None):
    return [(x509.NameConstraints(permitted, excluded), True)]


def _network(text):
    return x509.IPAddress(ipaddress.ip_network(text))


def _address(text):
    return x509.IPAddress(ipaddress.ip_address(text))


UNKNOWN = [
    (x509.UnrecognizedExtension(x509.ObjectIdentifier("1.3.6.1.4.1.99999.1"), b"\x05\0"), True)
]
SKID, AKID = x509.SubjectKeyIdentifier, x509.AuthorityKeyIdentifier
DNS = x509.DNSName
TWO = (LOWER, UPPER)


# --- right ones
enter("good")
enter("good_two_intermediates", between=TWO)
enter(
    "good_three_intermediates", between=(*TWO, replace(UPPER, name="Laboratory Third", key="third"))
)
enter("good_issued_by_root", between=())
enter("good_rsa_leaf", leaf=replace(LEAF, key="rsa2048"))
enter("good_p384_leaf", leaf=replace(LEAF, key="p384"))
enter("good_address", leaf=replace(LEAF, sans=[_address("192.0.2.7")]), host="192.0.2.7")
enter("good_address_v6", leaf=replace(LEAF, sans=[_address("2001:db8::7")]), host="2001:db8::7")
enter("good_wildcard", leaf=replace(LEAF, sans=[DNS("*.example.com")]))
enter("good_upper_case_name", leaf=replace(LEAF, sans=[DNS("CAM.Example.COM")]))
enter("good_path_length", between=(replace(LOWER, path_length=0), replace(UPPER, path_length=1)))
enter(
    "good_permitted_name",
    between=(replace(LOWER, extra=_constrained(permitted=[DNS("example.com")])),),
)
enter(
    "good_not_excluded",
    between=(replace(LOWER, extra=_constrained(excluded=[DNS("example.org")])),),
)
enter("good_server_usage_above", between=(replace(LOWER, usage=[Usage.SERVER_AUTH]),))
enter("good_any_usage_above", between=(replace(LOWER, usage=[Usage.ANY_EXTENDED_KEY_USAGE]),))
enter("good_root_presented", present=lambda whole: whole)
enter("good_twice_over", present=lambda whole: [*whole[:-1], *whole[:-1]])
enter("good_out_of_order", between=TWO, present=lambda w: [w[0], w[2], w[1]])
enter(
    "good_unneeded_beside",
    present=lambda w: [*w[:-1], make(replace(UPPER, name="Laboratory Other"), ROOT)],
)
enter("good_no_usage", leaf=replace(LEAF, usage=NOTHING))
enter("good_root_of_sha1", root=replace(ROOT, changes={"digest": "sha1"}))
enter("good_dot_in_request", host=HOST + ".")


# --- the right to issue
enter("path_length_of_intermediate", between=(LOWER, replace(UPPER, path_length=0)))
enter("path_length_of_root", root=replace(ROOT, path_length=0), between=TWO)
enter("intermediate_no_ca", between=(replace(LOWER, ca=False),))
enter("intermediate_no_constraints", between=(replace(LOWER, without=[x509.BasicConstraints]),))
enter("intermediate_no_cert_sign", between=(replace(LOWER, signs=False),))
enter("intermediate_no_key_usage", between=(replace(LOWER, signs=None),))
enter("upper_intermediate_no_ca", between=(LOWER, replace(UPPER, ca=False)))
enter("root_no_ca", root=replace(ROOT, ca=False))
enter("root_no_constraints", root=replace(ROOT, without=[x509.BasicConstraints]))
enter("root_no_cert_sign", root=replace(ROOT, signs=False))
enter("intermediate_for_clients", between=(replace(LOWER, usage=[Usage.CLIENT_AUTH]),))
enter("intermediate_for_mail", between=(replace(LOWER, usage=[Usage.EMAIL_PROTECTION]),))
enter("upper_intermediate_for_clients", between=(LOWER, replace(UPPER, usage=[Usage.CLIENT_AUTH])))
enter("version_1_intermediate", between=(replace(LOWER, changes={"version_1": True}),))
enter("version_1_root", root=replace(ROOT, changes={"version_1": True}))
enter("version_1_leaf", leaf=replace(LEAF, changes={"version_1": True}))
enter("leaf_issues_leaf", between=(replace(LEAF, name="other.example.com", key="other"), LOWER))


# --- name constraints
enter(
    "not_permitted_name",
    between=(replace(LOWER, extra=_constrained(permitted=[DNS("example.org")])),),
)
enter("excluded_name", between=(replace(LOWER, extra=_constrained(excluded=[DNS("example.com")])),))
enter(
    "not_permitted_by_root", root=replace(ROOT, extra=_constrained(permitted=[DNS("example.org")]))
)
enter(
    "excluded_by_upper", between=(LOWER, replace(UPPER, extra=_constrained(excluded=[DNS(HOST)])))
)
enter(
    "not_permitted_second_name",
    leaf=replace(LEAF, sans=[DNS(HOST), DNS("cam.example.org")]),
    between=(replace(LOWER, extra=_constrained(permitted=[DNS("example.com")])),),
)
_BY_ADDRESS = {"leaf": replace(LEAF, sans=[_address("192.0.2.7")]), "host": "192.0.2.7"}
enter(
    "good_permitted_address",
    between=(replace(LOWER, extra=_constrained(permitted=[_network("192.0.2.0/24")])),),
    **_BY_ADDRESS,
)
enter(
    "not_permitted_address",
    between=(replace(LOWER, extra=_constrained(permitted=[_network("10.0.0.0/8")])),),
    **_BY_ADDRESS,
)
enter(
    "excluded_address",
    between=(replace(LOWER, extra=_constrained(excluded=[_network("192.0.2.0/24")])),),
    **_BY_ADDRESS,
)
enter(
    "excluded_every_address",
    between=(replace(LOWER, extra=_constrained(excluded=[_network("0.0.0.0/0")])),),
    **_BY_ADDRESS,
)
enter(
    "not_permitted_subject",
    between=(
        replace(LOWER, extra=_constrained(permitted=[x509.DirectoryName(named("Somebody else"))])),
    ),
)


# --- dates
enter("expired_leaf", leaf=replace(LEAF, end=NOW - DAY))
enter("future_leaf", leaf=replace(LEAF, start=NOW + DAY))
enter("expired_intermediate", between=(replace(LOWER, end=NOW - DAY),))
enter("future_intermediate", between=(replace(LOWER, start=NOW + DAY),))
enter("expired_upper_intermediate", between=(LOWER, replace(UPPER, end=NOW - DAY)))
enter("expired_root", root=replace(ROOT, end=NOW - DAY))
enter("future_root", root=replace(ROOT, start=NOW + DAY))


# --- extensions
enter("unknown_critical_in_leaf", leaf=replace(LEAF, extra=UNKNOWN))
enter("unknown_critical_in_intermediate", between=(replace(LOWER, extra=UNKNOWN),))
enter("unknown_critical_in_root", root=replace(ROOT, extra=UNKNOWN))
enter("good_unknown_uncritical", leaf=replace(LEAF, extra=[(UNKNOWN[0][0], False)]))
enter("another_authority_key_identifier", leaf=replace(LEAF, akid=b"somebody else's"))
enter("another_identifier_above", between=(replace(LOWER, akid=b"somebody else's"),))
enter("no_authority_key_identifier", leaf=replace(LEAF, without=[AKID]))
enter("no_subject_key_identifier_above", between=(replace(LOWER, without=[SKID]),))
enter("no_subject_key_identifier", leaf=replace(LEAF, without=[SKID]))
enter("root_without_identifiers", root=replace(ROOT, without=[SKID, AKID]))
enter(
    "policy_wanted",
    between=(replace(LOWER, extra=[(x509.PolicyConstraints(0, None), True)]),),
)
enter("serial_zero", leaf=replace(LEAF, changes={"serial": 0}))
enter("serial_negative", leaf=replace(LEAF, changes={"serial": -5}))


# --- the leaf's purpose and names
enter("leaf_for_clients", leaf=replace(LEAF, usage=[Usage.CLIENT_AUTH]))
enter("leaf_for_any_use", leaf=replace(LEAF, usage=[Usage.ANY_EXTENDED_KEY_USAGE]))
enter("leaf_is_ca", leaf=replace(LEAF, ca=True))
enter("leaf_may_not_sign", leaf=replace(LEAF, signs=False))
enter("another_name", host="other.example.com")
enter("another_address", host="192.0.2.8", leaf=_BY_ADDRESS["leaf"])
enter("dot_in_name", leaf=replace(LEAF, sans=[DNS(HOST + ".")]))
enter(
    "address_as_name", leaf=replace(LEAF, name="camera", sans=[DNS("192.0.2.7")]), host="192.0.2.7"
)
enter("common_name_alone", leaf=replace(LEAF, sans=NOTHING))
enter("no_name_at_all", leaf=replace(LEAF, name="camera", sans=NOTHING))
enter(
    "mail_address_alone",
    leaf=replace(LEAF, name="camera", sans=[x509.RFC822Name("cam@example.com")]),
)
enter("wildcard_of_two_labels", leaf=replace(LEAF, sans=[DNS("*.com")]), host="example.com")
enter(
    "wildcard_too_high",
    leaf=replace(LEAF, name="c", sans=[DNS("*.example.com")]),
    host="a.cam.example.com",
)
enter(
    "wildcard_for_its_domain", leaf=replace(LEAF, sans=[DNS("*.example.com")]), host="example.com"
)
enter("wildcard_inside", leaf=replace(LEAF, sans=[DNS("c*.example.com")]))
enter("star_everywhere", leaf=replace(LEAF, sans=[DNS("*")]), host="camera")
enter("good_empty_subject", leaf=replace(LEAF, name=None))
enter(
    "underscore_in_name",
    leaf=replace(LEAF, sans=[DNS("my_cam.example.com")]),
    host="my_cam.example.com",
)


# --- keys and digests
enter("rsa_1024_leaf", leaf=replace(LEAF, key="rsa1024"))
enter("rsa_1024_intermediate", between=(replace(LOWER, key="rsa1024"),))
enter("rsa_1024_root", root=replace(ROOT, key="rsa1024"))
enter("sha1_leaf", leaf=replace(LEAF, changes={"digest": "sha1"}))
enter("sha1_intermediate", between=(replace(LOWER, changes={"digest": "sha1"}),))
enter(
    "md5_leaf",
    leaf=replace(LEAF, changes={"digest": "md5"}),
    between=(replace(LOWER, key="rsa2048"),),
)
enter("p521_leaf", leaf=replace(LEAF, key="p521"))
enter("ed25519_leaf", leaf=replace(LEAF, key="ed25519"))
enter("damaged_leaf", leaf=replace(LEAF, changes={"damaged": True}))
enter("damaged_intermediate", between=(replace(LOWER, changes={"damaged": True}),))


# --- what is missing, and what is another's
enter("intermediate_missing", present=lambda w: w[:1])
enter("upper_intermediate_missing", between=TWO, present=lambda w: w[:2])
enter("lower_intermediate_missing", between=TWO, present=lambda w: [w[0], w[2]])
enter(
    "intermediate_of_another_key",
    present=lambda w: [w[0], make(replace(LOWER, key="rotated"), ROOT)],
)
enter("root_of_another_key", trust=lambda _: [make(replace(ROOT, key="another root"))])
enter("another_root", trust=lambda _: [make(replace(ROOT, name="Laboratory Other Root"))])
enter("issuer_of_another_name", leaf=replace(LEAF, issuer_name="Laboratory Other"))


@chain
def self_signed():
    own = make(replace(LEAF, signs=True))
    return Laid(own, key_of("leaf"), (own,), (make(ROOT),))


@chain
def self_signed_trusted():
    own = make(replace(LEAF, signs=True))
    return Laid(own, key_of("leaf"), (own,), (own,))


def _cross_signed(*, give_cross=True, end=NOW + 900 * DAY):
    """A new root that the client does not know, cross-signed by one that it does."""
    new = replace(ROOT, name="Laboratory New Root", key="new root")
    cross = make(replace(new, end=end), ROOT)
    leaf, lower = make(LEAF, LOWER), make(LOWER, new)
    presented = (leaf, lower, cross) if give_cross else (leaf, lower)
    return Laid(leaf, key_of("leaf"), presented, (make(ROOT),))


CHAINS["good_cross_signed"] = functools.cache(_cross_signed)
CHAINS["cross_sign_missing"] = functools.cache(lambda: _cross_signed(give_cross=False))
CHAINS["cross_sign_expired"] = functools.cache(lambda: _cross_signed(end=NOW - DAY))


@chain
def good_expired_cross_beside():
    """The new root is trusted itself, so that nobody needs the cross-sign that has expired."""
    laid = _cross_signed(end=NOW - DAY)
    return replace(laid, roots=(make(replace(ROOT, name="Laboratory New Root", key="new root")),))
