"""Sending deliveries: the lease committed, sent with no transaction open, the result written under the lease.

What the recorder keeps is in the same database, so a whole claim is worded and kept in one transaction. What
goes outside goes one by one within a budget of time; the rest is given back before its lease runs out.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from time import monotonic

import structlog

from services import links
from services.execute import Shop
from services.notify.channels import RECORDER, ByHand, Message, Notifier, Outcome, Refused, Unknown, record
from services.notify.expanding import statement_time
from services.notify.facts import Draft, Reader, read_drafts
from services.notify.wording import Facts, To, brief, word
from services.settings import settings
from services.store.claims import Claim, Queue, Scope, claim, release
from services.store.contexts import SiteClock, Sql
from services.store.transactions import transaction

BATCH = 100
BUDGET_SECONDS = 12.0
"""For sending outside: with one slow send to come it stays below a task's 20 s and the lease of 60."""

log = structlog.get_logger("lianban.notify")


@dataclass(frozen=True, slots=True)
class Sent:
    """What became of a delivery."""

    id: int
    state: str
    words: str | None


def send(
    shop: Shop,
    scope: Scope,
    limit: int = BATCH,
    *,
    public_url: str | None = None,
    outside: Notifier | None = None,
) -> int:
    """Send queued deliveries; returns how many were taken. `outside` serves every kind but the recorder."""
    taken = claim(shop.engine, Queue.DELIVERY, scope, limit)
    if not taken.rows:
        return 0
    url = public_url or settings().public_url
    try:
        waiting = _keep(shop, scope, taken, url)
    except Exception:  # whatever it was, it must not take the healthy rows with it
        log.exception("batch_failed", queue=str(taken.queue), size=len(taken.rows))
        waiting = [one for row in taken.rows for one in _alone(shop, scope, taken, row, url)]
    if waiting:
        _send_outside(shop, scope, taken, waiting, outside or _outside())
    return len(taken.rows)


@cache
def _outside() -> Notifier:
    from services.notify.outside import Outside  # noqa: PLC0415 - 30 MB, only where something goes out

    return Outside.told(settings())


def _alone(shop: Shop, scope: Scope, taken: Claim, row: tuple[int, int], url: str) -> list[Message]:
    try:
        return _keep(shop, scope, Claim(taken.queue, taken.token, (row,)), url)
    except Exception as error:
        log.exception("poison", queue=str(taken.queue), delivery=row[0])
        with transaction(shop.engine, [row[1]]) as sql:
            words = f"It could not be worded: {type(error).__name__}."
            finish(sql, taken, [Sent(row[0], "refused", words)], scope.now)
        return []


def _keep(shop: Shop, scope: Scope, taken: Claim, url: str) -> list[Message]:
    """Word all of the claim, keep what is the recorder's; returns what has to go outside."""
    with transaction(shop.engine, sorted({row[1] for row in taken.rows})) as sql:
        drafts = read_drafts(sql, taken)
        messages = _worded(Reader(sql, shop.contexts, scope.now or statement_time(sql)), drafts, scope, url)
        kept = [one for one in messages if one.kind == RECORDER]
        # The lease is checked by the write that ends it; only what it still covers is kept.
        won = finish(sql, taken, [Sent(one.delivery_id, "accepted", None) for one in kept], scope.now)
        record(sql, [one for one in kept if one.delivery_id in won])
    return [one for one in messages if one.kind != RECORDER]


def _worded(reader: Reader, drafts: Sequence[Draft], scope: Scope, url: str) -> list[Message]:
    keys = {one.key for one in drafts}
    sites = reader.sites(keys)
    facts = reader.facts(keys, sites)
    wanted = [links.Wanted(one.id, one.key, one.party, one.member) for one in drafts]
    acting = links.mint(reader.sql, url, wanted, scope.now)
    drafts = [replace(one, link=acting.get(one.id)) for one in drafts]
    return [_message(one, facts[one.key], sites[one.key.site_id], scope, url) for one in drafts]


def _message(draft: Draft, facts: Facts, site: SiteClock, scope: Scope, url: str) -> Message:
    to = To(draft.party, draft.language, draft.told_at, draft.link)
    text = word(facts, draft.why, to, url)
    # A clock that somebody sets must never ring a real phone, whatever the delivery was made for.
    kind = draft.kind if site.clock == "live" else RECORDER
    return Message(
        delivery_id=draft.id,
        site_id=draft.key.site_id,
        stream_id=draft.key.stream_id,
        party=draft.party,
        member=draft.member,
        kind=kind,
        address=_address(draft, kind),
        language=draft.language,
        why=draft.why,
        title=text.title,
        body=text.body,
        at=scope.now,
        channel_id=draft.channel_id,
        brief=brief(facts, draft.why, to),
    )


def _address(draft: Draft, kind: str) -> str:
    """The recorder writes its address down; another service's may be personal or a secret."""
    if draft.channel is None:
        return ""
    own, address = draft.channel
    return address if own == kind else own


def _send_outside(
    shop: Shop, scope: Scope, taken: Claim, messages: Iterable[Message], notifier: Notifier
) -> None:
    late: list[tuple[int, int]] = []
    until = monotonic() + BUDGET_SECONDS
    for message in messages:
        if monotonic() >= until:
            late.append((message.delivery_id, message.site_id))
            continue
        sent = _sent(message, _outcome(notifier, message))
        with transaction(shop.engine, [message.site_id]) as sql:
            finish(sql, taken, [sent], scope.now)
    if late:
        with transaction(shop.engine, sorted({row[1] for row in late})) as sql:
            release(sql, taken, list(late))


def _outcome(notifier: Notifier, message: Message) -> Outcome:
    try:
        return notifier.send(message)
    except Exception as error:
        # A port's promise is not to raise; what it may have sent before it did, nobody knows.
        log.exception("notifier_raised", kind=message.kind, delivery=message.delivery_id)
        return Unknown(f"The channel broke down: {type(error).__name__}.")


def _sent(message: Message, outcome: Outcome) -> Sent:
    if isinstance(outcome, Refused | Unknown):
        state = "refused" if isinstance(outcome, Refused) else "unknown"
        log.warning(
            "not_sent", delivery=message.delivery_id, kind=message.kind, state=state, why=outcome.words
        )
        return Sent(message.delivery_id, state, outcome.words)
    return Sent(message.delivery_id, "by_hand" if isinstance(outcome, ByHand) else "accepted", None)


def finish(sql: Sql, taken: Claim, sent: Sequence[Sent], now: datetime | None) -> set[int]:
    """Write results where the lease still stands; returns the deliveries for which it did."""
    if not sent:
        return set()
    rows = sql.execute(
        "UPDATE delivery d SET state = t.state, result = t.words, lease_until = NULL, lease_token = NULL,"
        " finished_at = coalesce(%(now)s, statement_timestamp())"
        " FROM unnest(%(ids)s::bigint[], %(states)s::text[], %(words)s::text[]) AS t (id, state, words)"
        " WHERE d.id = t.id AND d.lease_token = %(token)s AND d.state = 'queued' RETURNING d.id",
        {
            "now": now,
            "ids": [one.id for one in sent],
            "states": [one.state for one in sent],
            "words": [one.words for one in sent],
            "token": taken.token,
        },
    ).fetchall()
    return {row[0] for row in rows}
