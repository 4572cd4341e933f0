"""Who may change the rules and how: parties are heard first, save for stricter safety limits."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from models.domain.business_time.limits import Clock, Limit
from models.domain.directory import Capacity
from models.domain.matter import Asked, Command, Event, Term, is_over, term
from models.domain.matters.rules import commands as c
from models.domain.matters.rules import events as e
from models.domain.matters.rules.state import Draft, Proposal, RulesStatus
from models.domain.orders.refusals import BadValue, IllegalMove, NotYours
from models.domain.orders.rules import Context
from models.domain.playbook.difference import difference
from models.domain.playbook.model import Playbook
from models.domain.playbook.validate import validate
from models.domain.policy import Permission, permits
from models.domain.streams import Actor
from models.domain.words import DeadlineKind, Severity

S = RulesStatus
OBJECTING = Limit(0, 5, Clock.WORKING_DAYS)
"""5 WD to object (domain.md by way of the issue: parties have 5 WD)."""
RULING = Limit(0, 1, Clock.WORKING_DAYS)
"""Where the playbook sets no limit for decisions."""

OVER = "it is over"
NOT_ASKED = "the parties are not asked any more"
NO_RULING = "nobody has to rule on it"
OVERTAKEN = "the rules changed meanwhile"
SAME, MIXED, CODE, VERSION = "same", "mixed", "code", "version"


def may_propose(actor: Actor, context: Context) -> bool:
    """The committee edits the rules."""
    of_committee = context.site.has(actor.party, Capacity.COMMITTEE)
    return of_committee and permits(actor.role, Permission.PROPOSE_RULES)


def may_see(actor: Actor, _proposal: object, context: Context) -> bool:
    """Who lives under the rules: every party of the site."""
    return actor.party in context.site.parties and permits(actor.role, Permission.SEE_RULES)


def may_answer(actor: Actor, proposal: Proposal) -> bool:
    """The lead of a party that was asked, while it is open."""
    asked = actor.party in proposal.asked and permits(actor.role, Permission.ANSWER_RULES)
    return asked and proposal.status is S.OPEN


def may_rule(actor: Actor, proposal: Proposal) -> bool:
    """Who speaks for the decider, while it waits for the ruling."""
    named = actor.party == proposal.decider and permits(actor.role, Permission.RULE_ON_RULES)
    return named and proposal.status is S.RULING


def may_withdraw(actor: Actor, proposal: Proposal, context: Context) -> bool:
    """The committee, as long as it is neither in force nor over."""
    return proposal.status in {S.OPEN, S.RULING} and may_propose(actor, context)


def _proposed(_proposal: None, command: c.ProposeRules, one: Asked) -> Iterator[Event]:
    context, actor = one.context, one.actor
    if not may_propose(actor, context) or actor.party is None:
        raise NotYours("propose", ("committee",))
    new, old = command.rules.playbook, context.playbook
    at_once = _checked(new, one)
    problems = validate(command.rules, context.site)
    if problems:
        raise BadValue("rules", "\n".join(map(str, problems)))
    party = actor.party
    draft = Draft(new.code, new.version, new.digest, command.source, old.version, old.digest)
    asked = tuple(code for code, each in context.site.parties.items() if each.capacities and code != party)
    objecting = None if at_once or not asked else term(1, "rules_objection", party, OBJECTING, one)
    yield e.RulesProposed(party, draft, command.reason, asked, actor.person, objecting)
    if objecting is None:
        yield e.RulesTookEffect("safety" if at_once else "silence")


def _checked(new: Playbook, one: Asked) -> bool:
    """Whether it is a stricter safety limit and nothing else, so that it waits for nobody.

    Raises:
        BadValue: it changes nothing, follows nothing, or hides a stricter safety limit among what waits.
    """
    old = one.context.playbook
    changes = difference(old, new)
    safety = [change.stricter_safety for change in changes]
    wrong = {
        SAME: not changes,
        CODE: new.code != old.code,
        VERSION: new.version <= old.version,
        MIXED: any(safety) and not all(safety),
    }
    for field, holds in wrong.items():
        if holds:
            raise BadValue(field, _WRONG[field])
    return all(safety)


_WRONG = {
    SAME: "nothing differs from the rules in force",
    CODE: "keep the code of the rules in force",
    VERSION: "give it a higher version than the rules in force",
    MIXED: "propose the stricter safety limits by themselves: they take effect at once, the rest waits",
}


def _consented(proposal: Proposal, _command: c.ConsentToRules, one: Asked) -> Iterator[Event]:
    party = _answering(proposal, one)
    if party not in proposal.consents:
        yield e.RulesConsented(party)
        if {*proposal.consents, party} >= set(proposal.asked):
            yield from _in_force(proposal, one, "consent")


def _objected(proposal: Proposal, command: c.ObjectToRules, one: Asked) -> Iterator[Event]:
    yield e.RulesObjected(_answering(proposal, one), command.reason)


def _answering(proposal: Proposal, one: Asked) -> str:
    if one.actor.party is None or one.actor.party not in proposal.asked:
        raise NotYours("answer", proposal.asked)
    if not permits(one.actor.role, Permission.ANSWER_RULES):
        raise NotYours("answer", (one.actor.party,))
    if proposal.status is not S.OPEN:
        raise _illegal(proposal, NOT_ASKED)
    return one.actor.party


def _ruled(proposal: Proposal, command: c.RuleOnRules, one: Asked) -> Iterator[Event]:
    decider = proposal.decider
    if proposal.status is not S.RULING or decider is None:
        raise _illegal(proposal, NO_RULING)
    if not may_rule(one.actor, proposal):
        raise NotYours("rule", (decider,))
    if command.accepted and proposal.draft.base != one.context.playbook.digest:
        raise _illegal(proposal, OVERTAKEN)
    yield e.RulesRuled(command.accepted, decider, command.reason)
    if command.accepted:
        yield e.RulesTookEffect("ruling")


def _withdrawn(proposal: Proposal, _command: c.WithdrawRules, one: Asked) -> Iterator[Event]:
    if not may_propose(one.actor, one.context):
        raise NotYours("withdraw", (proposal.party,))
    if not may_withdraw(one.actor, proposal, one.context):
        raise _illegal(proposal, OVER)
    yield e.RulesWithdrawn()


def due(proposal: Proposal, one: Asked) -> Iterator[Event]:
    """The time for objecting, or for ruling, is over."""
    running = proposal.term
    if running is None or proposal.overdue or not is_over(running, one.now):
        return
    if proposal.status is S.RULING and proposal.decider is not None:
        yield e.RulingOverdue(proposal.decider)
    elif not proposal.objections:
        yield from _in_force(proposal, one, "silence")
    else:
        yield from _to_decider(proposal, running, one)


def _to_decider(proposal: Proposal, running: Term, one: Asked) -> Iterator[Event]:
    """Rule 5: the first decider that neither proposed nor objects; where none is left it is not accepted."""
    context = one.context
    decider = context.site.first_of(context.playbook.deciders, but={proposal.party, *proposal.objections})
    if decider is None:
        yield e.RulesRuled(accepted=False)
        return
    limit = context.playbook.limit(DeadlineKind.DECIDE, Severity.ORDINARY) or RULING
    yield e.RulingAsked(decider, term(running.id + 1, "rules_ruling", decider, limit, one))


def _in_force(proposal: Proposal, one: Asked, why: str) -> Iterator[Event]:
    """Never over the head of rules that came between."""
    overtaken = proposal.draft.base != one.context.playbook.digest
    yield e.RulesOvertaken() if overtaken else e.RulesTookEffect(why)


def _illegal(proposal: Proposal, why: str) -> IllegalMove:
    holders = (proposal.decider,) if proposal.decider else proposal.unanswered
    return IllegalMove("rules", why, state=proposal.status, holders=holders, allowed=())


HANDLERS: Mapping[type[Command], Callable[[Any, Any, Asked], Iterator[Event]]] = {
    c.ProposeRules: _proposed,
    c.ConsentToRules: _consented,
    c.ObjectToRules: _objected,
    c.RuleOnRules: _ruled,
    c.WithdrawRules: _withdrawn,
}
