"""Checkpoints: what they say, who signs them, how often, and where they go."""

import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from models.domain.merkle import Head
from services.execute import Shop
from services.ledger import checkpoints
from services.ledger.checkpoints import OtherSigner, adopt, issue, newest, tend
from services.ledger.keys import signer
from services.ledger.log import read_log
from services.ledger.notes import NoteError, Signer, Verifier, checkpoint_text, open_note, parse_checkpoint
from services.ledger.sequencer import sequence
from services.settings import Settings, SettingsError
from services.store.transactions import transaction
from tests.integration.ledger.conftest import NOTHING, Report, Sign, count

SIGNER = Signer("lianban/0011223344556677", bytes(range(32)))
NOTE = SIGNER.sign(checkpoint_text(SIGNER.name, Head(5, NOTHING)))
# The example of C2SP's signed-note: a key that others made, a note that others signed.
PETER = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
PETERS = (
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n\n"
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6"
    "RyyBwJnAM=\n"
)


def test_a_note_that_others_signed_is_read_with_their_key() -> None:
    assert open_note(PETERS, [Verifier.parse(PETER)]).endswith("what your problem is.\n")


def test_a_checkpoint_has_the_lines_of_c2sp() -> None:
    lines = NOTE.split("\n")
    assert lines[:2] == [SIGNER.name, "5"]
    assert lines[3] == lines[5] == ""
    assert re.fullmatch(r"— lianban/0011223344556677 [A-Za-z0-9+/]{91}=", lines[4])
    assert parse_checkpoint(open_note(NOTE, [SIGNER.verifier]), SIGNER.name) == Head(5, NOTHING)
    assert Verifier.parse(str(SIGNER.verifier)) == SIGNER.verifier


@given(st.data())
def test_no_character_of_a_checkpoint_can_be_another(data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(NOTE) - 1))
    other = data.draw(st.characters(codec="utf-8").filter(lambda one: one != NOTE[place]))
    with pytest.raises(NoteError):
        parse_checkpoint(open_note(NOTE[:place] + other + NOTE[place + 1 :], [SIGNER.verifier]), SIGNER.name)


@given(st.data())
def test_no_character_of_a_verifier_key_can_be_another(data: st.DataObject) -> None:
    text = str(SIGNER.verifier)
    place = data.draw(st.integers(0, len(text) - 1))
    other = data.draw(st.characters(codec="utf-8", exclude_categories=("Z", "Cc")))
    if other != text[place]:
        with pytest.raises(NoteError):
            Verifier.parse(text[:place] + other + text[place + 1 :])


@pytest.mark.parametrize(
    "text",
    [
        f"other\n5\n{'A' * 43}=\n",
        f"{SIGNER.name}\n05\n{'A' * 43}=\n",
        f"{SIGNER.name}\n-1\n{'A' * 43}=\n",
        f"{SIGNER.name}\n5\nAAAA\n",
        f"{SIGNER.name}\n5\n",
    ],
)
def test_what_is_no_checkpoint_of_this_log_is_refused(text: str) -> None:
    with pytest.raises(NoteError):
        parse_checkpoint(open_note(SIGNER.sign(text), [SIGNER.verifier]), SIGNER.name)


def test_a_note_that_nobody_known_signed_is_refused() -> None:
    other = replace(SIGNER, seed=bytes(32))
    with pytest.raises(NoteError, match="none of the known keys"):
        open_note(NOTE, [other.verifier])


def test_the_signature_of_a_witness_beside_ours_is_passed_over() -> None:
    witness = Signer("witness.example.org", bytes(32))
    line = witness.sign(open_note(NOTE, [SIGNER.verifier])).rpartition("\n\n")[2]
    assert open_note(NOTE + line, [SIGNER.verifier]) == open_note(NOTE, [SIGNER.verifier])


# ── when, and by whom ───────────────────────────────────────────────────────────────────────────────────────


def test_a_checkpoint_is_signed_at_most_once_a_minute_and_only_when_the_log_has_grown(
    shop: Shop, settings: Settings, report: Report, sign: Sign
) -> None:
    assert issue(shop.engine, settings) is None
    report()
    first = sign()
    assert issue(shop.engine, settings, every=timedelta()) is None
    report()
    sequence(shop.engine)
    assert issue(shop.engine, settings) is None
    second = issue(shop.engine, settings, every=timedelta(microseconds=1))
    assert second is not None
    assert second.size > first.size
    with transaction(shop.engine) as sql:
        assert newest(sql) == [first, second]
        assert newest(sql, 1) == [second]


def test_the_pulse_appends_signs_and_writes_a_file(shop: Shop, settings: Settings, report: Report) -> None:
    report()
    appended = tend(shop.engine, settings)
    assert appended == count(shop, "count(*) FROM event")
    folder = settings.data / "checkpoints"
    assert sorted(file.name for file in folder.iterdir()) == [f"{appended:012d}.txt", "verifier.txt"]
    verifier = Verifier.parse((folder / "verifier.txt").read_text())
    text = open_note((folder / f"{appended:012d}.txt").read_text(), [verifier])
    with transaction(shop.engine) as sql:
        log = read_log(sql)
    assert parse_checkpoint(text, log.origin) == Head(appended, log.tree.root())
    assert tend(shop.engine, settings) == 0


def test_the_key_lies_in_the_data_folder_for_its_owner_alone(settings: Settings) -> None:
    first = signer(settings, "lianban/x")
    assert (settings.data / "ledger.key").stat().st_mode & 0o777 == 0o600
    assert signer(settings, "lianban/x") == first


def test_the_key_can_be_handed_in_by_the_environment(settings: Settings) -> None:
    told = settings.model_copy(update={"ledger_key": SecretStr("0123456789abcdef0123456789abcdef")})
    assert signer(told, "lianban/x") == signer(told, "lianban/x")
    assert not (settings.data / "ledger.key").exists()
    with pytest.raises(SettingsError, match="LIANBAN_LEDGER_KEY"):
        signer(settings.model_copy(update={"ledger_key": SecretStr("short")}), "lianban/x")


def test_another_machines_key_signs_only_once_it_is_adopted(
    shop: Shop, settings: Settings, report: Report, sign: Sign, tmp_path: Path
) -> None:
    report()
    sign()
    report()
    other = Settings.read({"LIANBAN_DATA": str(tmp_path / "other"), "LIANBAN_ENV": "test"})
    assert tend(shop.engine, other) > 0
    assert not (other.data / checkpoints.FOLDER).exists()
    with pytest.raises(OtherSigner):
        issue(shop.engine, other, every=timedelta())
    made = adopt(shop.engine, other)
    signed = issue(shop.engine, other, every=timedelta())
    assert signed is not None
    open_note(signed.note, [made])
