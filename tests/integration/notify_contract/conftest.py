"""The lines of the contract, each with its own far end."""

import json
import ssl
import tomllib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from services.notify import outside_mail, outside_wire
from services.notify.outside import Outside
from tests.integration.notify_contract.far_end import Far, Http, Smtp, serving
from tests.integration.notify_contract.lines import ADDRESSES, Line, Turned, address_of

REPLIES: dict[str, list[dict[str, Any]]] = tomllib.loads(
    (Path(__file__).parent / "replies.toml").read_text(encoding="utf-8")
)
PATIENCE_SECONDS = 0.4


@contextmanager
def line_of(name: str) -> Iterator[Line]:
    """A line that answers with its acceptance unless told otherwise."""
    far = Far(REPLIES[name][0].get("status", 200), REPLIES[name][0]["body"].encode())
    with serving(Http, far) as port:
        wire = Turned(PATIENCE_SECONDS, private=True, port=port)
        yield Line(Outside(wire=wire), *address_of(name, port), far)


@pytest.fixture(params=ADDRESSES)
def web(request: pytest.FixtureRequest) -> Iterator[Line]:
    """Each service that is reached by HTTP."""
    with line_of(request.param) as line:
        yield line


@pytest.fixture(params=[name for name in ADDRESSES if name != "webhook"])
def wordy(request: pytest.FixtureRequest) -> Iterator[Line]:
    """Each service that says in the body what it did; a webhook's word is its status."""
    with line_of(request.param) as line:
        yield line


@pytest.fixture
def mail() -> Iterator[Line]:
    far = Far()
    with serving(Smtp, far) as port:
        server = {
            "host": "127.0.0.1",
            "port": port,
            "security": "insecure",
            "sender": "lianban@street.example",
        }
        address = json.dumps({"to": "fang@street.example", "server": server})
        yield Line(Outside(wire=Turned(PATIENCE_SECONDS, private=True)), "email", address, far)


@pytest.fixture
def everything(caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]) -> Callable[[], str]:
    """All that was logged, at DEBUG too, or printed so far."""
    caplog.set_level("DEBUG")
    return lambda: caplog.text + "".join(capfd.readouterr())


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of `localhost`, signed by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    file = tmp_path_factory.mktemp("tls") / "both.pem"
    file.write_bytes(
        made.public_bytes(pem)
        + key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return file


@pytest.fixture
def trusted(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """That certificate is believed."""
    context = ssl.create_default_context(cafile=str(certificate))
    for module in (outside_wire, outside_mail):
        monkeypatch.setattr(module, "tls", lambda: context)


@pytest.fixture
def proof(certificate: Path) -> ssl.SSLContext:
    """What a server proves with it."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context
