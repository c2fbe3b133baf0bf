"""The test authority: a root, intermediates below it, and leaves with their private keys.

trustme makes the certificate authorities. One builder here makes all leaves, because trustme
supports no P-384 keys, no AIA, no existing keys and no CSRs, and because two builders could
come to differ.
"""

import datetime as dt
import ipaddress
import threading
import uuid
from collections.abc import Sequence

import trustme
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID, NameOID

from leafonly.certificates.chain import Chain, KeyType, PrivateKey, PublicKey, new_key

__all__ = ["Authority"]

_DAY = dt.timedelta(days=1)


class Authority:
    """A certificate authority: a root and one or more intermediates in a row.

    Args:
        intermediates: How many intermediates stand between root and leaf.
        under: Another authority whose root is this one's root too.
        crossed: An older root has certified this root's name and key, too. The last of
            `intermediates` is then that cross-certificate, and there are two `anchors`.

    Every certificate of the authority is valid from 2000 to 3000 (trustme's choice) and
    every leaf for 90 days around now, so that a clock that is some days off does not matter.

    """

    def __init__(
        self,
        intermediates: int = 1,
        *,
        under: "Authority | None" = None,
        crossed: bool = False,
    ) -> None:
        if intermediates < 1:
            raise ValueError("an authority needs at least one intermediate")
        # trustme does not choose the names, because a rotated intermediate must have the same
        # name. They are unique, because clients look issuers up by name, and two runs may share
        # a store.
        self._series = uuid.uuid4().hex[:8]
        cas: list[trustme.CA] = (
            [under._cas[0]] if under else [self._certificate_authority("root", None)]
        )
        for number in range(1, intermediates + 1):
            cas.append(self._certificate_authority(f"intermediate {number}", cas[-1]))
        self._cas: tuple[trustme.CA, ...] = tuple(cas)
        self._certificates = tuple(
            x509.load_pem_x509_certificate(ca.cert_pem.bytes()) for ca in self._cas
        )
        rotated = self._certificate_authority(f"intermediate {intermediates}", cas[-2])
        self._rotated = x509.load_pem_x509_certificate(rotated.cert_pem.bytes())
        issuers = list(zip(self._certificates, self._cas, strict=True))
        self._older: tuple[x509.Certificate, ...] = ()
        self._cross: tuple[x509.Certificate, ...] = ()
        # The intermediates' issuers, in the same order.
        self._issuers = issuers[-2::-1]
        if crossed:
            older = self._certificate_authority("older root", None)
            self._older = (x509.load_pem_x509_certificate(older.cert_pem.bytes()),)
            self._issuers.append((*self._older, older))
            self._cross = (_signed_anew(self.root, *self._issuers[-1]),)
        yesterday = dt.datetime.now(dt.UTC) - _DAY
        self._expired = tuple(
            _signed_anew(each, *issuer, not_after=yesterday)
            for each, issuer in zip(self.intermediates, self._issuers, strict=True)
        )
        self._leaf_keys: dict[KeyType, PrivateKey] = {}
        self._making_key = threading.Lock()

    def _certificate_authority(self, role: str, parent: trustme.CA | None) -> trustme.CA:
        return trustme.CA(
            parent_cert=parent,
            organization_name="leafonly",
            organization_unit_name=f"{role} {self._series}",
        )

    @property
    def root(self) -> x509.Certificate:
        """The trust anchor."""
        return self._certificates[0]

    @property
    def intermediates(self) -> tuple[x509.Certificate, ...]:
        """The intermediates, the leaf's issuer first, the cross-certificate last."""
        return (*reversed(self._certificates[1:]), *self._cross)

    @property
    def anchors(self) -> tuple[x509.Certificate, ...]:
        """All trust anchors: the root, and the older root that has certified it, if any."""
        return (self.root, *self._older)

    def naming_issuers(self, urls: Sequence[str]) -> tuple[x509.Certificate, ...]:
        """Return the intermediates, each with the caIssuers URL of its issuer (AIA).

        Name, key and issuer stay the same. The last one has no URL, because its issuer is a
        root.

        Args:
            urls: The caIssuers URLs of the second intermediate, the third and so on.

        """
        plain = self.intermediates
        named = [
            _signed_anew(each, *issuer, url=url)
            for each, issuer, url in zip(plain, self._issuers, urls, strict=False)
        ]
        return (*named, *plain[len(named) :])

    @property
    def expired_intermediates(self) -> tuple[x509.Certificate, ...]:
        """Certificates with the intermediates' names and keys that expired yesterday."""
        return self._expired

    @property
    def rotated_intermediate(self) -> x509.Certificate:
        """An intermediate with the same name and another key, as after a CA's rotation."""
        return self._rotated

    def issue(
        self,
        name: str = "localhost",
        key_type: KeyType = "p256",
        *,
        aia: str | None = None,
        expired: bool = False,
        also: Sequence[str] = (),
    ) -> Chain:
        """Return a chain with a new leaf for a DNS name or an IP address.

        Args:
            name: The first name in the leaf.
            key_type: The leaf's key. Keys are made on first use and shared by the
                authority's leaves of that type, because an RSA key costs 150 ms.
            aia: The caIssuers URL to put into the leaf; None for a leaf without AIA.
            expired: The leaf expired yesterday.
            also: Further names and addresses in the leaf.

        """
        key = self._leaf_key(key_type)
        leaf = self._sign_leaf((name, *also), key.public_key(), aia, expired=expired)
        return Chain(leaf, self.intermediates, self.root, key)

    def sign(self, csr: x509.CertificateSigningRequest, *, aia: str | None = None) -> Chain:
        """Return a chain with a leaf for a CSR, as public CAs issue it.

        The leaf is for the first dNSName in the CSR. Without one it is for the common name,
        because the `openssl req` commands in cameras' documentation set nothing else.

        Raises:
            ValueError: The CSR's signature is wrong, its key is neither EC nor RSA, or it
                names nothing.

        """
        if not csr.is_signature_valid:
            raise ValueError("the CSR is not signed by its own key")
        public_key = csr.public_key()
        if not isinstance(public_key, ec.EllipticCurvePublicKey | rsa.RSAPublicKey):
            raise ValueError("the CSR's key is neither EC nor RSA")
        leaf = self._sign_leaf((_requested_name(csr),), public_key, aia)
        return Chain(leaf, self.intermediates, self.root)

    def _leaf_key(self, key_type: KeyType) -> PrivateKey:
        with self._making_key:
            if key_type not in self._leaf_keys:
                self._leaf_keys[key_type] = new_key(key_type)
            return self._leaf_keys[key_type]

    def _sign_leaf(
        self, names: Sequence[str], public_key: PublicKey, aia: str | None, *, expired: bool = False
    ) -> x509.Certificate:
        issuer, now = self._certificates[-1], dt.datetime.now(dt.UTC)
        # A common name has 64 characters at most (ub-common-name in RFC 5280 appendix A.1).
        fitting = [name for name in names[:1] if len(name) <= 64]
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name) for name in fitting])
        not_after = now - _DAY if expired else now + 60 * _DAY
        issuer_ski = issuer.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(issuer.subject)
            .public_key(public_key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - 30 * _DAY)
            .not_valid_after(not_after)
            # Critical only without a subject (RFC 5280 section 4.2.1.6).
            .add_extension(x509.SubjectAlternativeName(_san(names)), critical=not subject)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_key_usage(public_key), critical=True)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(public_key), critical=False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(issuer_ski),
                critical=False,
            )
        )
        if aia is not None:
            builder = builder.add_extension(_ca_issuers(aia), critical=False)
        return builder.sign(_key_of(self._cas[-1]), hashes.SHA256())


