"""The load: people who report, and tap what they are allowed to, over HTTP with a key for each wish.

Whoever gets no answer sends the same request with the same key again, until there is one.
"""

import http.client
import json
import random
import socket
import struct
import time
from collections import deque
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from threading import Event, Lock, Thread
from typing import Any

from tests.faults.history import History, Operation, Outcome
from tests.faults.world import CODE, PARTIES

API = "/api/v1"
ANSWER_SECONDS = 8.0
MOST_OPEN = 40
"""Above so many open orders somebody cancels the oldest instead of reporting one more."""
SPACES = ("table-tennis", "dance", "hall", "corridor", "washroom")
CATEGORIES = ("leak", "electrical", "question", "loose_fixture", "unclear", "dust", "mould", None)
ORIGINS = ("pre_existing", "construction", "unknown")
CUT_SHARE = 0.06
OVERSEEING = ("committee", "autonomy_office", "street")
"""They see all of every order; others only where they have a part."""
_AGAIN = frozenset({408, 425, 429})
"""Refusals that say nothing about the wish itself."""

FOR_ITSELF = frozenset({"agree-plan"})
"""The event names who did it, and not the assignment that it is on: a decider agrees to a party's plan."""
NOTHING_SAID = frozenset(
    {"acknowledge", "arrive", "start", "verify", "agree-plan", "accept-time", "name-party", "transfer"}
)
IN_A_NOTE = frozenset({"note", "contact", "make-safe", "done", "key", "explain"})
_WEIGHTS = {
    "done": 5.0,
    "verify": 5.0,
    "acknowledge": 3.0,
    "start": 3.0,
    "make-safe": 2.0,
    "decide": 3.0,
    "cancel": 0.1,
    "false-alarm": 0.1,
    "withdraw": 0.2,
    "reassign": 0.2,
    "reclassify": 0.3,
    "triage": 4.0,
    "merge": 0.0,
    "split": 0.0,
    "photo": 0.0,
    "reveal": 0.0,
    # Sealed where the history does not look; and to a member, of whom the clients know none.
    "craftsman": 0.0,
    "transfer": 0.0,
}


def body_of(action: str, mark: str, dice: random.Random) -> dict[str, Any]:
    """What is sent with an action; `mark` in its words wherever the action takes any."""
    soon = (datetime.now(UTC) + timedelta(seconds=dice.uniform(3, 9))).isoformat()
    reason = {"reason": mark}
    other = dice.choice(PARTIES)
    bodies: dict[str, dict[str, Any]] = {
        "triage": {"category": dice.choice(CATEGORIES[:-1]), "origin": "construction", "note": mark},
        "reclassify": {"category": dice.choice(CATEGORIES[:-1]), "origin": "pre_existing", **reason},
        "callback": {"resolved": dice.random() < 0.7, "satisfied": True, "note": mark},
        "outside-number": {"system": "12345", "number": mark},
        "propose-plan": {"plan": mark, "fix_by": soon},
        "return": {"nominee": other, **reason},
        "hold": {"reason": "material", "until": soon, "note": mark},
        "extend": {"until": soon, **reason},
        "wait": {"nominee": other, "until": soon, **reason},
        "decide": {"granted": dice.random() < 0.6, **reason},
        "reassign": {"to": other, **reason},
        "withdraw": {"nominee": other, **reason},
        "set-limit": {"kind": "fix", "due_at": soon, **reason},
        "appoint": {"at": soon, "note": mark},
        "craftsman": {"name": mark},
        "own-number": {"system": "OA", "number": mark},
        "publish": {"title": mark},
        "transfer": {"member": "nobody"},
    }
    if action in bodies:
        return bodies[action]
    if action in NOTHING_SAID:
        return {}
    return {"note": mark} if action in IN_A_NOTE else reason


class Orders:
    """The orders that the clients know of, the oldest first."""

    def __init__(self) -> None:
        self._codes: deque[str] = deque()
        self._lock = Lock()

    def add(self, code: str) -> None:
        """A new one."""
        with self._lock:
            self._codes.append(code)

    def drop(self, code: str) -> None:
        """It is closed or cancelled."""
        with self._lock:
            if code in self._codes:
                self._codes.remove(code)

    def draw(self, dice: random.Random) -> str | None:
        """Any of them."""
        with self._lock:
            return dice.choice(self._codes) if self._codes else None

    def oldest_of_too_many(self) -> str | None:
        """The one to cancel, if there are too many."""
        with self._lock:
            return self._codes[0] if len(self._codes) > MOST_OPEN else None


