"""Who may see what, written down a second time and by hand: nothing here is read from the product.

A visitor is something to an order (`eye`); a mark is for some eyes, at some addresses. All else is a leak.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.integration.matrix.stage import Visitor


def names(text: str) -> frozenset[str]:
    return frozenset(text.split())


INVOLVED: Mapping[str, frozenset[str]] = {
    # lead, support, consult; who verifies and decides; whom a return names
    "leak": frozenset({"asset_company", "property", "autonomy_office", "committee", "client"}),
    "mould": frozenset({"contractor", "property", "autonomy_office", "committee", "client", "supervisor"}),
    "foreign": frozenset({"asset_company", "property", "autonomy_office", "committee", "client"}),
    "public": frozenset({"property", "contractor", "asset_company", "committee", "client", "supervisor"}),
}
OVERSEEING = frozenset({"committee", "autonomy_office", "street"})
ORDERS = tuple(INVOLVED)


def eye(one: Visitor, order: str) -> str:
    """What the visitor is to the order: whole, course, matter, report, outline, task or nothing."""
    at_home = (order == "foreign") == (one.site == "OTHER")
    if not at_home or one.scope not in {"", "read"}:
        return "nothing"
    if one.name in ALONE:
        eye_, orders = ALONE[one.name]
        return eye_ if order in orders else "nothing"
    if one.role not in {"handler", "lead", "arbiter", "account", "observer"}:
        return "nothing"
    near = one.party in INVOLVED[order] | OVERSEEING
    return "outline" if not near else "course" if one.role == "observer" else "whole"


ALONE: Mapping[str, tuple[str, frozenset[str]]] = {
    "link": ("task", frozenset({"leak"})),
    "crew": ("matter", frozenset({"mould", "public"})),
    "resident owner": ("report", frozenset({"leak", "mould"})),
    "tracking code": ("report", frozenset({"public"})),
    "moderator": ("matter", frozenset({"leak", "mould", "public"})),
    "volunteer": ("outline", frozenset({"leak", "mould", "public"})),
}
"""Who is of no party, or comes for one alone: with what eye, to which orders."""

CREW = "/c/{page}"
"""All orders of a party at once, for whoever has its link."""
OF_WALKS = "/walk"
"""What every address of a walk has in it."""
FINDINGS = frozenset({"/api/v1/walks/{code}", "/walk/{code}"})
WALKERS = frozenset({"committee", "property", "supervisor", "street", "contractor"})
"""Whose people see the walk: those who walk, and whom its notice asks."""


def sees_walk(one: Visitor) -> bool:
    """Whether the visitor sees the findings of the walk."""
    speaks = one.role in {"handler", "lead", "arbiter", "account"}
    return speaks and one.party in WALKERS and one.site == "AIBO5" and one.scope in {"", "read"}


OF_MEETINGS = "/meetings/"
"""What every address of a meeting has in it."""
POSITIONS = frozenset({"/api/v1/meetings/{code}", "/meetings/{code}"})
AT_TABLE = frozenset({"asset_company", "property"}) | OVERSEEING


def sees_meeting(one: Visitor) -> bool:
    """Whether the visitor sees what is said at the meeting on the leak."""
    speaks = one.role in {"handler", "lead", "arbiter", "account"}
    return speaks and one.party in AT_TABLE and one.site == "AIBO5" and one.scope in {"", "read"}


OF_WORKS = "/works/{code}"
"""What every address of announced works has in it; `/works/{number}` is for everybody."""
WORKS_OF_SITE = frozenset(
    {"/api/v1/works/{code}", "/api/v1/works", "/together/works/{code}", "/together/works"}
)
WORKS_FOR_ALL = frozenset(
    {
        *("/public/{site}/works/{number}", "/public/{site}", "/public/{site}/spaces/{space}"),
        *("/r/{site}/{space}", "/report/{site}/{space}", "/t/{code}"),
        *("/public/{site}/progress", "/public/{site}/progress/{week}"),
        *("/api/v1/public/sites/{site}/progress", "/api/v1/public/sites/{site}/progress/{week}"),
    }
)
"""Where everybody reads of them who gets there."""
WORKS_PHONE = frozenset({"/api/v1/works/{code}", "/together/works/{code}", "/public/{site}/works/{number}"})
"""Where the telephone to call stands."""


def sees_works(one: Visitor) -> bool:
    """Whether the visitor reads of announced works as one of the site's."""
    of_site = one.role in {"handler", "lead", "arbiter", "account", "observer", "moderator", "volunteer"}
    return of_site and one.site == "AIBO5" and one.scope in {"", "read"}


LOOKING = frozenset(
    {
        "/api/v1/orders/{code}",
        "/api/v1/orders/{code}/publish",
        "/o/{code}",
        "/api/v1/public/orders/{code}",
        "/street",
        CREW,
    }
)
LISTING = frozenset({"/api/v1/orders", "/", "/inbox", "/today", "/callbacks"})
PHOTOS = frozenset(
    {
        "/api/v1/orders/{code}/photos/{photo}",
        "/api/v1/public/orders/{code}/photos/{photo}",
        "/o/{code}/photos/{photo}",
        f"{CREW}/{{code}}/photos/{{photo}}",
    }
)
"""The ETag is the hash of what is kept."""
LEDGER = frozenset({"/api/v1/orders/{code}/events", "/o/{code}"})

