"""What the neighbours are told of an order: three sentences for a group chat, and the same on paper.

Only what the public board shows of it, and who leads the work as long as nobody is late: a late party's name
is the autonomy office's to release (`domain.md`, People and access).
"""

from dataclasses import dataclass

from models.domain.words import Duty
from services.execute import Shop
from services.store.transactions import transaction
from services.views.board import Line, public_order
from services.views.catalogues import words_in
from services.views.found import Found
from services.views.language import day_text

PUBLIC_PAGE = "/s/"
"""The short address of an order's public page."""


@dataclass(frozen=True, slots=True)
class ForNeighbours:
    """An order for everybody to read."""

    line: Line
    site: str
    phone: str | None
    url: str
    what: str
    who: str
    ask: str

    @property
    def text(self) -> str:
        """The three sentences, with the address by itself so that a chat makes it a link."""
        return f"{self.what}\n{self.who}\n{self.ask}\n{self.url}"


def for_neighbours(shop: Shop, found: Found, home: str) -> ForNeighbours | None:
    """What may be told of the order; None where the public sees nothing of it. `home` begins addresses."""
    line = public_order(shop, found.key.site_id, found.key.stream_id, found.language)
    if line is None:
        return None
    with transaction(shop.engine, [found.key.site_id]) as sql:
        row = sql.execute(
            "SELECT to_jsonb(site)->>'phone' FROM site WHERE id = %s", (found.key.site_id,)
        ).fetchone()
    phone = row[0] if row else None
    return ForNeighbours(
        line=line,
        site=found.site_name,
        phone=phone,
        url=f"{home.rstrip('/')}{PUBLIC_PAGE}{found.code}",
        what=_what(found, line),
        who=_who(found, line),
        ask=_ask(found, phone),
    )


def _what(found: Found, line: Line) -> str:
    _ = words_in(found.language).gettext
    matter = line.title or " · ".join(one for one in (line.room, line.category) if one)
    return _("各位邻居好：{matter}，{day}已受理（{code}）。").format(
        matter=matter, day=line.reported, code=line.code
    )


def _who(found: Found, line: Line) -> str:
    """Who does it until when; a late order is said to be late, without a name."""
    _ = words_in(found.language).gettext
    if line.closed is not None:
        return _("已于{day}办好并核查通过，谢谢大家的耐心。").format(day=line.closed)
    if line.is_late:
        return _("比原定时间晚了，我们正在督促，请多包涵。")
    lead = next((one for one in found.order.acting() if one.duty is Duty.LEAD), None)
    if lead is None:
        return _("正在确定由哪个单位办理。")
    party = found.party(lead.party).name
    by = line.promised
    visit = day_text(lead.visit_at, found.zone, found.language) if lead.visit_at else None
    if visit is not None and lead.done_at is None:
        return _("由{party}负责，{visit}上门，{by}前办好。").format(
            party=party, visit=visit, by=by or _("近期")
        )
    if by is None:
        return _("由{party}负责办理。").format(party=party)
    return _("由{party}负责，{by}前办好。").format(party=party, by=by)


def _ask(found: Found, phone: str | None) -> str:
    _ = words_in(found.language).gettext
    if phone:
        return _("有疑问请打居委会电话 {phone}，进展可以随时查看：").format(phone=phone)
    return _("有疑问请找居委会，进展可以随时查看：")
