"""Who in a party is told: by role, roster and channel. Pure; `expanding` reads the rows."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo

from models.domain.orders.notices import NAMED
from models.domain.playbook.site_model import Turn, Weekday
from models.domain.streams import Role

COORDINATOR = "coordinator"
"""A role that notices name beside those of `Role`: the site's 牵头人."""

_WEEK = tuple(Weekday)


@dataclass(frozen=True, slots=True)
class Channel:
    """渠道: a kind of service and the address there; for the recorder the address is a label."""

    id: int
    kind: str
    address: str
    endpoint: str = ""
    """What it reaches: two channels may lead to the same robot."""


@dataclass(frozen=True, slots=True)
class Member:
    """A person who acts for a party, with channels in the order of preference."""

    code: str
    party: str
    role: str
    language: str
    channels: tuple[Channel, ...]


@dataclass(frozen=True, slots=True)
class Recipient:
    """A person (or, without a member, the party as such) and the channel that is tried first."""

    party: str
    member: str | None
    language: str
    channel: Channel


@dataclass(frozen=True)
class People:
    """Everybody at a site who can be told something."""

    zone: tzinfo
    language: str
    """Of messages to a party as such."""
    coordinator: str
    members: Mapping[str, Member]
    roster: tuple[Turn, ...] = ()
    phones: Mapping[str, tuple[Channel, ...]] = field(default_factory=dict)
    """The parties' own channels, in the order of preference."""
    round_the_clock: frozenset[str] = frozenset()
    """Parties whose own channel is a duty phone that somebody answers at night."""
    away: Mapping[str, str | None] = field(default_factory=dict)
    """Members who are not there now, with who stands in for each."""

    def present(self, members: Iterable[Member]) -> list[Member]:
        """The members, for who is away whoever stands in; nobody where no one does."""
        return list(dict.fromkeys(there for one in members for there in self._there(one, frozenset())))

    def _there(self, member: Member, asked: frozenset[str]) -> Iterator[Member]:
        if member.code not in self.away:
            yield member
            return
        other = self.members.get(self.away[member.code] or "")
        if other is not None and other.code not in asked:
            yield from self._there(other, asked | {member.code})

    def of(self, party: str, *roles: str) -> list[Member]:
        """The members of a party with one of the roles."""
        return [one for one in self.members.values() if one.party == party and one.role in roles]

    def on_duty(self, party: str, at: datetime) -> list[Member]:
        """Whose turn it is at the instant, on the site's wall clock; a turn may run over midnight."""
        local = at.astimezone(self.zone)
        codes = dict.fromkeys(
            turn.member for turn in self.roster if turn.party == party and covers(turn, local)
        )
        return [self.members[code] for code in codes if code in self.members]


def covers(turn: Turn, local: datetime) -> bool:
    """Whether a turn runs at a local time; one that does not end later than it begins ends next day."""
    today, now = _WEEK[local.weekday()], local.time()
    if turn.begins < turn.ends:
        return today in turn.days and turn.begins <= now < turn.ends
    yesterday = _WEEK[(local - timedelta(days=1)).weekday()]
    return (today in turn.days and now >= turn.begins) or (yesterday in turn.days and now < turn.ends)


def recipients(
    people: People, party: str, role: str, at: datetime, *, wakes: bool = False
) -> tuple[Recipient, ...]:
    """Who is told what a role of a party is to hear at the instant; empty when nobody can be reached.

    `wakes` is for danger outside the party's working hours: who has the duty turn and the party's duty phone
    hear it as well. Observers are never woken.
    """
    told = list(_first_reached(people, _candidates(people, party, role, at)))
    found = [Recipient(party, one.code, one.language, one.channels[0]) for one in told]
    phone = next(iter(people.phones.get(party, ())), None)
    if wakes and role != Role.OBSERVER:
        found += [
            Recipient(party, one.code, one.language, one.channels[0])
            for one in people.present(people.on_duty(party, at))
            if one not in told and one.channels
        ]
        if phone is not None and party in people.round_the_clock:
            return (*found, Recipient(party, None, people.language, phone))
    if not found and phone is not None:
        return (Recipient(party, None, people.language, phone),)
    return tuple(found)


def _candidates(people: People, party: str, role: str, at: datetime) -> Iterator[list[Member]]:
    """Groups to try in turn: the role's own people, then who stands nearest to it."""
    if role.startswith(NAMED):
        one = people.members.get(role.removeprefix(NAMED))
        yield [one] if one is not None and one.party == party else []
    on_duty, handlers = people.on_duty(party, at), people.of(party, Role.HANDLER)
    leads = people.of(party, Role.LEAD)
    if role == COORDINATOR:
        named = people.members.get(people.coordinator)
        yield [named] if named else []
    if role in {COORDINATOR, Role.LEAD}:
        yield leads
    if role == Role.OBSERVER:
        yield people.of(party, Role.OBSERVER)
        yield [one for one in people.present(on_duty + handlers) if one.channels][:1]
    yield on_duty
    yield handlers
    yield leads


def _first_reached(people: People, groups: Iterable[list[Member]]) -> list[Member]:
    """The members with a channel, or who stands in for them, of the first group that has one."""
    for group in groups:
        reached = [one for one in people.present(group) if one.channels]
        if reached:
            return reached
    return []
