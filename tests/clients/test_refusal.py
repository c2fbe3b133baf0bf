"""What a client's message and its alert come to, together and alone."""

from dataclasses import replace

import pytest

from leafonly.clients import CLIENTS
from leafonly.clients.browser_messages import FIREFOX
from leafonly.clients.error_messages import AWSCRT, ERLANG, GNUTLS, GO, JSSE, NSS, OPENSSL, RUSTLS
from leafonly.clients.refusal import CERTIFICATE_ALERTS, FAILED, Vocabulary, reason_of
from leafonly.harness.verdict import ClientSaid, Judgement, Observation, ServerSaw, judge

TOKEN = "0123456789abcdef"
SAW = ServerSaw(
    client_hello=True,
    handshake_completed=False,
    alert="unknown_ca",
    request_seen=False,
    aia_fetches=0,
    tokens=(),
)
UNHEARD_OF = Observation(ClientSaid(1, "", "Zertifikat ungenehm"), SAW, had_issuer=False)


@pytest.mark.parametrize(
    ("text", "alert", "reason"),
    [
        ("Zertifikat ungenehm", "unknown_ca", "missing_issuer"),
        ("Zertifikat ungenehm", "certificate_expired", "expired"),
        ("Zertifikat ungenehm", "bad_certificate", "other"),
        ("certificate verify failed", "unknown_ca", "missing_issuer"),
        ("certificate verify failed", "certificate_expired", "expired"),
        ("certificate verify failed", None, "other"),
        # OpenSSL sends unknown_ca for these, too.
        ("certificate verify failed: invalid CA certificate", "unknown_ca", "other"),
        ("certificate verify failed: path length constraint exceeded", "unknown_ca", "other"),
        ("certificate verify failed: self-signed certificate", "unknown_ca", "untrusted_root"),
        ("certificate has expired", "bad_certificate", "expired"),
        # Sent for more than certificates, and by a server that demands one of the client.
        ("Zertifikat ungenehm", "decrypt_error", None),
        ("Zertifikat ungenehm", "handshake_failure", None),
        ("Zertifikat ungenehm", "access_denied", None),
        ("Zertifikat ungenehm", "close_notify", None),
        ("Zertifikat ungenehm", None, None),
        ("handshake failure", None, None),
    ],
)
def test_message_that_names_a_cause_goes_before_the_alert(
    text: str, alert: str | None, reason: str | None
) -> None:
    assert reason_of(text, alert, OPENSSL, had_issuer=False) == reason


@pytest.mark.parametrize(("client_left", "reason"), [(True, "other"), (False, None)])
def test_message_for_every_failure_counts_only_if_the_client_left(
    client_left: bool, reason: str | None
) -> None:
    for alert in ("close_notify", None):
        said = reason_of(
            "SSL error", alert, {"SSL error": FAILED}, had_issuer=False, client_left=client_left
        )
        assert said == reason


def test_a_broken_connection_is_no_rejection_by_awscrt() -> None:
    said = "awscrt.exceptions: AWS_IO_TLS_ERROR_NEGOTIATION_FAILURE: TLS negotiation failed"
    assert reason_of(said, None, AWSCRT, had_issuer=False) is None
    said += "\nnegotiation failed with error Certificate is untrusted"
    assert reason_of(said, None, AWSCRT, had_issuer=False) == "other"


def test_unknown_ca_is_the_roots_when_the_leafs_issuer_was_at_hand() -> None:
    assert reason_of("", "unknown_ca", OPENSSL, had_issuer=True) == "untrusted_root"


def test_client_with_unknown_wording_is_rejected_by_its_alert() -> None:
    assert judge(UNHEARD_OF, OPENSSL) == Judgement("rejected", "missing_issuer")


@pytest.mark.parametrize("alert", CERTIFICATE_ALERTS)
def test_alert_that_lies_is_an_error(alert: str) -> None:
    saw = replace(SAW, alert=alert, request_seen=True, handshake_completed=True, tokens=(TOKEN,))
    lying = Observation(ClientSaid(0, TOKEN, ""), saw, had_issuer=False)
    for testimony in ("token", "request"):
        judgement = judge(lying, OPENSSL, testimony=testimony)
        assert judgement.verdict == "error"
        assert alert in str(judgement.reason)
    stub = replace(lying, client_said=ClientSaid(0, "ACCEPT", ""))
    assert judge(stub, OPENSSL, testimony="stub").verdict == "error"


def test_alert_does_not_outweigh_a_request_or_an_exit_code_of_0() -> None:
    assert (
        judge(replace(UNHEARD_OF, server_saw=replace(SAW, request_seen=True)), OPENSSL).verdict
        == "error"
    )
    quiet = replace(UNHEARD_OF, client_said=ClientSaid(0, "", ""))
    assert judge(quiet, OPENSSL).verdict == "error"
    assert judge(quiet, OPENSSL, exit_code_lies=True).verdict == "rejected"


def test_alert_of_a_client_that_never_came_is_none() -> None:
    never = replace(UNHEARD_OF, server_saw=replace(SAW, client_hello=False))
    assert judge(never, OPENSSL).verdict == "error"


