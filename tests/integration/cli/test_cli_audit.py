"""`lianban audit`: what has drifted from the events, as a table or as JSON."""

import json

from services.execute import Shop
from tests.databases import change
from tests.integration.cli.conftest import Cli


def test_what_is_as_the_events_have_it_is_found_so(aibo: Cli, leak: str) -> None:
    told = " ".join(aibo("audit").stdout.split())
    assert "1 record: everything is armed, fired and sent as the events have it." in told


def test_drift_is_printed_with_its_order_kind_and_both_sides(aibo: Cli, leak: str, shop: Shop) -> None:
    change(shop, "DELETE FROM timer WHERE kind = 'fix' AND party = 'property'")
    told = aibo("audit", leak, code=1).stdout
    assert leak in told
    assert "timer" in told
    assert "fix of property" in " ".join(told.split())


def test_as_json_it_is_one_object_that_counts_the_drift(aibo: Cli, leak: str, shop: Shop) -> None:
    change(shop, "DELETE FROM notice WHERE id = (SELECT min(id) FROM notice)")
    image = json.loads(aibo("audit", "--json", code=1).stdout)
    assert image["audit_drift"] == len(image["drift"]) > 0
    assert {one["kind"] for one in image["drift"]} >= {"notice"}


def test_an_order_that_is_not_there_is_said_so(aibo: Cli) -> None:
    assert "there is no order AIBO5-9." in aibo("audit", "AIBO5-9", code=1).stderr
