"""The small world is one that the product takes, and the clients' bodies are such as the actions have."""

import random
import re

import pytest

from models.domain.playbook.parse import read_playbook
from models.domain.playbook.site import parse_site
from models.domain.policy import Stand, sights
from models.domain.streams import Role
from services.actions.table import ASSIGNMENT_ACTIONS, ORDER_ACTIONS, Action
from services.addresses import parse_address
from services.bootstrap import playbook_folder
from services.views import seen
from services.views.models import OrderView
from tests.faults.clients import NOTHING_SAID, OVERSEEING, body_of
from tests.faults.world import playbook, site

MARK = "op1x1x00000000"


def shipped(name: str) -> str:
    return (playbook_folder() / name).read_text(encoding="utf-8")


def test_every_limit_of_the_playbook_is_a_matter_of_seconds() -> None:
    text = playbook(shipped("playbook.toml"))
    assert read_playbook("playbook.toml", text).playbook.code == "aibo-5"
    limits = re.findall(r'^(?!#|limits_|max|within).*"\d+ (WD|WH|h|min|d)\b', text, re.MULTILINE)
    assert limits == []


def test_the_channels_lead_to_the_sink_and_can_be_used() -> None:
    spec = parse_site("site.toml", site(shipped("site.toml"), 4711))
    outside = [one for one in spec.channels if one.kind != "recorder"]
    assert {one.kind for one in outside} == {"ntfy", "dingtalk", "webhook"}
    assert all(parse_address(one.kind, one.address) for one in outside)


@pytest.mark.parametrize(
    "action", [*ORDER_ACTIONS.values(), *ASSIGNMENT_ACTIONS.values()], ids=lambda one: one.name
)
def test_a_client_says_with_an_action_what_it_takes_and_its_mark(action: Action) -> None:
    body = action.body.model_validate(body_of(action.name, MARK, random.Random(1)))
    assert (MARK in body.model_dump_json()) == (action.name not in NOTHING_SAID)


@pytest.mark.parametrize("party", OVERSEEING)
def test_whoever_is_asked_who_holds_an_order_oversees_it_and_sees_that(party: str) -> None:
    spec = parse_site("site.toml", site(shipped("site.toml"), 4711))
    (capacities,) = (one.capacities for one in spec.parties if one.code == party)
    assert capacities & set(seen.OVERSEEING)
    assert sights(Role.LEAD, {Stand.OVERSIGHT}) & seen.FIELDS[OrderView]["holders"]
