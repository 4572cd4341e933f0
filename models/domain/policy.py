"""Who may do what: role × action × relation to the order, role × action at a site. All else is denied.

Beside it, who sees how much of an order: role × relation × sight.

One table for the API, the pages, the links and the command line, so that a button that is not allowed is not
shown. It says who; in which state an action makes sense stands in the life tables (`orders/lives.py`), and
what nobody may whatever his role (the fixer verifies, the asker decides) in the rules of the core.
"""

from collections.abc import Collection, Mapping
from enum import StrEnum

from models.domain.streams import Role


class By(StrEnum):
    """How somebody has to stand to the order to take an action."""

    OWN = "the party itself"
    ACTING = "a party that acts on it"
    LEAD_PARTY = "the party with the lead duty"
    COMMITTEE = "the committee"
    CALLER = "the committee, for work that is not its own"
    TRIAGER = "the party that triages"
    OVERSIGHT = "the committee, the autonomy office or the street"
    AUTONOMY_OFFICE = "the autonomy office"
    DECIDER = "the decider"
    NAMED = "the party that is waited for"
    VERIFIER = "whoever verifies the party's work"
    MUST_CALL = "whoever has to call the reporter"
    REPORTER = "the reporter"
    VOLUNTEER = "a volunteer"
    MODERATOR = "a moderator"
    MEMBER = "a member of a party"
    SYSTEM = "the system"
    IMPORTER = "an import"


class Permission(StrEnum):
    """What somebody may do at a site, whatever the order."""

    SEE_SITE = "see the site"
    SEE_ORDERS = "see all orders of the site"
    SEE_CONTACTS = "see whom to call"
    SEE_FIGURES = "see how the engine does"
    REPORT = "report an issue"
    WALK = "walk through the rooms"
    SEE_WALKS = "see what walks found"
    MEET = "take part in coordination meetings"
    SEE_MEETINGS = "see the meetings of its orders"
    SEE_RULES = "see the rules and how they change"
    PROPOSE_RULES = "propose other rules, for the committee"
    ANSWER_RULES = "consent or object to other rules, for a party"
    RULE_ON_RULES = "rule on an objection to other rules, for the decider"
    SAY_OPINION = "propose a topic and say an opinion on one"
    DELIBERATE = "lead deliberations, for the committee"
    MODERATE = "hide what does not belong there, with a reason that everybody reads"
    PUBLISH_DRAWINGS = "publish drawings and pictures of the works, for who makes them"
    SEE_VENUES = "see which rooms are closed, and where their activities are"
    CLOSE_SPACES = "close rooms and name substitutes, for the committee or the autonomy office"
    SEE_WORKS = "see which works are announced"
    ANNOUNCE_WORKS = "tell of works before they begin, for the contractor or the committee"
    KEEP_PROGRAMME = "say what takes place in the rooms every week, for the committee"
    PUBLISH_ANSWERS = "publish answers, for the committee or as moderator"
    SEE_ACCEPTANCES = "see acceptances and warranties"
    CHECK = "take part in an acceptance, and sign"
    ACCEPT = "invite to an acceptance and lead it; enter the completion, for the client"
    KEEP_ROSTER = "say who of the party is on duty, who is away, and where its notices go"
    MANAGE_PEOPLE = "let others in, and out"
    MANAGE_SITE = "change rooms, channels, tokens and rules"


Roles = frozenset[Role]
R = Role

WORKING: Roles = frozenset({R.HANDLER, R.LEAD})
"""Who does a party's work, and speaks for it."""
RULING: Roles = WORKING | {R.ARBITER}
"""Who speaks for a party where it decides or oversees; an arbiter does nothing else."""
REPORTING: Roles = frozenset({R.RESIDENT, R.VOLUNTEER, R.HANDLER, R.LEAD})
"""Whoever reported may speak for the report."""
CHECKING: Roles = REPORTING
"""A party's people, or, where the playbook lets them, the reporter or a volunteer (rule 6)."""
_SYSTEM: Mapping[By, Roles] = {By.SYSTEM: frozenset({R.SYSTEM})}
_OWN: Mapping[By, Roles] = {By.OWN: WORKING}
_COMMITTEE: Mapping[By, Roles] = {By.COMMITTEE: WORKING}
_ANYBODY_THERE: Mapping[By, Roles] = {
    By.MEMBER: RULING,
    By.REPORTER: REPORTING,
    By.VOLUNTEER: frozenset({R.VOLUNTEER}),
}
_IMPORTER: Roles = frozenset({R.IMPORTER})

