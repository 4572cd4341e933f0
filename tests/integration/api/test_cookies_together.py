"""Browsers that ask in the same moment are looked up together, and each is let in as himself."""

from datetime import UTC, datetime

from models.domain.streams import Role
from services.identity import accounts, sign_ins
from services.identity.sign_ins import Stage
from services.identity.whoami import callers_by_sign_ins
from services.store.transactions import transaction
from tests.integration.api.conftest import World
from tests.integration.api.test_standing import Counting


def _browser(world: World, name: str, party: str, stage: Stage = Stage.FULL) -> str:
    with transaction(world.worker.engine) as sql:
        account = accounts.create(sql, name, name)
        accounts.stand(sql, account, world.site_ids["AIBO5"], Role.HANDLER, party=party)
        return sign_ins.begin(sql, account, stage, "test")


def test_each_is_let_in_as_himself_and_who_is_unknown_not_at_all(world: World) -> None:
    one, other = _browser(world, "first", "committee"), _browser(world, "second", "property")
    half = _browser(world, "third", "property", Stage.SECOND)
    with transaction(world.app.state.shop.engine) as sql:
        found = callers_by_sign_ins(sql, [other, "lbw_nobody", half, one, other], datetime.now(UTC))
    parties = [caller.actor.party if caller else None for _, caller in found]
    assert parties == ["property", None, None, "committee", "property"]
    assert [who is None for who, _ in found] == [False, True, False, False, False]


def test_thirty_of_them_cost_no_more_statements_than_one(world: World) -> None:
    secrets = [_browser(world, f"many-{number}", "committee") for number in range(30)]
    asked = []
    for some in (secrets[:1], secrets):
        with transaction(world.app.state.shop.engine) as sql, Counting() as counting:
            callers_by_sign_ins(sql, some, datetime.now(UTC))
        asked.append(counting.many)
    assert asked[0] == asked[1] > 0
