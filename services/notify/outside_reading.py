"""What a service's reply means: only its own word of success is a success."""

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from services.notify.channels import Accepted, Outcome, Refused, Unknown
from services.notify.outside_wire import Reply

LONGEST_WORDS = 200
SHORTEST_TOLD = 8
"""So many characters of a secret on end give too much of it away."""

_PERSONAL = re.compile(r"\d{7,}|[^\s@]+@[^\s@]+")
_UNSEEN = re.compile(r"[\x00-\x20\x7f-\x9f]+")
_SUCCESS = range(200, 300)
_FAILURE = range(500, 600)


@dataclass(frozen=True, slots=True)
class Reading:
    """Where a service's reply says what became of the message."""

    code: str
    fine: object
    """The code of success; its type counts as well, since True is 1."""
    words: str
    doubtful: tuple[object, ...] = ()
    """Codes of the service's own failure, after which it may have been taken."""
    inner: Callable[[Any], Any] = lambda data: data
    """The part of the reply that the code stands in."""

    def outcome(self, reply: Reply, secrets: Sequence[str]) -> Outcome:
        """Accepted where the service said so, refused where it said something else, else unknown."""
        said = self._said(reply)
        code = said.get(self.code)
        own = said.get(self.words) or "no words"
        if reply.status in _FAILURE:
            return Unknown(f"The service failed ({reply.status}).")
        if reply.status not in _SUCCESS:
            coded = f" ({code})" if code and code != reply.status else ""
            return Refused(scrubbed(f"The service answered {reply.status}{coded}: {own}", secrets))
        if type(code) is not type(self.fine) or code in self.doubtful:
            return Unknown("The service's answer does not say whether it took it.")
        return Accepted() if code == self.fine else Refused(scrubbed(f"{code}: {own}", secrets))

    def _said(self, reply: Reply) -> dict[str, Any]:
        try:
            found = self.inner(json.loads(reply.body))
        except (ValueError, KeyError, IndexError, TypeError, RecursionError):
            return {}
        return found if isinstance(found, dict) else {}


def scrubbed(words: str, secrets: Sequence[str]) -> str:
    """The words on one line without secrets, parts of secrets, numbers and mail addresses of people."""
    words = _PERSONAL.sub("…", _UNSEEN.sub(" ", words[: 4 * LONGEST_WORDS]))
    for secret in secrets:
        for start in range(max(1, len(secret) - SHORTEST_TOLD + 1)):
            part = re.escape(secret[start : start + SHORTEST_TOLD])
            words = re.sub(part, "…", words, flags=re.IGNORECASE)
    return words[:LONGEST_WORDS]
