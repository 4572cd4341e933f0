"""Sending deliveries: the lease committed, sent with no transaction open, the result written under the lease.

What the recorder keeps is in the same database, so a whole claim is worded and kept in one transaction. What
goes outside is leased endpoint by endpoint and sent in threads, a few at a time to each (`sending_threads`).
In one transaction the round writes what has ended and notes what begins; in between it takes more. An
endpoint that hangs holds up nobody else.

A send that was begun and did not come back, since its process died or was ended, is unknown: never accepted,
never silently sent again. One that was taken and not begun is given back.
"""

from collections import deque
from collections.abc import Callable, Sequence
from functools import cache, partial
from time import monotonic

import structlog

from services.execute import Shop
from services.notify import endpoints_rows
from services.notify.channels import (
    RECORDER,
    Accepted,
    ByHand,
    Message,
    Notifier,
    Outcome,
    Refused,
    record,
)
from services.notify.digest import joined
from services.notify.endpoints import AT_ONCE
from services.notify.endpoints_rows import Parcel
from services.notify.expanding import expand
from services.notify.record import Step
from services.notify.sending_results import Sent, begin, finish, settle, sweep
from services.notify.sending_threads import Begun, Threads, places
from services.notify.sending_words import Words
from services.settings import settings
from services.store.claims import Claim, Queue, Scope, claim, release
from services.store.contexts import Sql
from services.store.transactions import transaction

BATCH = 100
BUDGET_SECONDS = 12.0
"""For a round; what hangs then is left to the next one."""
LOOK_SECONDS = 0.05
"""How often a round looks around for what has come meanwhile."""
SWEEP_SECONDS = 1.0
"""How often it looks for what was left behind: that has waited for half a minute."""

_left: list[Threads] = []
"""Sends of earlier rounds of this process that had not ended: the next round waits for them."""

log = structlog.get_logger("lianban.notify")


def send(
    shop: Shop,
    scope: Scope,
    limit: int = BATCH,
    *,
    public_url: str | None = None,
    outside: Notifier | None = None,
    meanwhile: Callable[[], object] = int,
) -> int:
    """Send queued deliveries; returns how many were taken.

    `outside` serves every kind but the recorder. `meanwhile` is done now and then while sends are under way,
    so that what is new need not wait for what hangs.
    """
    words = Words(shop, scope, public_url or settings().public_url)
    if scope.now is not None:  # a clock that somebody sets: nothing goes outside
        return _keep(words, limit)
    return _Round(words, limit, outside, meanwhile).run()


def deliver(shop: Shop, scope: Scope, limit: int = BATCH) -> int:
    """The lane's step: what comes while messages are under way is expanded and sent in the same round."""
    return send(shop, scope, limit, meanwhile=partial(expand, shop, scope, limit))


@cache
def _outside() -> Notifier:
    from services.notify.outside import Outside  # noqa: PLC0415 - 30 MB, only where something goes out

    return Outside.told(settings())


# ── what stays inside ────────────────────────────────────────────────────────────────────────────────────


def _keep(words: Words, limit: int) -> int:
    """Word the recorder's deliveries and keep them."""
    taken = claim(words.shop.engine, Queue.DELIVERY, words.scope, limit)
    if taken.rows:
        try:
            _keep_all(words, taken)
        except Exception:  # whatever it was, it must not take the healthy rows with it
            log.exception("batch_failed", queue=str(taken.queue), size=len(taken.rows))
            for row in taken.rows:
                _keep_one(words, Claim(taken.queue, taken.token, (row,)))
    return len(taken.rows)


def _keep_all(words: Words, taken: Claim) -> None:
    with transaction(words.shop.engine, sorted({row[1] for row in taken.rows})) as sql:
        messages = words.of(sql, taken)
        # The lease is checked by the write that ends it; only what it still covers is kept.
        kept = [Sent(one.delivery_id, taken.token, Step.ACCEPTED) for one in messages]
        won = finish(sql, kept, words.scope.now, begun=False)
        record(sql, [one for one in messages if one.delivery_id in won])


def _keep_one(words: Words, taken: Claim) -> None:
    try:
        _keep_all(words, taken)
    except Exception as error:
        log.exception("poison", queue=str(Queue.DELIVERY), delivery=taken.rows[0][0])
        with transaction(words.shop.engine, [taken.rows[0][1]]) as sql:
            finish(sql, [_unworded(taken.rows[0][0], taken.token, error)], words.scope.now)


def _unworded(delivery: int, token: str, error: Exception) -> Sent:
    return Sent(delivery, token, Step.REFUSED, f"It could not be worded: {type(error).__name__}.")


# ── what goes outside ────────────────────────────────────────────────────────────────────────────────────

Letter = tuple[Parcel, dict[int, Message]]
"""A parcel with the words of its deliveries."""


