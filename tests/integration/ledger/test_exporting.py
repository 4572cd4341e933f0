"""An exported ledger: verified offline by Python alone, and by no byte otherwise."""

import json
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from models.domain.streams import StreamKey
from services.execute import Shop
from services.ledger import offline
from services.ledger.checkpoints import OtherSigner, adopt
from services.ledger.exporting import BESIDE, LEDGER, BrokenLedger, NothingToExport, Wanted, export
from services.ledger.notes import Signer
from services.ledger.offline import verify as script
from services.settings import Settings
from services.store.transactions import transaction
from tests.integration.ledger.conftest import Owner, Report, Sign, count

SCRIPT = Path(offline.__file__).parent / "verify.py"
Unpack = Callable[..., Path]


def run(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """The script as a party runs it: isolated, with nothing of ours in reach."""
    return subprocess.run(
        [sys.executable, "-I", "-S", "verify.py", *words],
        cwd=folder, capture_output=True, text=True, check=False, env={"LANG": "C"},
    )  # fmt: skip


@pytest.fixture
def order(report: Report, sign: Sign) -> StreamKey:
    """One of several orders, so that its proofs have steps."""
    report()
    sign()
    key = report()
    report()
    return key


@pytest.fixture
def unpack(shop: Shop, settings: Settings, order: StreamKey, tmp_path: Path) -> Unpack:
    def unpack(*, with_texts: bool = False, with_photos: bool = False, since: tuple[str, ...] = ()) -> Path:
        code, folder = f"AIBO5-{order.stream_id}", tmp_path / "unpacked"
        made = export(shop.engine, settings, order, code, Wanted(with_texts, with_photos, since))
        made.write(tmp_path / "order.zip")
        with zipfile.ZipFile(tmp_path / "order.zip") as archive:
            archive.extractall(folder)
        return folder

    return unpack


def test_a_party_verifies_the_export_with_python_alone(unpack: Unpack, order: StreamKey, shop: Shop) -> None:
    done = run(unpack())
    assert done.returncode == 0, done.stderr
    events = count(shop, f"count(*) FROM event WHERE stream_id = {order.stream_id}")
    assert f"AIBO5-{order.stream_id} VERIFIED: {events} events in this order, unchanged." in done.stdout
    assert "resident  OrderReported" in done.stdout or "committee handler  OrderReported" in done.stdout
    assert "0 of 3 texts" in done.stdout


def test_the_script_is_short_and_needs_the_standard_library_alone() -> None:
    source = SCRIPT.read_text(encoding="utf-8")
    assert len(source.splitlines()) < 200
    imported = {line.split()[1] for line in source.splitlines() if line.startswith(("import ", "from "))}
    assert imported <= set(sys.stdlib_module_names)


def test_the_key_that_a_party_was_given_is_compared(unpack: Unpack) -> None:
    folder = unpack()
    key = json.loads((folder / LEDGER).read_text(encoding="utf-8"))["verifier"]
    assert run(folder, key).returncode == 0
    other = run(folder, str(Signer(key.split("+")[0], bytes(32)).verifier))
    assert other.returncode == 1
    assert "NOT VERIFIED" in other.stderr
    assert "signed by another key" in other.stderr


def test_texts_come_along_only_when_asked_for_and_contacts_never(unpack: Unpack) -> None:
    folder = unpack()
    for name in (LEDGER, *BESIDE):
        assert "靠窗地上有水" not in (folder / name).read_text(encoding="utf-8")
    folder = unpack(with_texts=True)
    content = (folder / LEDGER).read_text(encoding="utf-8")
    assert "靠窗地上有水" in content
    assert "王阿姨" not in content
    assert "13812345678" not in content
    assert "2 of 3 texts and photos are here, and proven" in run(folder).stdout


def test_an_erased_text_is_gone_and_nothing_can_be_proven_to_have_been_it(unpack: Unpack, shop: Shop) -> None:
    before = json.loads((unpack(with_texts=True) / LEDGER).read_text(encoding="utf-8"))
    with transaction(shop.engine) as sql:
        sql.execute("UPDATE private_row SET secret = NULL, body = NULL WHERE body = '靠窗地上有水'")
    folder = unpack(with_texts=True)
    after = json.loads((folder / LEDGER).read_text(encoding="utf-8"))
    assert run(folder).returncode == 0
    assert after["events"] == before["events"]
    assert [one["body"] for one in after["texts"]] == ["乒乓房漏水"]
    (text,) = [one for one in before["texts"] if one["body"] == "靠窗地上有水"]
    assert not any(text["key"] in one["bytes"] for one in after["events"])


@pytest.mark.parametrize("name", [LEDGER, *BESIDE])
def test_no_byte_of_any_file_can_be_another(name: str, unpack: Unpack) -> None:
    """`main` in this process is what the script runs; as a program it says so by its exit code."""
    folder = unpack(with_texts=True)
    whole = (folder / name).read_bytes()
    script.main(folder)

    @hypothesis_settings(
        max_examples=300 if name == LEDGER else 40,
        suppress_health_check=[HealthCheck.function_scoped_fixture],
    )
    @given(place=st.integers(0, len(whole) - 1), mask=st.integers(1, 255))
    def changed(place: int, mask: int) -> None:
        content = bytearray(whole)
        content[place] ^= mask
        (folder / name).write_bytes(content)
        with pytest.raises(Exception):  # noqa: B017, PT011 - whatever it stumbles over, it is not verified
            script.main(folder)

    changed()
    for content in (whole[:-1], whole + b"\n", whole[1:], b""):
        (folder / name).write_bytes(content)
        if name != "verify.py":
            done = run(folder)
            assert (done.returncode, done.stdout) == (1, "") or done.returncode == 1
            assert "NOT VERIFIED" in done.stderr
    (folder / name).write_bytes(whole)
    script.main(folder)


def test_no_character_of_the_signatures_can_be_another(unpack: Unpack) -> None:
    """Base64 has spare bits, and Ed25519 a second spelling of each signature: both are refused."""
    folder = unpack()
    told = json.loads((folder / LEDGER).read_text(encoding="utf-8"))
    for field in ("seal", "checkpoint"):
        length = len(told[field])
        for place in [*range(0, length, 5), *range(length - 6, length)]:
            other = chr(ord(told[field][place]) ^ 1)
            changed = told | {field: told[field][:place] + other + told[field][place + 1 :]}
            (folder / LEDGER).write_bytes(script.written(changed))
            with pytest.raises(Exception):  # noqa: B017, PT011 - as above
                script.main(folder)


# ── Ed25519 in pure Python ──────────────────────────────────────────────────────────────────────────────────


@hypothesis_settings(max_examples=40)
@given(st.binary(min_size=32, max_size=32), st.binary(max_size=200))
def test_a_signature_of_cryptography_is_verified(seed: bytes, message: bytes) -> None:
    key = Ed25519PrivateKey.from_private_bytes(seed)
    assert script.has_signed(key.public_key().public_bytes_raw(), message, key.sign(message))


@hypothesis_settings(max_examples=60)
@given(st.binary(max_size=50), st.integers(0, 95), st.integers(1, 255))
def test_a_false_signature_is_refused_as_cryptography_refuses_it(
    message: bytes, place: int, mask: int
) -> None:
    key = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
    raw = bytearray(key.public_key().public_bytes_raw() + key.sign(message))
    raw[place] ^= mask
    public, signature = bytes(raw[:32]), bytes(raw[32:])
    with pytest.raises((InvalidSignature, ValueError)):
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    try:
        assert not script.has_signed(public, message, signature)
    except script.NotVerified:
        assert place < 32


def test_the_second_spelling_of_a_signature_is_refused() -> None:
    key = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
    signature = key.sign(b"x")
    s = int.from_bytes(signature[32:], "little") + script.ORDER
    spelled = signature[:32] + s.to_bytes(32, "little")
    assert not script.has_signed(key.public_key().public_bytes_raw(), b"x", spelled)


# ── what is not exported ────────────────────────────────────────────────────────────────────────────────────


def test_what_is_not_as_it_was_recorded_is_not_exported(
    shop: Shop, settings: Settings, order: StreamKey, sign: Sign, owner: Owner
) -> None:
    sign()
    owner.rewrite(order, since=2)
    with pytest.raises(BrokenLedger):
        export(shop.engine, settings, order, "AIBO5-2")


def test_an_order_that_is_not_there_is_not_exported(shop: Shop, settings: Settings, order: StreamKey) -> None:
    with pytest.raises(NothingToExport):
        export(shop.engine, settings, StreamKey(order.site_id, 99), "AIBO5-99")


def test_only_the_machine_that_signs_exports(
    shop: Shop, settings: Settings, order: StreamKey, tmp_path: Path
) -> None:
    other = Settings.read({"LIANBAN_DATA": str(tmp_path / "other"), "LIANBAN_ENV": "test"})
    adopt(shop.engine, other)
    with pytest.raises(OtherSigner):
        export(shop.engine, settings, order, "AIBO5-2")
