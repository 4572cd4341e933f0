"""What waits for a party and its people: of each order the latest that was told, and why, most urgent first.

It is read from the notices that the engine recorded, whether or not a message got through.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from models.domain.codec import decode
from models.domain.orders.kind import ORDER
from models.domain.orders.notices import NAMED
from models.domain.orders.rules import Context
from models.domain.orders.state import Order
from models.domain.policy import RULING
from models.domain.streams import Actor, Role
from models.domain.words import AssignmentState, Severity
from services.callers import Caller
from services.execute import Shop
from services.notify.expanding_moot import Told, is_moot
from services.notify.phone import in_words
from services.store.contexts import Sql, read_sites
from services.store.transactions import transaction
from services.views import labels
from services.views.allowed import possible
from services.views.catalogues import words_in
from services.views.language import Language, name_of, party_name, time_text
from services.views.models import Colour
from services.views.order import colour_of

KEPT = timedelta(days=30)
MOST = 300
"""Notices that are looked at, the newest first."""


def _(words: str) -> str:
    """Marks words for the catalogues."""
    return words


NOT_YET: Mapping[str, str] = {
    "triage": _("还没定责"),
    "contact": _("还没联系报告人"),
    "plan": _("还没提交方案"),
    "acknowledge": _("还没接单"),
    "on_site": _("还没到场"),
    "make_safe": _("还没控险"),
    "fix": _("还没办结"),
    "review": _("还没核查"),
    "redo": _("还没返工"),
    "decide": _("还没批复"),
    "callback": _("还没回访"),
}


@dataclass(frozen=True, slots=True)
class Alert:
    """One line: an order, what the party was told of it last, and whether one tap acknowledges it."""

    code: str
    what: str
    space: str
    why: str
    at: datetime
    zone: str
    colour: Colour
    danger: bool
    due: str | None
    acknowledge: str | None
    """The party whose assignment a tap acknowledges."""

    @property
    def rank(self) -> tuple[int, float]:
        """Danger first, then what is late, then what is due soon; within these the newest."""
        places: list[Colour] = ["red", "yellow", "green", "grey"]
        return (-1 if self.danger else places.index(self.colour), -self.at.timestamp())


def inbox(shop: Shop, caller: Caller, language: Language) -> list[Alert]:
    """What waits for the caller, at all of his sites."""
    with transaction(shop.engine, caller.site_ids) as sql:
        found = [one for site in caller.site_ids for one in _at(shop, sql, caller, site, language)]
    return sorted(found, key=lambda one: one.rank)


_ROWS = """
SELECT n.stream_id, n.why, n.created_at, s.state, t.body,
    (SELECT array_agg(f.party) FROM firing f WHERE (f.site_id, f.stream_id) = (n.site_id, n.stream_id)
        AND f.fired_at = n.created_at AND NOT f.skipped)
FROM notice n JOIN stream s USING (site_id, stream_id)
LEFT JOIN private_row t ON t.site_id = n.site_id AND t.id = s.state->'title'->>'id' AND t.kind = 'text'
WHERE n.site_id = %(site)s AND n.party = %(party)s AND n.role = ANY (%(roles)s) AND s.kind = %(kind)s
    AND n.created_at > coalesce(%(now)s, statement_timestamp()) - %(kept)s
