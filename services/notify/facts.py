"""Reading what messages are written from: the claimed deliveries, and their orders in one query a batch."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from models.domain.directory import Directory
from models.domain.orders.rules import Context
from models.domain.streams import StreamKey
from services.notify.wording import Asked, Facts, Fired, Limit, Name
from services.store.batches import OF_STREAMS, key_columns
from services.store.claims import Claim
from services.store.contexts import Contexts, SiteClock, Sql, read_sites


@dataclass(frozen=True, slots=True)
class Draft:
    """A delivery that has to be worded and sent."""

    id: int
    key: StreamKey
    party: str
    member: str | None
    kind: str
    language: str
    told_at: datetime
    """The instant that it tells of."""
    why: tuple[str, ...]
    channel: tuple[str, str] | None
    """Kind and address of the channel, None when it was removed meanwhile."""
    channel_id: int | None = None
    link: str | None = None
    """By which the recipient acts without signing in."""
    stands_in: bool = False
    """It went to somebody else first, whom it did not reach."""


@dataclass(frozen=True, slots=True)
class Subject:
    """What a notice is about that is no order: how it is called, and at which address it is looked at."""

    name: Name
    page: str


SUBJECTS: Mapping[str, Subject] = {
    "topic": Subject(Name("议事", "Deliberation"), "topics"),
    "acceptance": Subject(Name("初验", "First acceptance"), "acceptances"),
    "completion": Subject(Name("竣工验收", "Completion acceptance"), "completions"),
    "answer": Subject(Name("公开答复", "Published answer"), "together/questions"),
    "meeting": Subject(Name("协调会", "Coordination meeting"), "meetings"),
    "drawing": Subject(Name("图纸", "Drawing"), "drawings"),
    "closure": Subject(Name("场地", "Venue"), "together/venues"),
    "works": Subject(Name("施工告知", "Works"), "together/works"),
    "walk": Subject(Name("巡查", "Walk"), "walk"),
    "rules": Subject(Name("办理规则", "The rules"), "together/rules"),
}
"""By kind of stream; what is not here is an order, with its room and category."""
ORDER_PAGE = "o"
EVERYWHERE = Name("全场所", "Whole site")
"""The place of what concerns no single room."""

_DRAFTS = """
SELECT d.id, d.site_id, d.stream_id, d.party, d.member, d.kind, d.language, n.created_at,
    (SELECT array_agg(w ORDER BY m.id, place) FROM notice m, unnest(m.why) WITH ORDINALITY AS u (w, place)
     WHERE m.id = ANY (d.notice_ids)),
    c.kind, c.address, d.channel_id, o.id IS NOT NULL AND o.member IS DISTINCT FROM d.member
FROM delivery d JOIN notice n ON n.id = d.notice_id LEFT JOIN delivery o ON o.id = d.instead_of
LEFT JOIN channel c ON c.site_id = d.site_id AND c.id = d.channel_id
WHERE d.id = ANY (%s) AND d.lease_token = %s AND d.state = 'queued' ORDER BY d.id
"""


def read_drafts(sql: Sql, taken: Claim) -> list[Draft]:
    """The claimed deliveries whose lease still stands."""
    rows = sql.execute(_DRAFTS, ([row[0] for row in taken.rows], taken.token)).fetchall()
    return [_draft(*row) for row in rows]


def _draft(*row: Any) -> Draft:  # noqa: ANN401 - the columns of _DRAFTS
    number, site, stream, party, member, kind, language, told_at, why, channel, address, *more = row
    return Draft(
        *(number, StreamKey(site, stream), party, member, kind, language, told_at),
        tuple(dict.fromkeys(why or ())),
        (channel, address) if channel is not None else None,
        channel_id=more[0],
        stands_in=more[1],
    )


_FACTS = f"""
SELECT s.site_id, s.stream_id, s.space, s.category, s.severity, s.state -> 'pin' ->> 'digest',
    s.state -> 'deadlines', s.state -> 'requests',
    (SELECT jsonb_agg(jsonb_build_array(f.rung, f.kind, f.party, f.fired_at)) FROM firing f
     WHERE (f.site_id, f.stream_id) = (s.site_id, s.stream_id) AND NOT f.skipped),
    CASE s.kind WHEN 'walk' THEN (SELECT count(*) FROM jsonb_each(s.state -> 'findings')) END, s.kind