def _key_of(ca: trustme.CA) -> ec.EllipticCurvePrivateKey:
    key = load_pem_private_key(ca.private_key_pem.bytes(), None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)  # trustme's default
    return key


def _ca_issuers(url: str) -> x509.AuthorityInformationAccess:
    where = x509.UniformResourceIdentifier(url)
    return x509.AuthorityInformationAccess(
        [x509.AccessDescription(AuthorityInformationAccessOID.CA_ISSUERS, where)]
    )


def _signed_anew(
    certificate: x509.Certificate,
    issuer: x509.Certificate,
    ca: trustme.CA,
    *,
    url: str | None = None,
    not_after: dt.datetime | None = None,
) -> x509.Certificate:
    """Return a certificate of the same name and key, signed by `ca`, whose own is `issuer`."""
    ski = issuer.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    builder = (
        x509.CertificateBuilder()
        .subject_name(certificate.subject)
        .issuer_name(issuer.subject)
        .public_key(certificate.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(certificate.not_valid_before_utc)
        .not_valid_after(not_after or certificate.not_valid_after_utc)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(ski), critical=False
        )
    )
    for extension in certificate.extensions:
        if not isinstance(extension.value, x509.AuthorityKeyIdentifier):
            builder = builder.add_extension(extension.value, extension.critical)
    if url is not None:
        builder = builder.add_extension(_ca_issuers(url), critical=False)
    return builder.sign(_key_of(ca), hashes.SHA256())


def _san(names: Sequence[str]) -> list[x509.GeneralName]:
    """Return the names as a SAN has them: an address is an iPAddress (RFC 9525 section 6.4)."""
    san: list[x509.GeneralName] = []
    for name in names:
        try:
            san.append(x509.IPAddress(ipaddress.ip_address(name)))
        except ValueError:
            san.append(x509.DNSName(name))
    return san


def _requested_name(csr: x509.CertificateSigningRequest) -> str:
    try:
        san = csr.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        names = san.get_values_for_type(x509.DNSName)
    except x509.ExtensionNotFound:
        names = []
    names += [str(cn.value) for cn in csr.subject.get_attributes_for_oid(NameOID.COMMON_NAME)]
    if not names:
        raise ValueError("the CSR names nothing: neither a dNSName nor a common name")
    return names[0]


def _key_usage(public_key: PublicKey) -> x509.KeyUsage:
    """Return the key usage. RSA leaves also serve RSA key exchange (RFC 5246)."""
    return x509.KeyUsage(
        digital_signature=True,
        key_encipherment=isinstance(public_key, rsa.RSAPublicKey),
        content_commitment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )
