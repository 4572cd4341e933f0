"""A site as callers see it: its rooms, organisations, categories, rules and floor plan."""

import re

from models.domain.policy import Permission
from services.callers import Caller
from services.execute import Shop, UnknownStream
from services.store.contexts import Sql, read_sites
from services.store.transactions import transaction
from services.views.language import Language
from services.views.models import CategoryView, Named, PartyView, PlaybookView, SiteView, SpaceView
from services.views.order import API
from services.views.seen import cut, sights_at_site


def site_view(shop: Shop, caller: Caller, code: str, language: Language) -> SiteView:
    """The site.

    Raises:
        UnknownStream: there is none, or the caller may not see it.
    """
    number = _number_of(caller, code)
    with transaction(shop.engine, caller.site_ids) as sql:
        site = read_sites(sql, [number])[number]
        row = sql.execute(
            "SELECT name, name_en, floorplan IS NOT NULL, phone, statement_timestamp() FROM site"
            " WHERE id = %s",
            (number,),
        ).fetchone()
        if row is None:
            raise UnknownStream(code)
        context = shop.contexts.of(sql, site)
        statuses = sql.execute("SELECT code, status FROM space WHERE site_id = %s", (number,)).fetchall()
    name, name_en, has_plan, phone, now = row
    directory, playbook = context.site, context.playbook
    by_code = dict(statuses)
    reasons = playbook.hold.reasons if playbook.hold else {}
    whole = SiteView(
        code=site.code,
        name=name,
        name_en=name_en,
        zone=directory.zone,
        clock=site.clock,
        now=site.virtual_now or now,
        spaces=[
            SpaceView(
                code=one.code, name=one.name, name_en=one.name_en, status=by_code.get(one.code, "existing")
            )
            for one in directory.spaces.values()
        ],
        parties=[
            PartyView(
                code=one.code,
                name=one.name,
                name_en=one.name_en,
                capacities=sorted(one.capacities),
                calendar=one.calendar,
                in_compound=one.in_compound,
                duty_roster=one.duty_roster,
            )
            for one in directory.parties.values()
        ],
        categories=[
            CategoryView(
                code=one.code,
                kind=one.kind,
                name=one.name,
                name_en=one.name_en,
                needs_origin=one.needs_origin,
                examples=list(one.examples),
            )
            for one in playbook.categories.values()
        ],
        hold_reasons=[Named(code=one, name=names.get(language, one)) for one, names in reasons.items()],
        playbook=PlaybookView(code=playbook.code, version=playbook.version, digest=playbook.digest),
        floorplan=f"{API}/sites/{site.code}/floorplan.svg" if has_plan else None,
        phone=phone,
    )
    return cut(whole, sights_at_site(caller.at(number)))


def floorplan(shop: Shop, caller: Caller, code: str, space: str | None = None) -> str:
    """The site's floor plan as SVG, with a room marked if one is named.

    Raises:
        UnknownStream: no such site, no plan of it, or the caller may not see it.
    """
    number = _number_of(caller, code)
    with transaction(shop.engine, caller.site_ids) as sql:
        plan = _plan(sql, number)
    if plan is None:
        raise UnknownStream(code)
    return marked(plan, space) if space else plan


def _plan(sql: Sql, site_id: int) -> str | None:
    row = sql.execute("SELECT floorplan FROM site WHERE id = %s", (site_id,)).fetchone()
    return row[0] if row else None


def _number_of(caller: Caller, code: str) -> int:
    if code not in caller.sites or not caller.may(Permission.SEE_SITE, caller.sites[code]):
        raise UnknownStream(code)
    return caller.sites[code]


_PIN = """<g id="mark" transform="translate({x} {y})" aria-hidden="true">
<ellipse rx="18" ry="7" fill="#c8321e" fill-opacity="0.35"/>
<path d="M0 6C-22 -26 -30 -38 -30 -54A30 30 0 0 1 30 -54C30 -38 22 -26 0 6Z" fill="#c8321e" stroke="#fff"
 stroke-width="4"/>
<circle cy="-54" r="11" fill="#fff"/></g></svg>"""


def marked(plan: str, space: str) -> str:
    """The plan with a pin in the room; a room that is not drawn is not marked."""
    at = re.search(rf'id="space-{re.escape(space)}"[^>]*\bdata-pin="([\d.]+) ([\d.]+)"', plan)
    if at is None:
        return plan
    return _with_pin(plan, at[1], at[2])


def pinned(plan: str, x: int, y: int) -> str:
    """The plan with a pin at a point, in ten-thousandths of its width and height."""
    box = re.search(r'<svg[^>]*\bviewBox="([-\d.]+) ([-\d.]+) ([\d.]+) ([\d.]+)"', plan)
    if box is None:
        return plan
    left, top, width, height = map(float, box.groups())
    return _with_pin(plan, f"{left + width * x / 10_000:.1f}", f"{top + height * y / 10_000:.1f}")


def _with_pin(plan: str, x: str, y: str) -> str:
    head, _, tail = plan.rpartition("</svg>")
    return head + _PIN.format(x=x, y=y) + tail
