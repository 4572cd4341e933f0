"""`lianban told`: a notice by telephone waits for the word of who telephoned."""

from dataclasses import replace
from pathlib import Path

import pytest

from models.domain.orders import commands as c
from models.domain.orders.state import Reporter
from models.domain.playbook.site_model import ChannelSpec
from models.domain.streams import SYSTEM, Actor, Role, StreamKey
from models.domain.words import Origin, ReporterKind, Severity
from services.execute import Envelope, Shop, Unit
from services.notify.expanding import expand
from services.notify.outside import Outside
from services.notify.record import service_record
from services.notify.sending import send
from services.secrets import ring
from services.store import sites
from services.store.claims import LIVE
from services.store.private import private_text
from services.store.transactions import transaction
from tests.databases import SPEC, add_aibo
from tests.integration.cli.conftest import Cli


def spoken_site(shop: Shop) -> int:
    """爱博五村, live, where everybody is told by telephone."""
    channels = tuple(
        ChannelSpec("spoken", "021-12345678", member.code, None) for member in SPEC.members if member.party
    )
    return add_aibo(shop.engine, spec=replace(SPEC, channels=channels))


@pytest.fixture
def order(shop: Shop, tmp_path: Path) -> StreamKey:
    """A dangerous leak, of which the parties wait to be told."""
    site_id = spoken_site(shop)
    with transaction(shop.engine) as sql:
        key = StreamKey(site_id, sites.take_numbers(sql, site_id))
    text = private_text("漏水")
    report = c.Report(
        *("table-tennis", text.ref, Reporter(ReporterKind.RESIDENT, "p1")),
        category="leak",
        origin=Origin.PRE_EXISTING,
        severity=Severity.DANGER,
    )
    resident = Actor(Role.RESIDENT, None, "p1")
    for command, actor, texts in ((report, resident, (text,)), (c.RouteOrder(), SYSTEM, ())):
        answer = shop.execute([Unit((Envelope(key, command, actor, texts),))], sites=[site_id])[0]
        assert answer.refused is None
    while expand(shop, LIVE):
        pass
    while send(shop, LIVE, outside=Outside(ring())):
        pass
    return key


def states(shop: Shop, key: StreamKey, party: str) -> set[str]:
    with transaction(shop.engine) as sql:
        record = service_record(sql, key)
    return {told["state"] for one in record if one["party"] == party for told in one["deliveries"]}


def test_calls_to_make_are_listed_and_none_counts_as_made(cli: Cli, shop: Shop, order: StreamKey) -> None:
    said = cli("told").output
    assert f"AIBO5-{order.stream_id}" in said
    assert states(shop, order, "asset_company") == {"by_hand"}


def test_the_word_of_who_telephoned_is_on_record(cli: Cli, shop: Shop, order: StreamKey) -> None:
    cli("told", f"AIBO5-{order.stream_id}", "asset_company", "--as", "committee")
    assert states(shop, order, "asset_company") == {"accepted"}
    assert states(shop, order, "property") == {"by_hand"}
    with transaction(shop.engine) as sql:
        words = [
            step["words"]
            for one in service_record(sql, order)
            for told in one["deliveries"]
            for step in told["steps"]
            if step["step"] == "accepted"
        ]
    assert words
    assert set(words) == {"电话已告知 Told by telephone: operator:committee, committee."}


def test_a_call_that_nobody_waits_for_is_told_so(cli: Cli, order: StreamKey) -> None:
    said = cli("told", f"AIBO5-{order.stream_id}", "owners", code=1).output
    assert "no call to owners" in " ".join(said.split())


def test_a_resident_cannot_say_so(cli: Cli, order: StreamKey) -> None:
    said = cli("told", f"AIBO5-{order.stream_id}", "property", "--as", "resident", code=1).output
    assert "only who acts for a party" in said