ORDER: Mapping[str, Mapping[By, Roles]] = {
    "triage": {By.TRIAGER: WORKING, By.COMMITTEE: WORKING},
    "reclassify": _COMMITTEE,
    "split": _COMMITTEE,
    "merge": _COMMITTEE,
    "absorb": _COMMITTEE,
    "route": _SYSTEM,
    "fire": _SYSTEM,
    "recompute": _SYSTEM,
    "supervise": {By.OVERSIGHT: RULING},
    "false-alarm": {By.TRIAGER: WORKING, By.COMMITTEE: WORKING},
    "cancel": {By.COMMITTEE: WORKING, By.REPORTER: REPORTING},
    "callback": {By.CALLER: WORKING, By.REPORTER: REPORTING},
    "reopen": {By.REPORTER: REPORTING, By.COMMITTEE: WORKING, By.DECIDER: RULING},
    "outside-number": {By.OVERSIGHT: RULING},
    "publish": {By.COMMITTEE: WORKING, By.MODERATOR: frozenset({R.MODERATOR})},
    "reveal": {By.MUST_CALL: WORKING},
    "erase": {By.REPORTER: frozenset({R.RESIDENT}), By.SYSTEM: frozenset({R.SYSTEM})},
    "note": _ANYBODY_THERE,
    "photo": _ANYBODY_THERE,
    "acknowledge": _OWN,
    "contact": _OWN,
    "arrive": _OWN,
    "make-safe": _OWN,
    "start": _OWN,
    "appoint": _OWN,
    "key": {By.OWN: WORKING, By.COMMITTEE: WORKING},
    "transfer": _OWN,
    "craftsman": _OWN,
    "own-number": _OWN,
    "propose-plan": _OWN,
    "agree-plan": {By.OWN: WORKING, By.DECIDER: RULING},
    "done": {By.OWN: WORKING, By.IMPORTER: _IMPORTER},
    "verify": {By.VERIFIER: CHECKING, By.IMPORTER: _IMPORTER},
    "reject": {By.VERIFIER: CHECKING},
    "request": _OWN,
    "decide": {By.DECIDER: RULING, By.NAMED: WORKING},
    "reassign": {By.COMMITTEE: WORKING, By.DECIDER: RULING},
    "withdraw": {By.COMMITTEE: WORKING, By.DECIDER: RULING},
    "release": {By.LEAD_PARTY: WORKING, By.COMMITTEE: WORKING},
    "explain": _OWN,
    "name-party": {By.AUTONOMY_OFFICE: WORKING},
    "claim-time": _OWN,
    "accept-time": {By.DECIDER: RULING},
    "call-meeting": {By.ACTING: WORKING, By.COMMITTEE: WORKING, By.DECIDER: RULING},
    "minutes": _SYSTEM,
    "rule-meeting": {By.OVERSIGHT: RULING},
    "leave-meeting": _SYSTEM,
    "confirm-payer": {By.MEMBER: WORKING},
    "set-limit": {By.DECIDER: RULING, By.IMPORTER: _IMPORTER},
}
"""By action of the life tables: in which relation to the order, and in which role."""

_LOOKING: Roles = RULING | {R.OBSERVER, R.MODERATOR}

