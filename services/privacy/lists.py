"""What was erased, as lines to be kept beside backups: one that is restored brings back what went since."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from models.domain.personal import PersonalData
from services.store.contexts import Sql


class NoList(ValueError):
    """It is no list of erasures: a line is like `AIBO5-17 contact,words`, what follows is not read."""


@dataclass(frozen=True, slots=True)
class Gone:
    """What was erased of an order; nothing of what it was."""

    code: str
    what: tuple[PersonalData, ...]
    at: datetime | None = None
    why: str = ""

    def __str__(self) -> str:
        """As a line of the list."""
        at = f" {self.at:%Y-%m-%dT%H:%M:%SZ}" if self.at else ""
        return f"{self.code} {','.join(self.what)}{at} {self.why}".rstrip()


def erased(sql: Sql) -> Iterator[Gone]:
    """All erasures on record, the oldest first."""
    rows = sql.execute(
        "SELECT s.code, e.stream_id, e.at, e.payload FROM event e JOIN site s ON s.id = e.site_id"
        " WHERE e.type = 'PersonalDataErased' ORDER BY e.at, e.site_id, e.stream_id, e.seq"
    )
    for site, stream, at, payload in rows:
        data = json.loads(payload)["data"]
        yield Gone(f"{site}-{stream}", tuple(map(PersonalData, data["what"])), at, data["why"])


def read_list(lines: Iterable[str]) -> Iterator[Gone]:
    """The erasures of a list that was kept. Raises NoList."""
    for line in lines:
        words = line.split()
        if not words:
            continue
        try:
            code, what = words[:2]
            yield Gone(code, tuple(map(PersonalData, what.split(","))))
        except ValueError:
            raise NoList(f"{line.strip()!r}: {NoList.__doc__}") from None
