"""A site's own history lived once more: under its own rules it comes out as it was."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlalchemy import Engine

from models.domain.backtest.history import Case
from models.domain.backtest.outcome import Outcome
from models.domain.backtest.simulating import simulate
from models.domain.business_time.limits import Limit
from models.domain.orders.rules import Context
from models.domain.words import DeadlineKind
from services.execute import Shop
from services.matters.rules.history import cases_of_site
from services.replay.story import tell_story
from services.settings import Settings
from services.store.contexts import Contexts, read_sites
from services.store.transactions import transaction
from tests.databases import AIBO, empty

UNTIL = datetime(2026, 2, 25, 1, 0, tzinfo=UTC)
BY_PARTY = (
    "SELECT party, p ->> 'mark', count(*) FROM (SELECT e.site_id,"
    " convert_from(payload, 'UTF8')::jsonb -> 'data' AS p FROM event e WHERE type = 'StepReached') x,"
    " LATERAL (SELECT p ->> 'party' AS party) y GROUP BY 1, 2"
)


@pytest.fixture(scope="module")
def past(
    migrated_url: str, worker_engine: Engine, tmp_path_factory: pytest.TempPathFactory
) -> tuple[list[Case], Context, Counter[tuple[str, str]]]:
    empty(migrated_url)
    told = Settings.read({"LIANBAN_ENV": "test", "LIANBAN_DATA": str(tmp_path_factory.mktemp("data"))})
    shop = Shop(worker_engine, Contexts())
    site = tell_story(shop, AIBO, until=UNTIL, told=told)
    with transaction(worker_engine, [site]) as sql:
        context = shop.contexts.of(sql, read_sites(sql, [site])[site])
        reached = Counter({(party, mark): n for party, mark, n in sql.execute(BY_PARTY)})
        return cases_of_site(sql, site, "AIBO5"), context, reached


@pytest.fixture(scope="module")
def again(past: tuple[list[Case], Context, Counter[tuple[str, str]]]) -> Outcome:
    cases, context, _ = past
    return simulate(cases, context, UNTIL)


def test_under_its_own_rules_all_that_was_done_is_allowed(again: Outcome) -> None:
    assert again.not_allowed == Counter()
    assert again.cases > 40


def test_under_its_own_rules_every_step_is_reached_that_was_reached(
    again: Outcome, past: tuple[list[Case], Context, Counter[tuple[str, str]]]
) -> None:
    counted = Counter(
        {(party, mark): n for party, one in again.parties.items() for mark, n in one.steps.items()}
    )
    assert counted == past[2]


def test_shorter_limits_make_more_of_it_late(
    past: tuple[list[Case], Context, Counter[tuple[str, str]]], again: Outcome
) -> None:
    cases, context, _ = past
    routes = tuple(
        replace(one, limits={**one.limits, DeadlineKind.FIX: Limit.parse("1 h 24x7")})
        for one in context.playbook.routes
    )
    tighter = replace(context, playbook=replace(context.playbook, routes=routes))
    assert simulate(cases, tighter, UNTIL).late > again.late
