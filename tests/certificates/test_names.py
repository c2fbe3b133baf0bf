"""What is written in certificates, as it may come back in a client's output."""

from typing import cast

from cryptography import x509

from leafonly.certificates.authority import Authority
from leafonly.certificates.names import written_in


class Unreadable:
    """A certificate whose names break DER, as cryptography gives it."""

    @property
    def subject(self) -> x509.Name:
        raise ValueError("error parsing asn1 value")


def test_names_come_whole_and_in_pieces() -> None:
    chain = Authority().issue("cam-1.example.test")
    written = written_in((cast(x509.Certificate, Unreadable()), chain.leaf))
    assert {"cam-1.example.test", "cam-1", "example", "leafonly"} <= written
    assert any(each.startswith("intermediate 1 ") for each in written)
    assert "" not in written
