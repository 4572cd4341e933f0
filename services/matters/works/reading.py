"""Announced works as everybody may read them, and what a site's rules are for whoever announces some."""

from datetime import timedelta

from models.domain.codec import decode
from models.domain.matter import Asked
from models.domain.matters.works.kind import WORKS
from models.domain.matters.works.rules import local_day
from models.domain.matters.works.state import Plan, Works, WorksStatus
from models.domain.streams import StreamKey, TextRef
from services.execute import Shop
from services.matters.kit import MOST_LISTED, Doer, Found, with_words
from services.store.contexts import Sql, read_sites
from services.store.transactions import now_of, transaction

KEPT = timedelta(days=7)
"""So long the board still says that works ended."""


def open_works(sql: Sql, site_id: int) -> dict[int, Works]:
    """The works that are neither ended nor cancelled, by number."""
    rows = sql.execute(
        "SELECT stream_id, state FROM stream WHERE site_id = %s AND kind = %s AND closed_at IS NULL",
        (site_id, WORKS.name),
    )
    return {number: decode(Works, state) for number, state in rows.fetchall()}


def public_works(shop: Shop, sql: Sql, site_id: int, number: int | None = None) -> list[Found[Works]]:
    """The announced works of a site with their words, those that begin first at the top; or this one."""
    site = read_sites(sql, [site_id])[site_id]
    context, now = shop.contexts.of(sql, site), site.virtual_now or now_of(sql)
    rows = sql.execute(
        "SELECT stream_id, state FROM stream WHERE site_id = %s AND kind = %s"
        " AND stream_id = coalesce(%s, stream_id) ORDER BY stream_id DESC LIMIT %s",
        (site_id, WORKS.name, number, MOST_LISTED),
    )
    known = [
        Found(StreamKey(site_id, stream), site, decode(Works, state), context, now, "", {})
        for stream, state in rows.fetchall()
    ]
    return sorted(with_words(sql, known, refs), key=lambda one: one.state.plan.begins)


def is_told(found: Found[Works]) -> bool:
    """Whether the board still tells of them: open, ended lately, or cancelled and not yet past."""
    works = found.state
    if works.status is WorksStatus.CANCELLED:
        return works.plan.until >= local_day(found.now, found.context)
    return works.ended_at is None or found.now - works.ended_at < KEPT


def refs(works: Works) -> list[TextRef | None]:
    """The texts that a page of works shows."""
    plan: Plan = works.plan
    return [plan.what, plan.phone, plan.elsewhere, works.urgent, works.reason]


def asked_of(one: Doer, site_id: int) -> Asked:
    """Who would announce works at a site, under which rules, when."""
    with transaction(one.shop.engine, [site_id]) as sql:
        site = read_sites(sql, [site_id])[site_id]
        now = site.virtual_now or now_of(sql)
        return Asked(one.shop.contexts.of(sql, site), one.caller.at(site_id), now)
