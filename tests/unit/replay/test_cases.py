"""A row is lived through in the core before its first command, so that none half-lands."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from models.domain.business_time.calendar import Calendar
from models.domain.orders.rules import Context
from services.replay.municipal.cases import refused_by_core
from services.replay.municipal.format import Format
from services.replay.municipal.rows import Reading, Row

UNTIL = datetime(2013, 10, 1, 4, tzinfo=UTC)


@pytest.fixture
def context(boston: Format) -> Context:
    calendars = {one.code: Calendar(one.code, 1, boston.site.zone) for one in boston.site.calendars}
    return Context(boston.playbook, boston.site.directory(calendars, 1))


@pytest.fixture
def row(read: Callable[..., Reading]) -> Row:
    return read({}).rows[0]


def test_a_sound_row_is_taken(row: Row, context: Context) -> None:
    assert refused_by_core(row, context, UNTIL) is None
    assert refused_by_core(replace(row, closed=None), context, UNTIL) is None
    assert refused_by_core(replace(row, target=None), context, UNTIL) is None


def test_what_the_core_would_refuse_is_told(row: Row, context: Context) -> None:
    assert "no space 'moon'" in str(refused_by_core(replace(row, space="moon"), context, UNTIL))


def test_a_late_refusal_is_found_as_well(row: Row, context: Context) -> None:
    assert "prop has no assignment" in str(refused_by_core(replace(row, party="prop"), context, UNTIL))


def test_a_limit_that_no_calendar_reaches_is_found(row: Row, context: Context) -> None:
    far = replace(row, target=datetime(2099, 12, 30, tzinfo=UTC), closed=None)
    assert refused_by_core(far, context, datetime(2099, 12, 31, 12, tzinfo=UTC))
