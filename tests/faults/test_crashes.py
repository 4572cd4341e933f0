"""Core and store against a crash at every statement boundary: a few places of a few seeds, seeded bugs."""

import logging
from collections.abc import Iterator
from typing import Any

import pytest
import structlog

from services.store import streams
from services.store.contexts import Sql
from tests.faults.crashes import Ground, Tally, hunt, quiet
from tests.faults.crashes_script import Operation


@pytest.fixture(scope="module")
def ground(migrated_url: str) -> Iterator[Ground]:
    made = Ground(migrated_url)
    before = structlog.get_config()
    quiet()
    yield made
    logging.disable(logging.NOTSET)
    structlog.configure(**before)
    made.empty()
    made.close()


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_crash_anywhere_leads_to_the_same_end(ground: Ground, seed: int) -> None:
    tally = Tally()
    hunt(ground, seed, tally, stride=97, length=4)
    assert tally.violations == []
    assert tally.runs >= 8


class Found(Exception):
    """A violation: one is enough."""


class First(list[str]):
    """Ends the hunt with the first violation."""

    def append(self, violation: str, /) -> None:
        raise Found(violation)


def commit_before_the_notices(monkeypatch: pytest.MonkeyPatch) -> None:
    real = streams._write_notices

    def write(sql: Sql, many: Any) -> None:
        sql.commit()
        real(sql, many)

    monkeypatch.setattr(streams, "_write_notices", write)


def commit_before_the_outbox_row(monkeypatch: pytest.MonkeyPatch) -> None:
    real = streams._write_routings

    def write(sql: Sql, many: Any) -> None:
        real(sql, many)
        sql.commit()

    monkeypatch.setattr(streams, "_write_routings", write)


def ask_again_without_a_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Operation, "_ticket", lambda *_: None)


@pytest.mark.parametrize(
    "bug", [commit_before_the_notices, commit_before_the_outbox_row, ask_again_without_a_key]
)
def test_a_bug_that_only_a_crash_shows_is_found(
    ground: Ground, monkeypatch: pytest.MonkeyPatch, bug: Any
) -> None:
    bug(monkeypatch)
    with pytest.raises(Found):
        hunt(ground, 1, Tally(violations=First()), length=3)
