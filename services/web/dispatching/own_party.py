"""At which site, and for which party, a member looks after the roster and the channels."""

from dataclasses import dataclass

from starlette.requests import Request

from models.domain.policy import Permission
from services.callers import Caller, NotPermitted
from services.notify.duty import Place
from services.store.contexts import Sql
from services.views.language import say
from services.web.pages import caller_of, page_language

Named = tuple[str, str]
"""Code and name."""


@dataclass(frozen=True, slots=True)
class Own:
    """The party with its people."""

    place: Place
    name: str
    site: str
    zone: str
    people: list[Named]
    member: str | None
    """Who is signed in, if that is a member of the party."""

    @property
    def words(self) -> dict[str, str]:
        """Names by code."""
        return dict(self.people)


def own_place(request: Request) -> Place:
    """The party that the caller works for. Raises NotPermitted."""
    caller: Caller = caller_of(request)
    asked = request.query_params.get("site")
    for site_id in sorted(caller.site_ids, key=lambda one: one != caller.sites.get(asked or "")):
        party = caller.at(site_id).party
        if party is not None and caller.may(Permission.KEEP_ROSTER, site_id):
            return Place(site_id, party)
    raise NotPermitted


def read_own(sql: Sql, request: Request, place: Place) -> Own:
    """The party's name, its site and its people."""
    row = sql.execute(
        "SELECT p.name, p.name_en, s.code, s.zone FROM party p JOIN site s ON s.id = p.site_id"
        " WHERE p.site_id = %s AND p.code = %s",
        (place.site_id, place.party),
    ).fetchone()
    if row is None:
        raise NotPermitted
    people = sql.execute(
        "SELECT code, name FROM member WHERE site_id = %s AND party = %s AND role IN ('handler', 'lead')"
        " ORDER BY role, code",
        (place.site_id, place.party),
    ).fetchall()
    person = caller_of(request).at(place.site_id).person
    name = say((row[0], row[1] or row[0]), page_language(request))
    member = person if any(code == person for code, _ in people) else None
    return Own(place, name, row[2], row[3], people, member)
