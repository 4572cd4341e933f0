"""The plan: drawn from a seed, every kind of it."""

from collections import Counter

import pytest

from tests.faults.bugs import BUGS
from tests.faults.checking import MUST_BE_ZERO
from tests.faults.plan import KINDS, UnknownFault, chosen, drawn


def test_the_same_seed_throws_the_same_faults_at_the_same_moments() -> None:
    one, other = (list(drawn(KINDS, seed=7, seconds=60, lease=12)) for _ in range(2))
    assert one == other


def test_another_seed_throws_others() -> None:
    one, other = (list(drawn(KINDS, seed=seed, seconds=60, lease=12)) for seed in (7, 8))
    assert one != other


def test_each_kind_comes_before_one_comes_twice() -> None:
    blows = Counter(fault.kind for fault in drawn(KINDS, seed=3, seconds=300, lease=12))
    assert set(blows) == set(KINDS) - {"reply-cut"}
    assert max(blows.values()) - min(blows.values()) <= 1


def test_ten_minutes_hold_more_than_a_hundred_and_fifty() -> None:
    assert len(list(drawn(KINDS, seed=1, seconds=600, lease=12))) > 150


def test_who_is_stopped_is_stopped_past_the_lease() -> None:
    stops = [one for one in drawn(KINDS, seed=1, seconds=300, lease=12) if one.kind.startswith("stop-")]
    assert min(one.lasts for one in stops) > 12


def test_a_plan_of_client_faults_alone_throws_nothing() -> None:
    assert list(drawn(["reply-cut"], seed=1, seconds=60, lease=12)) == []


def test_a_kind_that_there_is_not_is_refused() -> None:
    with pytest.raises(UnknownFault, match="kill-all"):
        chosen("kill-api, kill-all")


@pytest.mark.parametrize("name", BUGS)
def test_a_seeded_bug_is_looked_for_by_faults_and_figures_that_there_are(name: str) -> None:
    assert set(BUGS[name].kinds) <= set(KINDS)
    assert set(BUGS[name].found_by) <= {*MUST_BE_ZERO, "ledger_ok"}
