"""Bulletins: checkpoints go to every party's lead once a day, and an export continues what they hold."""

import hashlib
import json
import subprocess
import sys
from base64 import b64encode
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from models.domain.merkle import Head, consistency_path, leaf_hash, root_of
from models.domain.streams import StreamKey
from services.audit.looking import orphans
from services.execute import Shop
from services.ledger.exporting import LEDGER, BrokenLedger, Wanted, export
from services.ledger.keys import signer
from services.ledger.log import read_log
from services.ledger.notes import NoteError, Signer, checkpoint_text
from services.ledger.offline import verify as script
from services.ledger.telling import note_of, tell
from services.notify import phone
from services.notify.expanding import expand
from services.notify.sending import send
from services.settings import Settings
from services.store.claims import LIVE
from services.store.transactions import transaction
from tests.integration.ledger.conftest import Owner, Report, Sign, count

Yesterday = Callable[[], None]
Tell = Callable[[], int]


@pytest.fixture
def yesterday(owner: Owner) -> Yesterday:
    """What was signed and told until now was on the day before."""

    def yesterday() -> None:
        owner.run(
            "UPDATE log_checkpoint SET issued_at = issued_at - interval '1 day'",
            "ALTER TABLE bulletin NO FORCE ROW LEVEL SECURITY",
            "UPDATE bulletin SET day = day - 1, told_at = told_at - interval '1 day'",
            "ALTER TABLE bulletin FORCE ROW LEVEL SECURITY",
        )

    return yesterday


@pytest.fixture
def told(shop: Shop) -> Tell:
    def told() -> int:
        with transaction(shop.engine) as sql:
            return tell(sql)

    return told


NOTICES = "count(*) FROM notice WHERE stream_id = 0"


def test_the_last_checkpoint_of_yesterday_goes_to_each_partys_lead_once(
    shop: Shop, report: Report, sign: Sign, yesterday: Yesterday, told: Tell
) -> None:
    report()
    first = sign()
    assert told() == 0
    yesterday()
    report()
    sign()
    assert [told() for _ in range(3)] == [1, 0, 0]
    leads = count(shop, "count(DISTINCT party) FROM member WHERE role = 'lead' AND party IS NOT NULL")
    assert count(shop, NOTICES) == leads > 3
    with transaction(shop.engine) as sql:
        site_id, at = sql.execute("SELECT site_id, told_at FROM bulletin").fetchone() or (0, None)
        assert note_of(sql, site_id, at) == first.note
        rows = sql.execute("SELECT DISTINCT role, why, urgency, created_at FROM notice WHERE stream_id = 0")
        assert rows.fetchall() == [("lead", ["checkpoint"], "ordinary", at)]


def test_a_log_that_has_not_grown_is_not_told_again(
    shop: Shop, report: Report, sign: Sign, yesterday: Yesterday, told: Tell
) -> None:
    report()
    sign()
    yesterday()
    assert told() == 1
    before = count(shop, NOTICES)
    yesterday()
    assert told() == 0
    assert count(shop, NOTICES) == before


@pytest.mark.parametrize("clock", ["virtual", "frozen"])
def test_a_clock_that_somebody_sets_tells_nobody(
    shop: Shop, report: Report, sign: Sign, yesterday: Yesterday, told: Tell, clock: str
) -> None:
    report()
    sign()
    yesterday()
    with transaction(shop.engine) as sql:
        sql.execute("UPDATE site SET clock = %s, virtual_now = now()", (clock,))
    assert told() == 0


def test_a_bulletin_takes_the_way_of_messages_and_is_no_drift(
    shop: Shop, report: Report, sign: Sign, yesterday: Yesterday, told: Tell
) -> None:
    report()
    held = sign()
    yesterday()
    told()
    with transaction(shop.engine) as sql:
        sql.execute("UPDATE notice SET send_at = created_at")
    expand(shop, LIVE)
    assert send(shop, LIVE, public_url="https://lianban.example") > 0
    with transaction(shop.engine) as sql:
        rows = sql.execute("SELECT member, title, body FROM phone WHERE stream_id = 0").fetchall()
        assert list(orphans(sql)) == []
        ring = next(one for one in phone.latest(sql) if one.code == "AIBO5")
    leads = count(shop, "count(*) FROM member WHERE role = 'lead' AND party IS NOT NULL")
    assert len({row[0] for row in rows}) == len(rows) == leads
    assert rows[0][1].startswith("AIBO5 办理记录检查点 ")
    assert rows[0][2].endswith(f"\n\n{held.note}")
    assert ring.reasons == "办理记录检查点"


# ── what whoever holds one can do with it ───────────────────────────────────────────────────────────────────


def _script(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-I", "-S", "verify.py", *words],
        cwd=folder, capture_output=True, text=True, check=False,
    )  # fmt: skip


