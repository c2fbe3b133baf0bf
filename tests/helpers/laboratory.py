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

from tests.helpers.making import (
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


def of(plan, **changes):
    """A plan with changes."""
    return replace(plan, **changes)


# --- right ones
enter("good")
enter("good_two_intermediates", between=TWO)
enter("good_three_intermediates", between=(*TWO, of(UPPER, name="Laboratory Third", key="third")))
enter("good_issued_by_root", between=())
enter("good_rsa_leaf", leaf=of(LEAF, key="rsa2048"))
enter("good_p384_leaf", leaf=of(LEAF, key="p384"))
enter("good_address", leaf=of(LEAF, sans=[_address("192.0.2.7")]), host="192.0.2.7")
enter("good_address_v6", leaf=of(LEAF, sans=[_address("2001:db8::7")]), host="2001:db8::7")
enter("good_wildcard", leaf=of(LEAF, sans=[DNS("*.example.com")]))
enter("good_upper_case_name", leaf=of(LEAF, sans=[DNS("CAM.Example.COM")]))
enter("good_path_length", between=(of(LOWER, path_length=0), of(UPPER, path_length=1)))
enter(
    "good_permitted_name", between=(of(LOWER, extra=_constrained(permitted=[DNS("example.com")])),)
)
enter("good_not_excluded", between=(of(LOWER, extra=_constrained(excluded=[DNS("example.org")])),))
enter("good_server_usage_above", between=(of(LOWER, usage=[Usage.SERVER_AUTH]),))
enter("good_any_usage_above", between=(of(LOWER, usage=[Usage.ANY_EXTENDED_KEY_USAGE]),))
enter("good_root_presented", present=lambda whole: whole)
enter("good_twice_over", present=lambda whole: [*whole[:-1], *whole[:-1]])
enter("good_out_of_order", between=TWO, present=lambda w: [w[0], w[2], w[1]])
enter(
    "good_unneeded_beside",
    present=lambda w: [*w[:-1], make(of(UPPER, name="Laboratory Other"), ROOT)],
)
enter("good_no_usage", leaf=of(LEAF, usage=NOTHING))
enter("good_root_of_sha1", root=of(ROOT, changes={"digest": "sha1"}))
enter("good_dot_in_request", host=HOST + ".")


# --- the right to issue
enter("path_length_of_intermediate", between=(LOWER, of(UPPER, path_length=0)))
enter("path_length_of_root", root=of(ROOT, path_length=0), between=TWO)
enter("intermediate_no_ca", between=(of(LOWER, ca=False),))
enter("intermediate_no_constraints", between=(of(LOWER, without=[x509.BasicConstraints]),))
enter("intermediate_no_cert_sign", between=(of(LOWER, signs=False),))
enter("intermediate_no_key_usage", between=(of(LOWER, signs=None),))
enter("upper_intermediate_no_ca", between=(LOWER, of(UPPER, ca=False)))
enter("root_no_ca", root=of(ROOT, ca=False))
enter("root_no_constraints", root=of(ROOT, without=[x509.BasicConstraints]))
enter("root_no_cert_sign", root=of(ROOT, signs=False))
enter("intermediate_for_clients", between=(of(LOWER, usage=[Usage.CLIENT_AUTH]),))
enter("intermediate_for_mail", between=(of(LOWER, usage=[Usage.EMAIL_PROTECTION]),))
enter("upper_intermediate_for_clients", between=(LOWER, of(UPPER, usage=[Usage.CLIENT_AUTH])))
enter("version_1_intermediate", between=(of(LOWER, changes={"version_1": True}),))
enter("version_1_root", root=of(ROOT, changes={"version_1": True}))
enter("version_1_leaf", leaf=of(LEAF, changes={"version_1": True}))
enter("leaf_issues_leaf", between=(of(LEAF, name="other.example.com", key="other"), LOWER))


# --- name constraints
enter(
    "not_permitted_name", between=(of(LOWER, extra=_constrained(permitted=[DNS("example.org")])),)
)
enter("excluded_name", between=(of(LOWER, extra=_constrained(excluded=[DNS("example.com")])),))
enter("not_permitted_by_root", root=of(ROOT, extra=_constrained(permitted=[DNS("example.org")])))
enter("excluded_by_upper", between=(LOWER, of(UPPER, extra=_constrained(excluded=[DNS(HOST)]))))
enter(
    "not_permitted_second_name",
    leaf=of(LEAF, sans=[DNS(HOST), DNS("cam.example.org")]),
    between=(of(LOWER, extra=_constrained(permitted=[DNS("example.com")])),),
)
_BY_ADDRESS = {"leaf": of(LEAF, sans=[_address("192.0.2.7")]), "host": "192.0.2.7"}
enter(
    "good_permitted_address",
    between=(of(LOWER, extra=_constrained(permitted=[_network("192.0.2.0/24")])),),
    **_BY_ADDRESS,
)
enter(
    "not_permitted_address",
    between=(of(LOWER, extra=_constrained(permitted=[_network("10.0.0.0/8")])),),
    **_BY_ADDRESS,
)
enter(
    "excluded_address",
    between=(of(LOWER, extra=_constrained(excluded=[_network("192.0.2.0/24")])),),
    **_BY_ADDRESS,
)
enter(
    "excluded_every_address",
    between=(of(LOWER, extra=_constrained(excluded=[_network("0.0.0.0/0")])),),
    **_BY_ADDRESS,
)
enter(
    "not_permitted_subject",
    between=(
        of(LOWER, extra=_constrained(permitted=[x509.DirectoryName(named("Somebody else"))])),
    ),
)


# --- dates
enter("expired_leaf", leaf=of(LEAF, end=NOW - DAY))
enter("future_leaf", leaf=of(LEAF, start=NOW + DAY))
enter("expired_intermediate", between=(of(LOWER, end=NOW - DAY),))
enter("future_intermediate", between=(of(LOWER, start=NOW + DAY),))
enter("expired_upper_intermediate", between=(LOWER, of(UPPER, end=NOW - DAY)))
enter("expired_root", root=of(ROOT, end=NOW - DAY))
enter("future_root", root=of(ROOT, start=NOW + DAY))


# --- extensions
enter("unknown_critical_in_leaf", leaf=of(LEAF, extra=UNKNOWN))
enter("unknown_critical_in_intermediate", between=(of(LOWER, extra=UNKNOWN),))
enter("unknown_critical_in_root", root=of(ROOT, extra=UNKNOWN))
enter("good_unknown_uncritical", leaf=of(LEAF, extra=[(UNKNOWN[0][0], False)]))
enter("another_authority_key_identifier", leaf=of(LEAF, akid=b"somebody else's"))
enter("another_identifier_above", between=(of(LOWER, akid=b"somebody else's"),))
enter("no_authority_key_identifier", leaf=of(LEAF, without=[AKID]))
enter("no_subject_key_identifier_above", between=(of(LOWER, without=[SKID]),))
enter("no_subject_key_identifier", leaf=of(LEAF, without=[SKID]))
enter("root_without_identifiers", root=of(ROOT, without=[SKID, AKID]))
enter(
    "policy_wanted",
    between=(of(LOWER, extra=[(x509.PolicyConstraints(0, None), True)]),),
)
enter("serial_zero", leaf=of(LEAF, changes={"serial": 0}))
enter("serial_negative", leaf=of(LEAF, changes={"serial": -5}))


# --- the leaf's purpose and names
enter("leaf_for_clients", leaf=of(LEAF, usage=[Usage.CLIENT_AUTH]))
enter("leaf_for_any_use", leaf=of(LEAF, usage=[Usage.ANY_EXTENDED_KEY_USAGE]))
enter("leaf_is_ca", leaf=of(LEAF, ca=True))
enter("leaf_may_not_sign", leaf=of(LEAF, signs=False))
enter("another_name", host="other.example.com")
enter("another_address", host="192.0.2.8", leaf=_BY_ADDRESS["leaf"])
enter("dot_in_name", leaf=of(LEAF, sans=[DNS(HOST + ".")]))
enter("address_as_name", leaf=of(LEAF, name="camera", sans=[DNS("192.0.2.7")]), host="192.0.2.7")
enter("common_name_alone", leaf=of(LEAF, sans=NOTHING))
enter("no_name_at_all", leaf=of(LEAF, name="camera", sans=NOTHING))
enter("mail_address_alone", leaf=of(LEAF, name="camera", sans=[x509.RFC822Name("cam@example.com")]))
enter("wildcard_of_two_labels", leaf=of(LEAF, sans=[DNS("*.com")]), host="example.com")
enter(
    "wildcard_too_high",
    leaf=of(LEAF, name="c", sans=[DNS("*.example.com")]),
    host="a.cam.example.com",
)
enter("wildcard_for_its_domain", leaf=of(LEAF, sans=[DNS("*.example.com")]), host="example.com")
enter("wildcard_inside", leaf=of(LEAF, sans=[DNS("c*.example.com")]))
enter("star_everywhere", leaf=of(LEAF, sans=[DNS("*")]), host="camera")
enter("good_empty_subject", leaf=of(LEAF, name=None))
enter(
    "underscore_in_name", leaf=of(LEAF, sans=[DNS("my_cam.example.com")]), host="my_cam.example.com"
)


# --- keys and digests
enter("rsa_1024_leaf", leaf=of(LEAF, key="rsa1024"))
enter("rsa_1024_intermediate", between=(of(LOWER, key="rsa1024"),))
enter("rsa_1024_root", root=of(ROOT, key="rsa1024"))
enter("sha1_leaf", leaf=of(LEAF, changes={"digest": "sha1"}))
enter("sha1_intermediate", between=(of(LOWER, changes={"digest": "sha1"}),))
enter("md5_leaf", leaf=of(LEAF, changes={"digest": "md5"}), between=(of(LOWER, key="rsa2048"),))
enter("p521_leaf", leaf=of(LEAF, key="p521"))
enter("ed25519_leaf", leaf=of(LEAF, key="ed25519"))
enter("damaged_leaf", leaf=of(LEAF, changes={"damaged": True}))
enter("damaged_intermediate", between=(of(LOWER, changes={"damaged": True}),))


# --- what is missing, and what is another's
enter("intermediate_missing", present=lambda w: w[:1])
enter("upper_intermediate_missing", between=TWO, present=lambda w: w[:2])
enter("lower_intermediate_missing", between=TWO, present=lambda w: [w[0], w[2]])
enter("intermediate_of_another_key", present=lambda w: [w[0], make(of(LOWER, key="rotated"), ROOT)])
enter("root_of_another_key", trust=lambda _: [make(of(ROOT, key="another root"))])
enter("another_root", trust=lambda _: [make(of(ROOT, name="Laboratory Other Root"))])
enter("issuer_of_another_name", leaf=of(LEAF, issuer_name="Laboratory Other"))


@chain
def self_signed():
    own = make(of(LEAF, signs=True))
    return Laid(own, key_of("leaf"), (own,), (make(ROOT),))


@chain
def self_signed_trusted():
    own = make(of(LEAF, signs=True))
    return Laid(own, key_of("leaf"), (own,), (own,))


def _cross_signed(*, give_cross=True, end=NOW + 900 * DAY):
    """A new root that the client does not know, cross-signed by one that it does."""
    new = of(ROOT, name="Laboratory New Root", key="new root")
    cross = make(of(new, end=end), ROOT)
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
    return replace(laid, roots=(make(of(ROOT, name="Laboratory New Root", key="new root")),))