TEXTS: Mapping[str, tuple[frozenset[str], frozenset[str]]] = {
    "title": (frozenset({"whole", "matter", "report"}), LOOKING | LISTING),
    # a list shows its beginning where there is no title
    "description": (frozenset({"whole", "matter", "report"}), LOOKING | LEDGER | LISTING),
    "note": (frozenset({"whole"}), LEDGER),
    "contact note": (frozenset({"whole"}), LEDGER),
    "plan": (frozenset({"whole"}), LOOKING | LEDGER),
    "request": (frozenset({"whole"}), LOOKING | LEDGER),
    "outside": (frozenset({"whole", "course"}), LEDGER | LOOKING),
    "name": (frozenset(), frozenset()),
    "phone": (frozenset(), frozenset()),
    "masked phone": (frozenset(), frozenset()),
}
"""What people wrote, by what it is: for which eyes, and at which addresses."""

ROWS: Mapping[str, tuple[frozenset[str], frozenset[str]]] = {
    "photo.id": (frozenset({"whole", "matter", "report"}), LOOKING | LEDGER),
    "photo.sha256": (frozenset({"whole", "matter", "report"}), PHOTOS),
    "private_row.id": (frozenset({"whole"}), frozenset({"/api/v1/orders/{code}/events"})),
    "private_row.body": (frozenset(), frozenset()),
    "delivery.result": (frozenset({"whole"}), frozenset({"/api/v1/orders/{code}/notices"})),
    "delivery_step.token": (frozenset({"whole"}), frozenset({"/api/v1/orders/{code}/notices"})),
    "delivery_step.words": (frozenset({"whole"}), frozenset({"/api/v1/orders/{code}/notices"})),
}
"""Columns that are seen with an order; all others but those below are seen by nobody, nowhere."""

OF_ONESELF = frozenset({"name", "phone", "description"})
"""What a reporter finds of himself under `/mine`, by the order's code."""
CALLING: Mapping[str, frozenset[str]] = {
    "leak": frozenset({"committee", "asset_company"}),
    "mould": frozenset({"committee"}),
    "foreign": frozenset({"committee", "asset_company"}),
    "public": frozenset({"committee", "property"}),
}
"""Who has to call the reporter, and so sees his number, masked; never the contractor."""
COORDINATOR = frozenset({"whole", "course", "report"})
"""Who is told the coordinator's name, and no other member's."""
FIGURES = frozenset({"handler", "lead", "arbiter", "observer", "administrator", "account"})
ORDER_FIELDS: Mapping[str, frozenset[str]] = {
    "outline": names(
        "code site status status_name colour severity category space allowed as_of reported_at promised_at"
        " promised_text closed_at visits"
    ),
    "nothing": frozenset(),
}
MATTER = ORDER_FIELDS["outline"] | {"title", "description", "photos", "point"}
REPORT = MATTER | {"reporter", "coordinator", "resolved", "satisfied", "merged_into"}
COURSE = ORDER_FIELDS["outline"] | names(
    "coordinator resolved satisfied merged_into origin supervised confirmed round triage_by unrouted holders"
    " assignments deadlines requests plan absorbed split_from split_into playbook events"
)
FIELDS: Mapping[str, frozenset[str]] = {
    **ORDER_FIELDS,
    "matter": MATTER,
    "report": REPORT,
    "course": frozenset(COURSE),
    "whole": frozenset(COURSE | REPORT | {"outside"}),
    "task": frozenset(),
}
"""The fields of the order's view in the API, by eye."""

LINE_FIELDS: Mapping[str, frozenset[str]] = {
    eye_: fields & names("code status status_name colour severity category space")
    | ({"reported_at", "promised_at", "promised_text", "closed_at"} if fields else set())
    | ({"title"} if "title" in fields else set())
    | ({"origin", "supervised", "parties", "holders", "updated_at"} if "holders" in fields else set())
    for eye_, fields in FIELDS.items()
}
EVENT_FIELDS: Mapping[str, frozenset[str]] = {
    "whole": names("seq type version at actor data text words hash"),
    "course": names("seq type version at actor text hash"),
    "report": names("seq type at text"),
}
NOTICE_FIELDS: Mapping[str, frozenset[str]] = {
    "whole": names("party role why text urgency created_at send_at state deliveries"),
    "course": names("party role why text urgency created_at send_at state"),
}
INNER: Mapping[str, frozenset[str]] = {
    "visits.party": frozenset({"whole", "course", "report"}),
    "assignments.key": frozenset({"whole"}),
    "requests.text": frozenset({"whole"}),
    "requests.reason": frozenset({"whole"}),
    "plan.text": frozenset({"whole"}),
    "assignments.designated": frozenset({"whole", "course"}),
    "assignments.verifiers": frozenset({"whole", "course"}),
    "photos.party": frozenset({"whole"}),
}
"""Fields within fields, by eye."""
NO_SIGHT: frozenset[str] = frozenset()