class Client(Thread):
    """One person at a time with one connection, for whatever party has something to do."""

    def __init__(
        self, number: int, seed: int, port: int, shared: tuple[History, Orders, Mapping[str, str], Event]
    ) -> None:
        super().__init__(name=f"client-{number}", daemon=True)
        self._history, self._orders, self._tokens, self._over = shared
        self._number, self._port, self._made = number, port, 0
        self._dice = random.Random(f"{seed}-{number}")
        self._line: http.client.HTTPConnection | None = None
        self._holders: dict[str, Sequence[str]] = {}
        self.cuts = 0
        self.cutting = False
        self.slowest = 0.0
        self.given_up = Event()
        self.is_done = False
        """Whether it came to its end; a thread that an error ended did not."""

    def run(self) -> None:
        """Wish after wish until the load is over; then see the last one through."""
        while not self._over.is_set():
            wish = self._wish()
            if wish is not None:
                self._history.begin(wish)
                self._see_through(wish)
            self._over.wait(self._dice.uniform(0.05, 0.35))
        self._hang_up()
        self.is_done = True

    # ── wishes ───────────────────────────────────────────────────────────────────────────────────────────

    def _wish(self) -> Operation | None:
        old = self._orders.oldest_of_too_many()
        if old is not None:
            self._orders.drop(old)
            return self._tap(old, "committee", {"action": "cancel", "party": None, "href": self._href(old)})
        known = self._orders.draw(self._dice)
        return self._report() if known is None or self._dice.random() < 0.25 else self._act_on(known)

    @staticmethod
    def _href(code: str) -> str:
        return f"{API}/orders/{code}/cancel"

    def _mark(self) -> str:
        self._made += 1
        return f"op{self._number}x{self._made}x{self._dice.randrange(16**8):08x}"

    def _report(self) -> Operation:
        mark, dice = self._mark(), self._dice
        body = {
            "site": CODE,
            "space": dice.choice(SPACES),
            "description": mark,
            "category": dice.choice(CATEGORIES),
            "origin": dice.choice(ORIGINS),
            "severity": dice.choice(("danger", "ordinary", "ordinary")),
        }
        return Operation(mark, "report", f"{API}/orders", body, self._tokens["committee"])

    def _act_on(self, code: str) -> Operation | None:
        """Something that the order's view allows to a party that holds it, as a person taps a button."""
        party = self._dice.choice(self._holders.pop(code, ()) or OVERSEEING)
        view = self._look(code, party)
        if view is None or "holders" not in view:  # a part may end: then it is asked who holds the order now
            return None
        self._holders[code] = [one["code"] for one in view["holders"] if one["code"] in self._tokens]
        if view["status"] in {"cancelled", "false_alarm", "merged"} or (
            view["status"] == "closed" and view["resolved"] is not None
        ):
            self._orders.drop(code)
            return None
        allowed = [one for one in view["allowed"] if _WEIGHTS.get(one["action"], 1.0)]
        if not allowed:
            return None
        weights = [_WEIGHTS.get(one["action"], 1.0) for one in allowed]
        return self._tap(code, party, self._dice.choices(allowed, weights)[0])

    def _tap(self, code: str, party: str, one: Mapping[str, Any]) -> Operation:
        mark, action = self._mark(), one["action"]
        body = body_of(action, mark, self._dice)
        named = party if action in FOR_ITSELF else one["party"]
        return Operation(mark, action, one["href"], body, self._tokens[party], party=named, order=code)

    def _look(self, code: str, party: str) -> dict[str, Any] | None:
        try:
            status, view = self._ask("GET", f"{API}/orders/{code}", self._tokens[party])
        except (OSError, http.client.HTTPException):
            self._hang_up()
            return None
        return view if status == http.HTTPStatus.OK else None

    # ── asking, and asking again ─────────────────────────────────────────────────────────────────────────

    def _see_through(self, wish: Operation) -> None:
        """Send it until it is answered for certain."""
        while wish.outcome is Outcome.OPEN and not self.given_up.is_set():
            wish.sent += 1
            try:
                self._once(wish)
            except (OSError, http.client.HTTPException):
                self._hang_up()
                self.given_up.wait(self._dice.uniform(0.1, 0.6))

    def _once(self, wish: Operation) -> None:
        cut = self.cutting and wish.sent == 1 and self._dice.random() < CUT_SHARE
        status, answer = self._ask("POST", wish.path, wish.token, wish, cut=cut)
        if status >= http.HTTPStatus.INTERNAL_SERVER_ERROR or status in _AGAIN:
            self.given_up.wait(self._dice.uniform(0.1, 0.6))
            return
        wish.status = status
        if status >= http.HTTPStatus.BAD_REQUEST:
            wish.outcome = Outcome.REFUSED
            return
        wish.order, wish.events = answer["code"], answer["events"]
        wish.outcome = Outcome.DONE
        if wish.action == "report":
            self._orders.add(answer["code"])

    def _ask(
        self, method: str, path: str, token: str, wish: Operation | None = None, *, cut: bool = False
    ) -> tuple[int, dict[str, Any]]:
        if self._line is None:
            self._line = http.client.HTTPConnection("127.0.0.1", self._port, timeout=ANSWER_SECONDS)
        began = time.monotonic()
        headers = {"Authorization": f"Bearer {token}"}
        body = None
        if wish is not None:
            headers |= {"Idempotency-Key": wish.mark, "Content-Type": "application/json"}
            body = json.dumps(wish.body)
        self._line.request(method, path, body, headers)
        if cut:
            self.cuts += 1
            # A reset, so that the server notices; long enough after the request for it to have been read.
            self.given_up.wait(self._dice.uniform(0, 0.05))
            self._line.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            raise ConnectionAbortedError
        answer = self._line.getresponse()
        told = json.loads(answer.read() or b"{}")
        self.slowest = max(self.slowest, time.monotonic() - began)
        return answer.status, told

    def _hang_up(self) -> None:
        if self._line is not None:
            self._line.close()
            self._line = None
