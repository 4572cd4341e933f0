"""Local times without a zone, as municipal files write them, as instants in UTC.

Where the clocks are put back an hour comes twice: it is read as its first coming. Where they are put forward
some times never come: they are read as the instant of the change. So the order of written times is kept, on
which a verdict in the file was computed.
"""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

_SECOND = timedelta(seconds=1)


def to_utc(local: datetime, zone: ZoneInfo) -> datetime:
    """The instant of a naive local time in a zone. Raises OverflowError at an end of the calendar."""
    first = local.replace(tzinfo=zone, fold=0).astimezone(UTC)
    if first.astimezone(zone).replace(tzinfo=None) == local:
        return first
    earlier = local.replace(tzinfo=zone, fold=1).astimezone(UTC)
    return _change(earlier, first, zone)


def _change(before: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    """The instant between the two at which the zone's offset changes, to the second."""
    offset = before.astimezone(zone).utcoffset()
    while after - before > _SECOND:
        middle = (before + (after - before) / 2).replace(microsecond=0)
        if middle <= before:
            break
        if middle.astimezone(zone).utcoffset() == offset:
            before = middle
        else:
            after = middle
    return after.replace(microsecond=0)
