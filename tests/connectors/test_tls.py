"""Certificates are verified, whatever is in the environment; there is no switch that turns it off."""

from __future__ import annotations

import inspect
import ssl
import threading
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from qbconsole.connectors.http import Http, Request
from qbconsole.connectors.limits import Gate
from qbconsole.domain.errors import Configuration, Retriable

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class _Ok(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *_: object) -> None: ...


class _Quiet(ThreadingHTTPServer):
    def handle_error(self, *_: object) -> None:
        """A client that hangs up in the handshake is what is wanted."""


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for this machine, signed by itself, with its key."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    names = x509.SubjectAlternativeName([x509.DNSName("localhost"), x509.IPAddress(ip_address("127.0.0.1"))])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(names, critical=False)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "server.pem"
    plain = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    path.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, *plain) + made.public_bytes(serialization.Encoding.PEM)
    )
    return path


@pytest.fixture
def url(certificate: Path) -> Iterator[str]:
    """A server with that certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with _Quiet(("127.0.0.1", 0), _Ok) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield f"https://localhost:{server.server_port}"
        server.shutdown()
        thread.join()


async def ask(url: str) -> Any:
    async def at_once(_seconds: float) -> None: ...

    http = Http("QuickBooks", bases=(url,), gate=Gate(concurrent=1), reference_header="x", sleep=at_once)
    try:
        return (await http.read(Request("GET", f"{url}/x"), lambda _: None)).status
    finally:
        await http.close()


@pytest.mark.parametrize(
    "environment",
    [
        {},
        {"SSL_CERT_FILE": "", "SSL_CERT_DIR": ""},
        {"SSL_CERT_FILE": "/dev/null", "SSL_CERT_DIR": "/nonexistent"},
        {"PYTHONHTTPSVERIFY": "0", "CURL_CA_BUNDLE": "", "REQUESTS_CA_BUNDLE": ""},
    ],
    ids=str,
)
async def test_a_certificate_signed_by_itself_is_refused(
    url: str, environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(Retriable) as refused:
        await ask(url)
    assert str(refused.value).startswith("The certificate of the QuickBooks server is not trusted. Nothing was sent.")
    assert refused.value.sent is False


async def test_a_certificate_that_the_machine_trusts_is_taken(
    url: str, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Which proves that the refusal above is for want of trust."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    assert await ask(url) == 200


def test_the_client_has_no_switch_for_it() -> None:
    """Whoever adds one must change this list, and think."""
    known = {"self", "system", "bases", "gate", "reference_header", "deadline", "transport", "breaker", "sleep"}
    assert set(inspect.signature(Http.__init__).parameters) == known
    context = Http("X", bases=("https://x.test",), gate=Gate(concurrent=1), reference_header="x")._client
    pool = context._transport._pool  # type: ignore[attr-defined]
    assert pool._ssl_context.verify_mode is ssl.CERT_REQUIRED
    assert pool._ssl_context.check_hostname is True


@pytest.mark.parametrize("url", ["http://quickbooks.api.intuit.com", "http://127.0.0.1.evil.test", "http://0x7f.1"])
def test_plain_http_is_for_this_machine_alone(url: str) -> None:
    with pytest.raises(Configuration, match="must begin with https"):
        Http("X", bases=(url,), gate=Gate(concurrent=1), reference_header="x")
