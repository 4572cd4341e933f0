"""A site in which things happened, so that its pages have something to show."""

from dataclasses import dataclass
from typing import Any

from models.domain.streams import StreamKey
from services import crew_links, links
from services.figures.keeping import keep
from services.store.transactions import transaction
from tests.browser.lived_before import WRITTEN_BEFORE, days_before, photograph
from tests.integration.api.conftest import World

WRITTEN = {
    "leak": "空调旁天花板漏水，地上一滩，老人容易滑倒",
    "mould": "北墙角发霉，有巴掌大一片",
    "burst": "水管爆了，水往走廊里流",
    "door": "舞蹈房移门松动，推的时候会歪",
    "question": "整修期间乒乓球活动去哪里？",
    "note": "已量过尺寸，材料周三到",
    "reason": "漏点在新做的屋面，属于保修范围",
    **WRITTEN_BEFORE,
}
"""What people wrote there; it is in their language on pages of any."""


@dataclass(frozen=True)
class LivedSite:
    """Its orders by name, and the secrets that let people in."""

    orders: dict[str, str]
    tracking: str
    """What a resident comes back by, to the order `door`."""
    link: str
    crew: str
    world: World


def lived(world: World) -> LivedSite:
    """Those of the days before, and five of today: fixed, in danger, to be decided, of a resident, asked."""
    before = days_before(world)
    told = world.client().post(
        "/api/v1/public/reports",
        json={
            "site": "AIBO5",
            "space": "dance",
            "category": "loose_fixture",
            "description": WRITTEN["door"],
            "reporter": {"name": "王阿姨", "phone": "13800005678"},
        },
    )
    assert told.status_code == 201, told.text
    world.route()
    orders = before | {
        "door": str(told.json()["code"]),
        "leak": world.report(description=WRITTEN["leak"], space="canteen"),
        "mould": world.report(category="mould", origin="construction", description=WRITTEN["mould"]),
        "burst": world.report(severity="danger", description=WRITTEN["burst"], space="corridor"),
        "question": world.report(category="question", origin="unknown", description=WRITTEN["question"]),
    }
    _worked_on(world, orders)
    keep(world.worker)
    return LivedSite(orders, str(told.json()["tracking_code"]), *_links(world, orders["burst"]), world)


def _worked_on(world: World, orders: dict[str, str]) -> None:
    mould, leak = orders["mould"], orders["leak"]
    photograph(world, leak, "committee", "ceiling-drip", "before")
    _did(world, leak, "property", "acknowledge")
    _did(world, leak, "property", "return", {"nominee": "contractor", "reason": WRITTEN["reason"]})
    _did(world, mould, "contractor", "acknowledge")
    _did(world, mould, "contractor", "arrive")
    _did(world, mould, "contractor", "note", {"note": WRITTEN["note"]})
    photograph(world, mould, "contractor", "mould-corner", "before")
    photograph(world, mould, "contractor", "mould-wiped", "after")
    _did(world, mould, "contractor", "done")


def _did(world: World, code: str, party: str, action: str, body: Any = None) -> None:
    answer = world.act(code, f"assignments/{party}/{action}", party, body)
    assert answer.status_code == 200, answer.text


def _links(world: World, code: str) -> tuple[str, str]:
    """Of a message to the property about an order, and of the contractor's crew: without the host."""
    site = world.site_ids["AIBO5"]
    wanted = links.Wanted(1, StreamKey(site, int(code.rpartition("-")[2])), "property", "tang-ayong")
    with transaction(world.worker.engine) as sql:
        (link,) = links.mint(sql, "", [wanted], None).values()
        crew = crew_links.create(sql, crew_links.For(site, "contractor", "陶队长"), "")
    return link, crew
