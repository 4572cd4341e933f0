"""The story of 爱博五村 told up to several days: nothing of it is refused, and what it leaves is sound."""

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from models.domain import ledger
from models.domain.codec import decode
from models.domain.playbook.problems import PlaybookError
from models.domain.streams import StreamKey
from services.execute import KINDS, Shop
from services.replay.around import AROUND
from services.replay.story import tell_story
from services.replay.turning import turn
from services.settings import Settings
from services.store.contexts import Contexts
from services.store.streams import event_of
from services.store.transactions import transaction
from tests.databases import AIBO, TOLD_STREAMS, empty

ENDS = {
    "an ordinary evening": "2025-06-18T20:30:00+08:00",
    "over 春节": "2026-02-25T09:00:00+08:00",
    "over 国庆": "2025-10-12T23:59:00+08:00",
    "a year that is not published": "2027-10-20T12:00:00+08:00",
    "today": None,
}
STATES = "SELECT stream_id, kind, state FROM stream"
EVERY = re.compile(r"(?<![0-9])1[0-9]{2}[ *-]*[0-9*]{4}[ -]*[0-9]{4}(?![0-9])")
"""Anything that looks like a resident's number, masked or not."""


@pytest.fixture(scope="module")
def engine(migrated_url: str, worker_engine: Engine) -> Engine:
    empty(migrated_url)
    return worker_engine