# What these libraries print when the server sends the alerts of RFC 8446 section 6.2 about the
# client's certificate.
@pytest.mark.parametrize(
    ("words", "vocabulary"),
    [
        ("sslv3 alert certificate revoked:SSL alert number 44", OPENSSL),
        ("ssl/tls alert bad certificate:SSL alert number 42", OPENSSL),
        ("tlsv1 alert unknown ca:SSL alert number 48", OPENSSL),
        ("tlsv13 alert certificate required", OPENSSL),
        ("curl: (60) SSL certificate verification failed", CLIENTS["curl"].error_messages),
        ("(60, 'SSL certificate verification failed')", CLIENTS["pycurl"].error_messages),
        ("curl: (60) SSL certificate verification failed.", CLIENTS["curl_cffi"].error_messages),
        ("A TLS fatal alert has been received.\nReceived alert [46]: Unknown certificate", GNUTLS),
        ("Received alert [44]: Certificate was revoked", GNUTLS),
        ("remote error: tls: expired certificate", GO),
        ("remote error: tls: certificate required", GO),
        ("Received fatal alert: certificate_unknown", JSSE),
        ("received fatal alert: BadCertificate", RUSTLS),
        ("SSL_ERROR_BAD_CERT_ALERT: SSL peer cannot verify your certificate.", NSS),
        (
            '{tls_alert,{unknown_ca,"TLS client: In state connection received SERVER ALERT: '
            'Fatal - Unknown CA\\n"}}',
            ERLANG,
        ),
    ],
)
def test_servers_alert_is_never_the_clients_rejection(words: str, vocabulary: Vocabulary) -> None:
    refused = replace(
        UNHEARD_OF, client_said=ClientSaid(1, "", words), server_saw=replace(SAW, alert=None)
    )
    assert judge(refused, vocabulary).verdict == "error"


# What they print where a camera's key exchange is weak, wrong, or signed by an algorithm that was
# not offered: measured with nginx, tstclnt, Java and Firefox, or in the libraries' lists.
@pytest.mark.parametrize(
    ("words", "vocabulary"),
    [
        ("SSL_do_handshake() failed (SSL: error:0A00018A:SSL routines::dh key too small)", OPENSSL),
        ("error:0280007C:Diffie-Hellman routines::check pubkey too small", OPENSSL),
        ("tstclnt: write to SSL socket failed: SEC_ERROR_INVALID_KEY: The key does not", NSS),
        ("SEC_ERROR_UNSUPPORTED_ELLIPTIC_CURVE: Unsupported elliptic curve.", NSS),
        ("SEC_ERROR_BAD_DER: security library: improperly formatted DER-encoded message.", NSS),
        ("SSL_ERROR_WEAK_SERVER_EPHEMERAL_DH_KEY: a weak ephemeral Diffie-Hellman key", NSS),
        ("Invalid signature algorithm (1799) used in ECDH ServerKeyExchange", JSSE),
        ("Invalid signature_algorithms: insufficient data", JSSE),
        ("SEC_ERROR_INVALID_KEY", FIREFOX),
        ("SEC_ERROR_UNSUPPORTED_ELLIPTIC_CURVE", FIREFOX),
        ("SEC_ERROR_BAD_DER", FIREFOX),
        ("SEC_ERROR_LIBRARY_FAILURE", FIREFOX),
    ],
)
def test_a_key_exchange_that_fails_is_no_rejection(words: str, vocabulary: Vocabulary) -> None:
    assert reason_of(words, "handshake_failure", vocabulary, had_issuer=True) is None
    # If it was about the certificate after all, the alert says so.
    assert reason_of(words, "bad_certificate", vocabulary, had_issuer=True) == "other"


@pytest.mark.parametrize(
    ("words", "vocabulary", "reason"),
    [
        ("error:0A00018F:SSL routines::ee key too small", OPENSSL, "too_weak"),
        ("error:0A00018E:SSL routines::ca md too weak", OPENSSL, "too_weak"),
        ("Invalid ECDH ServerKeyExchange signature", JSSE, "bad_signature"),
        # Its key may be too small: the signature of the ServerKeyExchange is not verified then.
        ("invalid peer certificate: BadSignature", RUSTLS, "other"),
        ("Invalid CertificateVerify message: invalid signature", JSSE, "bad_signature"),
        ("SSL_ERROR_WEAK_SERVER_CERT_KEY", NSS, "too_weak"),
        ("SEC_ERROR_UNTRUSTED_CERT", NSS, "other"),
        ("SEC_ERROR_INADEQUATE_KEY_USAGE", FIREFOX, "other"),
        ("SEC_ERROR_PATH_LEN_CONSTRAINT_INVALID", FIREFOX, "other"),
        ("MOZILLA_PKIX_ERROR_V1_CERT_USED_AS_CA", FIREFOX, "other"),
    ],
)
def test_a_certificate_that_fails_is_one(words: str, vocabulary: Vocabulary, reason: str) -> None:
    assert reason_of(words, None, vocabulary, had_issuer=True) == reason
