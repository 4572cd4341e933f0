"""What is done about a delivery that did not get through: once more, over another channel, or given up. Pure.

Refused goes over the person's next channel, and when there is none to the party's lead, then to the party's
own channel. What is unknown may have arrived: it is sent again only where the channel shows the same delivery
once, else it goes the same way. Where nobody is left, what was refused is tried again for some hours, since a
service that is down for a minute must not cost a notice, and is dead after that.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta

from models.domain.streams import Role
from services.notify.people import People, Recipient

AGAIN_WHEN_UNKNOWN = timedelta(seconds=20)
UNKNOWN_TRIES = 3
"""So often at most a delivery is sent whose outcome stays unknown."""
AGAIN_WHEN_REFUSED = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
)
"""After the first refusal, the second and so on, where nobody else can be told."""

ON_ITS_WAY = frozenset({"queued", "leased", "accepted", "by_hand"})

Tried = Mapping[tuple[str | None, int | None], str]
"""The states of a notice's deliveries by person and channel."""


@dataclass(frozen=True, slots=True)
class Failed:
    """A delivery that was refused, or of which nobody knows."""

    party: str
    member: str | None
    channel_id: int | None
    endpoint: str
    unknown: bool
    attempts: int
    repeats: bool
    """The channel shows the same delivery once, however often it is sent."""


@dataclass(frozen=True, slots=True)
class Again:
    """Send it again over the same channel, after a while."""

    wait: timedelta
    nobody_else: bool


@dataclass(frozen=True, slots=True)
class Over:
    """Send it over another channel, to the same person or to who stands in."""

    recipient: Recipient


@dataclass(frozen=True, slots=True)
class Enough:
    """Who would be next hears it already."""


@dataclass(frozen=True, slots=True)
class GivenUp:
    """Nobody is left to tell."""


Next = Again | Over | Enough | GivenUp


def onward(people: People, failed: Failed, tried: Tried) -> Next:
    """What comes next for a delivery that did not get through."""
    if failed.unknown and failed.repeats and failed.attempts < UNKNOWN_TRIES:
        return Again(AGAIN_WHEN_UNKNOWN, nobody_else=False)
    other = elsewhere(people, failed, tried)
    if other is not None:
        return other
    if not failed.unknown and failed.attempts <= len(AGAIN_WHEN_REFUSED):
        return Again(AGAIN_WHEN_REFUSED[failed.attempts - 1], nobody_else=True)
    return GivenUp()


def elsewhere(people: People, failed: Failed, tried: Tried) -> Over | Enough | None:
    """The next channel of the person, then the party's leads, then the party's own channels; None: no more.

    What leads to the endpoint that just failed is passed over.
    """
    for one in _candidates(people, failed):
        if one.channel.endpoint == failed.endpoint:
            continue
        state = tried.get((one.member, one.channel.id))
        if state is None:
            return Over(one)
        if state in ON_ITS_WAY:
            return Enough()
    return None


def _candidates(people: People, failed: Failed) -> Iterator[Recipient]:
    own = [one for one in people.members.values() if one.code == failed.member]
    leads = [one for one in people.present(people.of(failed.party, Role.LEAD)) if one not in own]
    for person in own + leads:
        for channel in person.channels:
            yield Recipient(failed.party, person.code, person.language, channel)
    for phone in people.phones.get(failed.party, ()):
        yield Recipient(failed.party, None, people.language, phone)