class _Round:
    """One round of sending."""

    def __init__(
        self, words: Words, limit: int, outside: Notifier | None, meanwhile: Callable[[], object]
    ) -> None:
        self._words, self._limit, self._outside, self._meanwhile = words, limit, outside, meanwhile
        self._engine = words.shop.engine
        self._threads = _left.pop() if _left else Threads()
        self._waiting: dict[str, deque[Letter]] = {}
        self._taken = 0
        self._look_at = self._sweep_at = 0.0
        self._takes = True
        """Not once nothing was found, until the next look around or until nothing is under way."""

    def run(self) -> int:
        """Until nothing is left and all that was begun has ended, or the time is up."""
        until = monotonic() + BUDGET_SECONDS
        try:
            while monotonic() < until:
                self._look_around()
                self._take()
                ready = self._ready()
                if not ready and not len(self._threads):
                    break
                ended = self._threads.ended(0 if ready else LOOK_SECONDS / 2)
                self._turn(ready, ended)
            return self._taken
        finally:
            self._leave()

    def _look_around(self) -> None:
        if monotonic() >= self._look_at:
            # First what is known, then what is to be thought of what is not.
            self._turn((), self._threads.ended(0))
            self._meanwhile()
            self._taken += _keep(self._words, self._limit)
            self._sweep()
            self._look_at = monotonic() + LOOK_SECONDS
            self._takes = True

    def _sweep(self) -> None:
        if monotonic() >= self._sweep_at:
            with transaction(self._engine) as sql:
                sweep(self._words.shop, sql)
            self._sweep_at = monotonic() + SWEEP_SECONDS

    def _take(self) -> None:
        """Lease and word more for the endpoints that run short of it."""
        if not self._takes and len(self._threads):
            return
        busy = [code for code, letters in self._waiting.items() if len(letters) >= 2 * AT_ONCE]
        parcels = endpoints_rows.claim(self._engine, self._words.scope, self._limit, busy)
        self._takes = bool(parcels)
        if not parcels:
            return
        self._taken += sum(len(one.deliveries) for one in parcels)
        for letter in self._worded(parcels):
            self._waiting.setdefault(letter[0].endpoint, deque()).append(letter)

    def _worded(self, parcels: Sequence[Parcel]) -> list[Letter]:
        rows = tuple((one.id, one.site_id) for parcel in parcels for one in parcel.deliveries)
        taken = Claim(Queue.DELIVERY, parcels[0].token, rows)
        try:
            with transaction(self._engine) as sql:
                messages = self._words.of(sql, taken)
        except Exception:  # whatever it was, it must not take the healthy rows with it
            log.exception("batch_failed", queue=str(taken.queue), size=len(rows))
            messages = [one for row in rows for one in self._alone(taken.token, row)]
        told = {one.delivery_id: one for one in messages if one.kind != RECORDER}
        return [(one, found) for one in parcels if (found := _of(one, told))]

    def _alone(self, token: str, row: tuple[int, int]) -> list[Message]:
        try:
            with transaction(self._engine) as sql:
                return self._words.of(sql, Claim(Queue.DELIVERY, token, (row,)))
        except Exception as error:
            log.exception("poison", queue=str(Queue.DELIVERY), delivery=row[0])
            with transaction(self._engine) as sql:
                settle(self._words.shop, sql, [_unworded(row[0], token, error)])
            return []

    def _ready(self) -> list[Letter]:
        """What may begin now."""
        return [
            letters.popleft()
            for code, letters in self._waiting.items()
            for _ in range(min(places(code), len(letters)))
        ]

    def _turn(self, ready: Sequence[Letter], ended: Sequence[tuple[Begun, Outcome]]) -> None:
        """Write what has ended and note what begins, in one transaction; then begin it."""
        if not ready and not ended:
            return
        with transaction(self._engine) as sql:
            closed = settle(self._words.shop, sql, _results(ended))
            for code in closed & self._waiting.keys():
                _give_back(sql, self._waiting.pop(code))
            now, begun = begin(sql, [parcel for parcel, _ in ready])
        for parcel, told in ready:
            messages = [told[one.id] for one in parcel.deliveries if one.id in begun and one.id in told]
            if messages:
                message = joined(messages, danger=any(one.danger for one in parcel.deliveries))
                self._threads.begin(self._outside or _outside(), parcel, message, now)

    def _leave(self) -> None:
        """Write what has ended, give back what was not begun, leave what is under way to the next round.

        Where there is none, since the process ends, its lease runs out and it is unknown.
        """
        ended = self._threads.ended(0)
        if len(self._threads):
            _left.append(self._threads)
        if ended or self._waiting:
            with transaction(self._engine) as sql:
                settle(self._words.shop, sql, _results(ended))
                for letters in self._waiting.values():
                    _give_back(sql, letters)


def _of(parcel: Parcel, told: dict[int, Message]) -> dict[int, Message]:
    return {one.id: told[one.id] for one in parcel.deliveries if one.id in told}


def _give_back(sql: Sql, letters: Sequence[Letter]) -> None:
    for parcel, _ in letters:
        rows = [(one.id,) for one in parcel.deliveries]
        release(sql, Claim(Queue.DELIVERY, parcel.token, tuple(rows)), rows)


def _results(ended: Sequence[tuple[Begun, Outcome]]) -> list[Sent]:
    """Each delivery of a message has its outcome."""
    found = []
    for begun, outcome in ended:
        state, words = _said(outcome)
        if words is not None:
            numbers = [one.id for one in begun.parcel.deliveries]
            log.warning("not_sent", deliveries=numbers, state=str(state), why=words)
        found += [
            Sent(one.id, begun.parcel.token, state, words, begun.begun_at) for one in begun.parcel.deliveries
        ]
    return found


def _said(outcome: Outcome) -> tuple[Step, str | None]:
    match outcome:
        case Accepted():
            return Step.ACCEPTED, None
        case ByHand():
            return Step.BY_HAND, None
        case Refused(words):
            return Step.REFUSED, words
        case _:
            return Step.UNKNOWN, outcome.words