@pytest.fixture(scope="module")
def told(postgres_url: str, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    data = str(tmp_path_factory.mktemp("data"))
    return Settings.read({"LIANBAN_ENV": "test", "LIANBAN_DATA": data, "LIANBAN_DATABASE_URL": postgres_url})


@pytest.fixture(scope="module", params=ENDS, ids=list(ENDS))
def story(request: pytest.FixtureRequest, engine: Engine, postgres_url: str, told: Settings) -> "Story":
    """The whole story in an empty database, told up to one of the days."""
    empty(postgres_url)
    shop, end = Shop(engine, Contexts()), ENDS[request.param]
    until = datetime.fromisoformat(end) if end else datetime.now(UTC)
    return Story(engine, tell_story(shop, AIBO, until=until, told=told), until)


class Story:
    """A told story's rows."""

    def __init__(self, engine: Engine, site_id: int, until: datetime) -> None:
        self.engine, self.site_id, self.until = engine, site_id, until

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        with transaction(self.engine, [self.site_id]) as sql:
            return sql.execute(query.encode()).fetchall()

    def ledgers(self) -> dict[StreamKey, list[ledger.Link]]:
        found: dict[StreamKey, list[ledger.Link]] = {}
        for stream, seq, payload, digest in self.rows(
            "SELECT stream_id, seq, payload, digest FROM event ORDER BY stream_id, seq"
        ):
            found.setdefault(StreamKey(self.site_id, stream), []).append(ledger.Link(seq, payload, digest))
        return found


def test_all_of_it_is_told_and_the_clock_is_the_live_one(story: Story) -> None:
    assert len(story.rows("SELECT FROM stream")) == TOLD_STREAMS
    assert story.rows("SELECT clock FROM site") == [("live",)]
    assert not story.rows("SELECT FROM routing")


def test_nothing_happens_after_the_day_on_which_it_is_told(story: Story) -> None:
    [(first, last)] = story.rows("SELECT min(at), max(at) FROM event")
    assert last <= story.until
    assert 59 <= (story.until - first).days <= 61


def test_the_chain_of_every_stream_holds(story: Story) -> None:
    heads = dict(story.rows("SELECT stream_id, head FROM stream"))
    ledgers = story.ledgers()
    assert len(ledgers) == TOLD_STREAMS
    for key, links in ledgers.items():
        assert ledger.first_broken(key, links, head=heads[key.stream_id]) is None


def test_the_fold_of_its_events_is_the_state_of_every_stream(story: Story) -> None:
    rows = {number: (KINDS[kind], state) for number, kind, state in story.rows(STATES)}
    for key, links in story.ledgers().items():
        kind, kept = rows[key.stream_id]
        state = None
        for link in links:
            event, at, _ = event_of(kind, link.payload)
            state = kind.evolve(state, event, at)
        assert state == decode(kind.state_type, kept)


def test_everything_that_was_due_has_been_told_at_its_own_time(story: Story) -> None:
    due = "SELECT count(*) FROM notice WHERE expanded_at IS NULL AND send_at <= "
    assert story.rows(f"{due} '{story.until.isoformat()}'") == [(0,)]
    assert story.rows("SELECT count(*) FROM delivery WHERE state <> 'accepted'") == [(0,)]
    late = (
        "SELECT count(*) FROM delivery d JOIN notice n ON n.id = d.notice_id WHERE d.created_at > n.send_at"
    )
    assert story.rows(late) == [(0,)]


def test_no_phone_shows_a_resident_or_what_was_said(story: Story) -> None:
    said = [body for (body,) in story.rows("SELECT body FROM private_row WHERE length(body) > 8")]
    assert len(said) > 150
    for title, body in story.rows("SELECT title, body FROM phone"):
        assert not EVERY.search(title + body)
        assert not [one for one in said if one in title + body]


def test_photos_lie_in_the_data_folder_under_their_hash(story: Story, told: Settings) -> None:
    names = {name for (name,) in story.rows("SELECT sha256 FROM photo")}
    assert len(names) > 40
    assert names <= {path.name for path in (told.data / "photos").rglob("*") if path.is_file()}


def test_every_kind_of_page_has_something_to_show(story: Story) -> None:
    statuses = {status for (status,) in story.rows("SELECT DISTINCT status FROM stream")}
    assert statuses >= {
        *("closed", "open", "awaiting_review", "triage", "unrouted", "merged", "cancelled", "false_alarm"),
    }
    assert story.rows("SELECT FROM stream WHERE supervised")
    assert {kind for (kind,) in story.rows("SELECT DISTINCT kind FROM stream")} == {"order", *AROUND}


class Killed(BaseException):
    """Stands for kill -9: nothing of ours is asked any more."""


@pytest.fixture
def emptied(postgres_url: str, engine: Engine) -> Engine:
    empty(postgres_url)
    return engine


def test_a_story_cut_short_leaves_nothing_and_can_be_told_again(
    emptied: Engine, told: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr("services.replay.story.turn", killed_after(40, turn))
        with pytest.raises(Killed):
            tell_story(Shop(emptied, Contexts()), AIBO, until=datetime.now(UTC), told=told)
    with transaction(emptied) as sql:
        assert sql.execute("SELECT FROM site").fetchall() == []
        assert sql.execute("SELECT FROM event").fetchall() == []
    site_id = tell_story(Shop(emptied, Contexts()), AIBO, until=datetime.now(UTC), told=told)
    assert len(Story(emptied, site_id, datetime.now(UTC)).rows("SELECT FROM stream")) == TOLD_STREAMS


def killed_after(calls: int, real: Any) -> Any:
    """The real function, until it is called once too often."""
    left = [calls]

    def called(*words: Any) -> None:
        left[0] -= 1
        if not left[0]:
            raise Killed
        real(*words)

    return called


def test_a_step_that_cannot_have_been_is_an_error_with_its_line(
    emptied: Engine, told: Settings, tmp_path: Path
) -> None:
    for name in ("site.toml", "playbook.toml", "floorplan.svg", "story.toml"):
        (tmp_path / name).write_text((AIBO / name).read_text(encoding="utf-8"), encoding="utf-8")
    text = (tmp_path / "story.toml").read_text(encoding="utf-8")
    step = '{ day = 0, at = "10:40", party = "property", action = "acknowledge" }'
    line = text[: text.index(step)].count("\n") + 1
    wrong = step.replace('"property"', '"street"')
    (tmp_path / "story.toml").write_text(text.replace(step, wrong), encoding="utf-8")

    with pytest.raises(PlaybookError, match=rf"story\.toml:{line}: leak-table-tennis: 'acknowledge'"):
        tell_story(Shop(emptied, Contexts()), tmp_path, until=datetime.now(UTC), told=told)
    with transaction(emptied) as sql:
        assert sql.execute("SELECT FROM site").fetchall() == []
