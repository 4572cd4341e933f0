"""Who may do what: role × action × relation to the order, role × action at a site. All else is denied.

One table for the API, the pages, the links and the command line, so that a button that is not allowed is not
shown. It says who; in which state an action makes sense stands in the life tables (`orders/lives.py`), and
what nobody may whatever his role (the fixer verifies, the asker decides) in the rules of the core.
"""

from collections.abc import Mapping
from enum import StrEnum

from models.domain.streams import Role


class By(StrEnum):
    """How somebody has to stand to the order to take an action."""

    OWN = "the party itself"
    LEAD_PARTY = "the party with the lead duty"
    COMMITTEE = "the committee"
    CALLER = "the committee, for work that is not its own"
    TRIAGER = "the party that triages"
    OVERSIGHT = "the committee, the autonomy office or the street"
    DECIDER = "the decider"
    NAMED = "the party that is waited for"
    VERIFIER = "whoever verifies the party's work"
    REPORTER = "the reporter"
    VOLUNTEER = "a volunteer"
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
    "note": _ANYBODY_THERE,
    "photo": _ANYBODY_THERE,
    "acknowledge": _OWN,
    "contact": _OWN,
    "arrive": _OWN,
    "make-safe": _OWN,
    "start": _OWN,
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
    Permission.MANAGE_PEOPLE: frozenset({R.LEAD, R.ADMINISTRATOR}),
    Permission.MANAGE_SITE: frozenset({R.ADMINISTRATOR}),
}
"""By permission: in which role. A resident sees the orders that it reported, whatever stands here."""


def relations(action: str) -> Mapping[By, Roles]:
    """Who may take an action of the life tables."""
    return ORDER.get(action, {})


def permits(role: Role, permission: Permission) -> bool:
    """Whether somebody in this role may do this at the site."""
    return role in SITE.get(permission, frozenset())
