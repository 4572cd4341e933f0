"""From the report to what is known well enough to be routed: report, triage, reclassify, split, merge."""

from models.domain.orders import commands as c
from models.domain.orders import events as e
from models.domain.orders import rules
from models.domain.orders.deadlines import end
from models.domain.orders.draft import Draft
from models.domain.orders.handlers import handles
from models.domain.orders.handlers.ending import end_order, refuse_if_absorbed
from models.domain.orders.lives import illegal
from models.domain.orders.refusals import BadValue
from models.domain.playbook.model import Gate
from models.domain.words import DeadlineKind, Origin, PhotoPurpose, ReporterKind, Severity


@handles(c.Report)
def report(draft: Draft, command: c.Report) -> None:
    """Take it down as said; an anonymous danger counts as unconfirmed until a person says so."""
    space = draft.context.site.spaces.get(command.space)
    if space is None:
        raise BadValue("space", f"there is no space {command.space!r} here; see the site's spaces")
    if space.closed and command.split_from is None:
        raise BadValue("space", f"the space {command.space!r} is closed; report for another one")
    _known_category(draft, command.category)
    anonymous = command.reporter.kind is ReporterKind.ANONYMOUS
    draft.emit(
        e.OrderReported(
            space=command.space,
            description=command.description,
            reporter=command.reporter,
            severity=command.severity,
            origin=command.origin,
            coordinator=draft.context.site.coordinator,
            confirmed=not (anonymous and command.severity is Severity.DANGER),
            category=command.category,
            title=command.title,
            split_from=command.split_from,
            walk=command.walk,
            voice=command.voice,
            point=command.point,
            private=command.private,
        )
    )


@handles(c.Triage)
def triage(draft: Draft, command: c.Triage) -> None:
    """定责: who triages says category, origin and severity; the router takes it from there. No return."""
    order = draft.order
    category = command.category or order.category
    if category is None:
        raise BadValue("category", "say which category it is; nothing was reported")
    _known_category(draft, category)
    origin = command.origin or order.origin
    rule = draft.context.playbook.categories[category]
    if rule.needs_origin and origin is Origin.UNKNOWN:
        raise BadValue("origin", f"{rule.name} cannot be routed before its origin is known")
    if Gate.PHOTO in rule.gates.get("triage", frozenset()) and not _origin_is_shown(draft):
        raise illegal("triage", "attach a photo of the origin first", order, draft.actor, draft.context)
    severity = command.severity or order.severity
    draft.emit(e.OrderTriaged(category, origin, severity, command.note))
    over = frozenset({DeadlineKind.TRIAGE, DeadlineKind.CONFIRM})
    end(draft, draft.order.open_deadlines(kinds=over))


@handles(c.Reclassify)
def reclassify(draft: Draft, command: c.Reclassify) -> None:
    """Correct what it is; parties that stay keep what they did, with the limits of the new route from now."""
    order = draft.order
    category = command.category or order.category
    _known_category(draft, category)
    origin = command.origin or order.origin
    severity = command.severity or order.severity
    if category is None or (category, origin, severity) == (order.category, order.origin, order.severity):
        raise BadValue("category", "nothing differs from what the order says already")
    if draft.context.playbook.categories[category].needs_origin and origin is Origin.UNKNOWN:
        raise BadValue("origin", "this category cannot be routed before its origin is known")
    route = draft.context.playbook.route_for(category, origin, severity, order.space)
    if route is None or draft.context.site.first_of((route.lead,)) is None:
        raise BadValue("category", "nobody here would take the lead of it")
    draft.emit(e.OrderReclassified(category, origin, severity, command.reason))


@handles(c.Split)
def split(draft: Draft, command: c.Split) -> None:
    """Note where the other part went; the other order is reported in the same unit."""
    draft.emit(e.OrderSplit(command.into, command.reason))


@handles(c.Merge)
def merge(draft: Draft, command: c.Merge) -> None:
    """并案: the obligations end here, the other order goes on."""
    refuse_if_absorbed(draft, "merge")
    end_order(draft, e.OrderMerged(command.into, command.reason))


@handles(c.Absorb)
def absorb(draft: Draft, command: c.Absorb) -> None:
    """The other half of a merge."""
    draft.emit(e.OrderAbsorbed(command.source))


@handles(c.Cancel)
def cancel(draft: Draft, command: c.Cancel) -> None:
    """作废. The reporter may take a report back only before anybody works on it."""
    order = draft.order
    by_reporter = rules.says_for_reporter(draft.actor.person, order)
    if by_reporter and not _is_committee(draft) and any(one.acknowledged_at for one in order.acting()):
        raise illegal("cancel", "work is under way; ask the committee", order, draft.actor, draft.context)
    end_order(draft, e.OrderCancelled(command.reason))


@handles(c.FalseAlarm)
def false_alarm(draft: Draft, command: c.FalseAlarm) -> None:
    """误报, as the triaging party or the committee found."""
    end_order(draft, e.FalseAlarmFound(draft.actor.party or "", command.reason))


def _origin_is_shown(draft: Draft) -> bool:
    """A photo of the triaging party, or one of the origin by anybody."""
    party, round_ = draft.actor.party, draft.order.round
    own = party is not None and draft.order.has_photo(None, party, round_)
    return own or any(
        photo.round == round_ and photo.purpose is PhotoPurpose.ORIGIN for photo in draft.order.photos
    )


def _is_committee(draft: Draft) -> bool:
    return draft.actor.party == rules.coordinating(draft.context)


def _known_category(draft: Draft, category: str | None) -> None:
    known = draft.context.playbook.categories
    if category is not None and category not in known:
        raise BadValue("category", f"there is no category {category!r}; choose from {', '.join(known)}")