SITE: Mapping[Permission, Roles] = {
    Permission.SEE_SITE: _LOOKING | {R.VOLUNTEER, R.RESIDENT, R.ADMINISTRATOR},
    Permission.SEE_ORDERS: _LOOKING | {R.VOLUNTEER},
    Permission.SEE_CONTACTS: WORKING,
    Permission.SEE_FIGURES: RULING | {R.OBSERVER, R.ADMINISTRATOR},
    Permission.REPORT: REPORTING,
    Permission.WALK: WORKING,
    Permission.SEE_WALKS: RULING,
    Permission.MEET: RULING,
    Permission.SEE_MEETINGS: RULING,
    Permission.SEE_RULES: RULING | {R.OBSERVER},
    Permission.PROPOSE_RULES: WORKING,
    Permission.ANSWER_RULES: frozenset({R.LEAD}),
    Permission.RULE_ON_RULES: frozenset({R.LEAD, R.ARBITER}),
    Permission.SAY_OPINION: RULING | {R.VOLUNTEER, R.RESIDENT},
    Permission.DELIBERATE: WORKING,
    Permission.MODERATE: frozenset({R.MODERATOR}),
    Permission.PUBLISH_DRAWINGS: WORKING,
    Permission.SEE_VENUES: _LOOKING | {R.VOLUNTEER},
    Permission.CLOSE_SPACES: WORKING,
    Permission.SEE_WORKS: _LOOKING | {R.VOLUNTEER},
    Permission.ANNOUNCE_WORKS: WORKING,
    Permission.KEEP_PROGRAMME: WORKING,
    Permission.PUBLISH_ANSWERS: WORKING | {R.MODERATOR},
    Permission.SEE_ACCEPTANCES: _LOOKING | {R.VOLUNTEER},
    Permission.CHECK: WORKING | {R.VOLUNTEER},
    Permission.ACCEPT: WORKING,
    Permission.KEEP_ROSTER: WORKING,
    Permission.MANAGE_PEOPLE: frozenset({R.LEAD, R.ADMINISTRATOR}),
    Permission.MANAGE_SITE: frozenset({R.ADMINISTRATOR}),
}
"""By permission: in which role. A resident sees the orders that it reported, whatever stands here."""


WALKING: frozenset[str] = frozenset({"committee", "property", "supervisor", "street"})
"""The capacities whose people walk 巡查, and see all walks; others see those whose notice they are sent."""


OVERSEEING: frozenset[str] = frozenset({"committee", "autonomy_office", "street"})
"""The capacities whose people see all coordination meetings."""


class Stand(StrEnum):
    """How somebody stands to an order that he looks at."""

    PART = "of a party with a part in it: works on it, triages, verifies, decides or is named"
    OVERSIGHT = "of the committee, the autonomy office or the street"
    REPORTER = "reported it"
    CHECKER = "a volunteer who may verify work on it"
    LINK = "holds the link of a message about it"
    CREW = "holds the crew link of a party with a part in it"
    SITE = "sees the site's orders"


class Sight(StrEnum):
    """How much of an order somebody sees; which field is in which stands in `services/views/seen.py`."""

    WHOLE = "all that the parties see of one another"
    COURSE = "how it goes, and nothing that anybody wrote"
    MATTER = "what it is about, as its reporter told and showed it"
    REPORT = "the reporter's own report, and what became of it"
    OUTLINE = "that there is an order, where, and until when"
    TASK = "one party's own obligation"


SIGHT: Mapping[Sight, Mapping[Stand, Roles]] = {
    Sight.WHOLE: {Stand.PART: RULING, Stand.OVERSIGHT: RULING},
    Sight.COURSE: {Stand.PART: frozenset({R.OBSERVER}), Stand.OVERSIGHT: frozenset({R.OBSERVER})},
    Sight.MATTER: {
        Stand.SITE: frozenset({R.MODERATOR}),
        Stand.CHECKER: frozenset({R.VOLUNTEER}),
        Stand.CREW: WORKING,
    },
    Sight.REPORT: {Stand.REPORTER: REPORTING},
    Sight.OUTLINE: {Stand.SITE: SITE[Permission.SEE_ORDERS]},
    Sight.TASK: {Stand.LINK: WORKING, Stand.CREW: WORKING},
}
"""By sight: in which relation to the order, and in which role. Who has several sees all of them."""


def relations(action: str) -> Mapping[By, Roles]:
    """Who may take an action of the life tables."""
    return ORDER.get(action, {})


def permits(role: Role, permission: Permission) -> bool:
    """Whether somebody in this role may do this at the site."""
    return role in SITE.get(permission, frozenset())


def sights(role: Role, stands: Collection[Stand]) -> frozenset[Sight]:
    """What somebody in this role sees of an order to which he stands so; without any, not even that it is."""
    return frozenset(
        sight
        for sight, line in SIGHT.items()
        if any(stand in stands and role in roles for stand, roles in line.items())
    )