def _unpack(shop: Shop, settings: Settings, key: StreamKey, folder: Path, *since: str) -> dict[str, Any]:
    made = export(shop.engine, settings, key, f"AIBO5-{key.stream_id}", Wanted(since=since))
    for name, content in made.content.items():
        (folder / name).write_bytes(content)
    held: dict[str, Any] = json.loads(made.content[LEDGER])
    return held


def test_an_export_proves_that_the_log_only_grew_since_what_was_told(
    shop: Shop,
    settings: Settings,
    report: Report,
    sign: Sign,
    yesterday: Yesterday,
    told: Tell,
    tmp_path: Path,
) -> None:
    report()
    held = sign()
    yesterday()
    key = report()
    sign()
    told()
    verifier = _unpack(shop, settings, key, tmp_path)["verifier"]
    kept = tmp_path / "kept.txt"
    kept.write_text(held.note, encoding="utf-8")
    done = _script(tmp_path, verifier, "kept.txt")
    assert done.returncode == 0, done.stderr
    assert "1 earlier checkpoints. Files of yours that agree with it: 1." in done.stdout


def test_a_checkpoint_that_nobody_was_told_is_proven_when_it_is_handed_in(
    shop: Shop, settings: Settings, report: Report, sign: Sign, tmp_path: Path
) -> None:
    key = report()
    notes = []
    for _ in range(5):
        notes.append(sign().note)
        report()
    told = _unpack(shop, settings, key, tmp_path, *notes)
    assert len(told["earlier"]) == len(notes)
    assert _script(tmp_path).returncode == 0
    for number, note in enumerate(notes):
        (tmp_path / f"{number}.txt").write_text(note, encoding="utf-8")
    files = [f"{number}.txt" for number in range(len(notes))]
    assert _script(tmp_path, told["verifier"], *files).returncode == 0


def test_a_checkpoint_of_another_history_is_refused_by_export_and_script(
    shop: Shop, settings: Settings, report: Report, sign: Sign, tmp_path: Path
) -> None:
    key = report()
    good = sign()
    report()
    with transaction(shop.engine) as sql:
        log = read_log(sql)
    ours = signer(settings, log.origin)
    other = ours.sign(checkpoint_text(log.origin, Head(good.size, hashlib.sha256(b"x").digest())))
    with pytest.raises(BrokenLedger):
        export(shop.engine, settings, key, "AIBO5-1", Wanted(since=(other,)))
    verifier = _unpack(shop, settings, key, tmp_path, good.note)["verifier"]
    (tmp_path / "other.txt").write_text(other, encoding="utf-8")
    done = _script(tmp_path, verifier, "other.txt")
    assert done.returncode == 1
    assert "no proof here for other.txt; ask for an export with --since it" in done.stderr


def test_a_checkpoint_of_another_key_is_none(
    shop: Shop, settings: Settings, report: Report, sign: Sign
) -> None:
    key = report()
    note = Signer("lianban/other", bytes(32)).sign("lianban/other\n1\n" + "A" * 43 + "=\n")
    with pytest.raises(NoteError):
        export(shop.engine, settings, key, "AIBO5-1", Wanted(since=(note,)))


def test_no_step_of_a_growth_proof_can_be_another(
    shop: Shop, settings: Settings, report: Report, sign: Sign, tmp_path: Path
) -> None:
    key = report()
    note = sign().note
    report()
    told = _unpack(shop, settings, key, tmp_path, note)
    (earlier,) = told["earlier"]
    old, new = (one.split("\n")[:3] for one in (earlier["checkpoint"], told["checkpoint"]))
    proof: list[str] = earlier["proof"]
    script.verify_growth(old, new, proof)
    wrong = [[*proof[:place], "00" * 32, *proof[place + 1 :]] for place in range(len(proof))]
    for one in (*wrong, proof[:-1], [*proof, "00" * 32], []):
        with pytest.raises((script.NotVerified, IndexError)):
            script.verify_growth(old, new, one)


def test_every_growth_of_a_small_log_is_proven() -> None:
    leaves = [leaf_hash(bytes([number])) for number in range(33)]

    def node(level: int, index: int) -> bytes:
        return root_of(leaves[index << level : (index + 1) << level])

    def lines(size: int) -> list[str]:
        return ["log", str(size), b64encode(root_of(leaves[:size])).decode()]

    for new in range(1, len(leaves) + 1):
        for old in range(1, new + 1):
            proof = [step.hex() for step in consistency_path(old, new, node)]
            script.verify_growth(lines(old), lines(new), proof)
            with pytest.raises((script.NotVerified, IndexError)):
                script.verify_growth(["log", str(old), b64encode(bytes(32)).decode()], lines(new), proof)