ORDER BY n.id DESC LIMIT %(most)s
"""


def _at(shop: Shop, sql: Sql, caller: Caller, site_id: int, language: Language) -> Iterable[Alert]:
    actor = caller.at(site_id)
    if actor.party is None:
        return []
    site = read_sites(sql, [site_id])[site_id]
    rows = sql.execute(
        _ROWS,
        {
            "site": site_id,
            "party": actor.party,
            "roles": _roles(actor),
            "kind": ORDER.name,
            "now": site.virtual_now,
            "kept": KEPT,
            "most": MOST,
        },
    ).fetchall()
    found: dict[int, Alert] = {}
    for number, why, at, image, title, late in rows:
        order = decode(Order, image)
        told = Told(actor.party, tuple(why), late or ())
        if number in found or order.ended or _is_over(order, told):
            continue
        context = shop.contexts.of(sql, site, ORDER.pinned(order))
        line = _Line(f"{site.code}-{number}", order, context, actor, language)
        found[number] = line.alert(told, title, at)
    return found.values()


def _roles(actor: Actor) -> list[str]:
    """What is told to whom: an observer hears what observers hear, who works what the party hears."""
    if actor.role is Role.OBSERVER:
        return [str(Role.OBSERVER)]
    own = [f"{NAMED}{actor.person}"] if actor.person else []
    return [str(Role.HANDLER), str(Role.LEAD), "coordinator", str(Role.OBSERVER), *own]


def _is_over(order: Order, told: Told) -> bool:
    """Danger is told whatever became of it; here it leaves the list once the party has done its part."""
    if order.severity is not Severity.DANGER:
        return is_moot(told, order)
    own = order.assignments.get(told.party)
    return own is not None and own.state in {AssignmentState.DONE, AssignmentState.VERIFIED}


@dataclass(frozen=True, slots=True)
class _Line:
    """A line in the making."""

    code: str
    order: Order
    context: Context
    actor: Actor
    language: Language

    def alert(self, told: Told, title: str | None, at: datetime) -> Alert:
        order, site = self.order, self.context.site
        own = order.open_deadlines(party=self.actor.party)
        due = min((one.due_at for one in own if not one.paused), default=None)
        takes = ("acknowledge", self.actor.party) in possible(order, self.actor, self.context)
        space = site.spaces.get(order.space)
        return Alert(
            code=self.code,
            what=(title if self.actor.role in RULING else None) or self._category(),
            space=name_of(space, self.language) if space else order.space,
            why=self._why(told, waits=takes),
            at=at,
            zone=site.zone,
            colour=colour_of(order.colour),
            danger=order.severity is Severity.DANGER,
            due=time_text(due, site.zone, self.language) if due else None,
            acknowledge=self.actor.party if takes else None,
        )

    def _category(self) -> str:
        rule = self.context.category(self.order)
        if rule is None:
            return words_in(self.language).gettext(_("类别待定"))
        return (self.language == "en" and rule.name_en) or rule.name

    def _why(self, told: Told, *, waits: bool) -> str:
        """``接单时限过 80 %，还没接单``; of another party's limit with its name before it.

        Whoever is asked for something else has not acknowledged either, where the order `waits` for that.
        """
        reasons = dict.fromkeys(self._reason(one, told) for one in told.why)
        asked = any(one.startswith("dispatched.") or one.endswith(".acknowledge") for one in told.why)
        if waits and not asked:
            not_yet = NOT_YET["acknowledge"]
            reasons[words_in(self.language).gettext(not_yet)] = None
        return " · ".join(reasons)

    def _reason(self, why: str, told: Told) -> str:
        say: Callable[[str], str] = words_in(self.language).gettext
        rung = next(
            (one for one in self.context.playbook.ladder if why.startswith(f"step.{one.code}.")), None
        )
        if rung is None:
            return in_words([why], self.language, {})
        kind = why.rpartition(".")[2]
        name = labels.label(labels.DEADLINE, kind, self.language)
        passed = _("{kind}时限过 {percent} %") if rung.percent else _("{kind}已超期")
        words = say(passed).format(kind=name, percent=rung.percent)
        if kind in NOT_YET:
            words = say(_("{passed}，{not_yet}")).format(passed=words, not_yet=say(NOT_YET[kind]))
        others = [one for one in dict.fromkeys(told.late) if one != self.actor.party]
        whose = say(_("、")).join(party_name(one, self.context.site, self.language) for one in others)
        return say(_("{whose}：{words}")).format(whose=whose, words=words) if whose else words
