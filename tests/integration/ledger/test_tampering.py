"""Whoever owns the database changes what was: each is found, and from which event on."""

from datetime import timedelta
from pathlib import Path

import pytest

from models.domain.merkle import Head
from models.domain.streams import StreamKey
from services.execute import Shop
from services.ledger.checkpoints import issue
from services.ledger.keys import signer
from services.ledger.log import read_log
from services.ledger.notes import NoteError, checkpoint_text
from services.ledger.sequencer import sequence
from services.ledger.verifying import trust, verify
from services.settings import Settings
from services.store.transactions import transaction
from tests.integration.ledger.conftest import Look, Owner, Report, Sign, at, count


@pytest.fixture
def orders(report: Report, sign: Sign) -> list[StreamKey]:
    """Three orders, each signed for before the next was reported."""
    found = []
    for _ in range(3):
        found.append(report())
        sign()
    return found


def where(key: StreamKey) -> str:
    return f"site_id = {key.site_id} AND stream_id = {key.stream_id}"


def test_what_was_not_changed_is_found_so(shop: Shop, orders: list[StreamKey], look: Look) -> None:
    tally = look()
    assert tally.findings == []
    assert (tally.streams, tally.checkpoints, tally.pending) == (3, 3, 0)
    assert tally.events == tally.leaves == count(shop, "count(*) FROM event")
    assert tally.texts == 9
    for key in orders:
        assert look(key).findings == []


def test_events_that_the_log_is_about_to_hold_are_no_finding(
    orders: list[StreamKey], report: Report, look: Look
) -> None:
    report()
    tally = look()
    assert tally.findings == []
    assert tally.pending > 0