FROM stream s {OF_STREAMS}
"""  # noqa: S608 - our own constants


@dataclass(slots=True)
class Reader:
    """Facts of streams, with the rules and the site from the process's cache."""

    sql: Sql
    contexts: Contexts
    now: datetime
    _parties: dict[int, dict[str, Name]] = field(default_factory=dict)
    """By site."""

    def sites(self, keys: Iterable[StreamKey]) -> dict[int, SiteClock]:
        """The sites of the streams with their clocks."""
        return read_sites(self.sql, {key.site_id for key in keys})

    def facts(self, keys: set[StreamKey], sites: Mapping[int, SiteClock]) -> dict[StreamKey, Facts]:
        """What is true of each order now."""
        rows = self.sql.execute(_FACTS, key_columns(keys)).fetchall()
        return {StreamKey(row[0], row[1]): self._facts(row, sites[row[0]]) for row in rows}

    def _facts(self, row: tuple[Any, ...], site: SiteClock) -> Facts:
        _, number, space, category, severity, digest, deadlines, requests, fired, findings, kind = row
        subject = SUBJECTS.get(kind)
        context = self.contexts.of(self.sql, site, digest)
        if site.id not in self._parties:
            parties = context.site.parties
            self._parties[site.id] = {code: Name(one.name, one.name_en) for code, one in parties.items()}
        return Facts(
            code=f"{site.code}-{number}",
            zone=ZoneInfo(context.site.zone),
            now=self.now,
            space=_place(context.site, space, subject, findings),
            category=_matter(context, category, subject, findings),
            page=subject.page if subject else ORDER_PAGE,
            danger=severity == "danger",
            limits=tuple(_limit(one) for one in (deadlines or {}).values() if "left" not in one),
            requests=tuple(_asked(one) for one in requests or ()),
            fired=tuple(_fired(*one) for one in fired or ()),
            parties=self._parties[site.id],
            marks={rung.code: str(rung.mark) for rung in context.playbook.ladder},
        )


def _limit(image: Mapping[str, Any]) -> Limit:
    """From the codec's image of a `Deadline`: only four of its fields are wanted of thousands of orders."""
    return Limit(
        image["kind"],
        image["party"],
        datetime.fromisoformat(image["due_at"]),
        image.get("provisional", False),
    )


def _asked(image: Mapping[str, Any]) -> Asked:
    return Asked(image["kind"], image["party"], image["decider"], image.get("nominee"))


def _fired(rung: str, kind: str, party: str, at: str) -> Fired:
    return Fired(rung, kind, party, datetime.fromisoformat(at))


def _place(site: Directory, code: str, subject: Subject | None, findings: int | None) -> Name:
    """A walk's notice is from many rooms: it is called by what it is."""
    if subject is not None and findings is not None:
        return subject.name
    return _space(site, code) if code or subject is None else EVERYWHERE


def _matter(context: Context, code: str | None, subject: Subject | None, findings: int | None) -> Name | None:
    """What an order is about, how many findings a walk has, or what it is that is no order."""
    if findings is not None:
        return _counted(findings)
    return subject.name if subject else _category(context, code)


def _counted(findings: int) -> Name:
    return Name(f"{findings} 项", f"{findings} findings" if findings > 1 else "1 finding")


def _space(site: Directory, code: str) -> Name:
    found = site.spaces.get(code)
    return Name(found.name, found.name_en) if found else Name(code, code)


def _category(context: Context, code: str | None) -> Name | None:
    if code is None:
        return None
    found = context.playbook.categories.get(code)
    return Name(found.name, found.name_en) if found else Name(code, code)