CHANGES = {
    "a payload edited": ("UPDATE event SET payload = payload || ' ' WHERE {} AND seq = 4", 4),
    "a payload and its hash edited": (
        "UPDATE event SET payload = '{{}}', digest = sha256('x') WHERE {} AND seq = 4",
        4,
    ),
    "an instant edited beside the payload": (
        "UPDATE event SET at = at - interval '1 hour' WHERE {} AND seq = 3",
        3,
    ),
    "a type edited beside the payload": ("UPDATE event SET type = 'OrderClosed' WHERE {} AND seq = 5", 5),
    "an event deleted": ("DELETE FROM event WHERE {} AND seq = 5", 5),
    "the first event deleted": ("DELETE FROM event WHERE {} AND seq = 1", 1),
    "two events swapped": (
        (
            "UPDATE event SET seq = -seq WHERE {0} AND seq IN (4, 5);"
            "UPDATE event SET seq = 9 + seq WHERE {0} AND seq < 0"
        ),
        4,
    ),
    "all events deleted": ("DELETE FROM event WHERE {}", 1),
    "all events and the row deleted": ("DELETE FROM event WHERE {0}; DELETE FROM stream WHERE {0}", 1),
    "the row deleted": ("DELETE FROM stream WHERE {}", None),
    "the head edited": ("UPDATE stream SET head = sha256('x') WHERE {}", None),
    "the tail cut": ("DELETE FROM event WHERE {} AND seq > 6", 7),
    "the tail cut and the row mended": (
        (
            "DELETE FROM event WHERE {0} AND seq > 6;"
            "UPDATE stream SET seq = 6, head = (SELECT digest FROM event WHERE {0} AND seq = 6) WHERE {0}"
        ),
        7,
    ),
    "a leaf edited": ("UPDATE log_run SET leaves = overlay(leaves PLACING sha256('x') FROM 65) WHERE {}", 3),
    "a text edited": (
        "UPDATE private_row SET body = '靠窗地上没有水' WHERE {} AND body = '靠窗地上有水'",
        1,
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", CHANGES)
def test_a_change_is_found_and_the_first_bad_event_named(
    what: str, orders: list[StreamKey], owner: Owner, look: Look, shop: Shop
) -> None:
    statements, seq = CHANGES[what]
    if seq is None:
        last = count(shop, f"max(seq) FROM event WHERE {where(orders[1])}")
        seq = last + 1 if what == "the row deleted" else last
    owner.run(*statements.format(where(orders[1])).split(";"))
    code = f"AIBO5-{orders[1].stream_id}"
    assert at(look().findings[0]) == (code, seq)
    assert at(look(orders[1]).findings[0]) == (code, seq)
    assert look(orders[0]).findings == [] or what == "a leaf edited"


def test_a_stream_rewritten_with_all_its_hashes_is_found_against_the_log(
    orders: list[StreamKey], owner: Owner, look: Look
) -> None:
    owner.rewrite(orders[1], since=3)
    (found,) = look().findings
    assert at(found) == (f"AIBO5-{orders[1].stream_id}", 3)
    assert "rewritten" in found.what


def test_an_event_added_behind_the_logs_back_is_found(
    orders: list[StreamKey], owner: Owner, look: Look, shop: Shop
) -> None:
    last = count(shop, f"max(seq) FROM event WHERE {where(orders[2])}")
    owner.run(
        f"INSERT INTO event SELECT site_id, stream_id, seq + 1, type, at, payload, digest FROM event"
        f" WHERE {where(orders[2])} AND seq = {last}",
        "DELETE FROM log_pending",
    )
    assert at(look().findings[0]) == (f"AIBO5-{orders[2].stream_id}", last + 1)


def test_stream_and_log_rewritten_are_found_against_the_checkpoints(
    orders: list[StreamKey], owner: Owner, look: Look
) -> None:
    """The checkpoint before the order still holds, so that its first event is where a rewrite may begin."""
    owner.rewrite(orders[1], since=1)
    owner.rewrite_log()
    (found,) = look().findings
    assert at(found) == (f"AIBO5-{orders[1].stream_id}", 1)
    assert "the log was rewritten" in found.what
    assert "up to the checkpoint of" in found.what
    assert "rewritten" in look(orders[1]).findings[0].what


@pytest.fixture
def held(shop: Shop, orders: list[StreamKey], settings: Settings, tmp_path: Path) -> Path:
    """The newest checkpoint, as a party kept it."""
    with transaction(shop.engine) as sql:
        row = sql.execute("SELECT note FROM log_checkpoint ORDER BY size DESC LIMIT 1").fetchone()
    assert row is not None
    place = tmp_path / "held.txt"
    place.write_text(row[0])
    return place


def forge(shop: Shop, settings: Settings, owner: Owner) -> None:
    """Whoever has the key as well signs what the log was made into."""
    owner.run("DELETE FROM log_checkpoint")
    with transaction(shop.engine) as sql:
        log = read_log(sql)
        head = Head(log.tree.size, log.tree.root())
        note = signer(settings, log.origin).sign(checkpoint_text(log.origin, head))
        sql.execute("INSERT INTO log_checkpoint VALUES (%s, now(), %s)", (log.tree.size, note))


def test_everything_rewritten_and_signed_anew_is_found_against_a_checkpoint_held_elsewhere(
    shop: Shop, settings: Settings, orders: list[StreamKey], owner: Owner, look: Look, held: Path
) -> None:
    owner.rewrite(orders[1], since=2)
    owner.rewrite_log()
    forge(shop, settings, owner)
    assert look().findings == []
    (found,) = look(against=(held,)).findings
    assert at(found) == (f"AIBO5-{orders[0].stream_id}", 1)
    assert str(held) in found.what
    assert look(orders[1], against=(held,)).findings != []


def cut(owner: Owner, key: StreamKey) -> None:
    """An order that was reported last never was."""
    owner.run(
        *(f"DELETE FROM {table} WHERE {where(key)}" for table in ("event", "stream", "log_run")),
        "DELETE FROM log_checkpoint WHERE size > (SELECT max(first_index) FROM log_run) + 100",
    )
    owner.rewrite_log()


def test_a_log_that_was_cut_is_found_against_its_checkpoints(
    orders: list[StreamKey], owner: Owner, look: Look, held: Path
) -> None:
    cut(owner, orders[2])
    assert any("the log was cut" in one.what for one in look().findings)


def test_a_log_cut_together_with_its_checkpoints_is_found_against_one_held_elsewhere(
    shop: Shop, settings: Settings, orders: list[StreamKey], owner: Owner, look: Look, held: Path
) -> None:
    cut(owner, orders[2])
    forge(shop, settings, owner)
    assert look().findings == []
    (found,) = look(against=(held,)).findings
    assert "the log was cut" in found.what
    assert look(orders[0], against=(held,)).findings != []


def test_the_log_goes_on_after_a_forged_event_was_put_in_and_the_verification_still_says_so(
    shop: Shop, orders: list[StreamKey], owner: Owner, look: Look, report: Report, sign: Sign
) -> None:
    owner.run(f"DELETE FROM event WHERE {where(orders[0])} AND seq = 3")
    owner.run(
        "INSERT INTO event SELECT site_id, stream_id, 3, type, at, payload, digest FROM event"
        f" WHERE {where(orders[0])} AND seq = 4"
    )
    report()
    sign()
    assert [at(one) for one in look().findings] == [(f"AIBO5-{orders[0].stream_id}", 3)]


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        ("UPDATE log_state SET size = size - 1", "its state"),
        ("UPDATE log_state SET hashes = overlay(hashes PLACING sha256('x') FROM 1)", "its state"),
        ("UPDATE log_checkpoint SET note = replace(note, '—', '-') WHERE size < 40", "cannot be trusted"),
        ("UPDATE log_checkpoint SET size = size + 1 WHERE size < 40", "another size"),
        ("UPDATE log_run SET first_index = first_index + 7 WHERE first_index = 0", "missing"),
    ],
)
def test_what_is_changed_in_the_log_itself_is_found(
    statement: str, told: str, orders: list[StreamKey], owner: Owner, look: Look
) -> None:
    owner.run(statement)
    assert any(told in one.what for one in look().findings)


def test_a_checkpoint_held_elsewhere_must_be_signed(
    shop: Shop, settings: Settings, orders: list[StreamKey], held: Path
) -> None:
    held.write_text(held.read_text().replace("lianban/", "lianban/0", 1))
    with pytest.raises(NoteError):
        trust(shop.engine, settings, against=(held,))


def test_erased_texts_leave_everything_verifiable(shop: Shop, orders: list[StreamKey], look: Look) -> None:
    with transaction(shop.engine) as sql:
        sql.execute("UPDATE private_row SET secret = NULL, body = NULL")
    tally = look()
    assert tally.findings == []
    assert (tally.texts, tally.erased) == (0, 9)


def test_verifying_beside_writers_finds_nothing(
    shop: Shop, orders: list[StreamKey], report: Report, settings: Settings
) -> None:
    """Orders come in, are appended and signed between the steps of a verification."""
    steps = verify(shop.engine, trust(shop.engine, settings))
    tally = next(steps)
    for step in steps:
        tally = step
        report()
        sequence(shop.engine)
        issue(shop.engine, settings, every=timedelta())
    assert tally.findings == []
