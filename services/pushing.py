"""Telling the operator what is wrong, over the channels of LIANBAN_ALERTS.

Each alert is taken, then sent with no transaction open, then noted as told: one that nobody could be told is
tried again after a minute, and one that was may come twice when whoever sent it died right then.
"""

import json
from collections.abc import Sequence
from hashlib import sha256

import structlog
from sqlalchemy import Engine

from services.addresses import BadAddress, parse_address
from services.alerts import Standing, mark_told, take_untold
from services.notify.channels import Accepted, Message, Notifier
from services.notify.wording import Brief
from services.settings import Settings
from services.store.transactions import transaction

Channel = tuple[str, str]
"""Kind and address."""

log = structlog.get_logger("lianban.alerts")


def operator_channels(told: Settings) -> list[Channel]:
    """The operator's channels, each a kind with its address as JSON."""
    given = json.loads(told.alerts.get_secret_value()) if told.alerts else []
    return [(one["kind"], json.dumps({key: one[key] for key in one if key != "kind"})) for one in given]


def unusable(channels: Sequence[Channel]) -> list[str]:
    """Why channels cannot be used, a sentence each, without an address in it."""
    found = []
    for kind, address in channels:
        try:
            parse_address(kind, address)
        except BadAddress as error:
            found.append(str(error))
    return found


def push(engine: Engine, channels: Sequence[Channel], notifier: Notifier) -> int:
    """Tell the operator what he does not know yet, over all of his channels; how many alerts he was told."""
    if not channels:
        return 0
    with transaction(engine) as sql:
        alerts = take_untold(sql)
    told = [one for one in alerts if _tell(one, channels, notifier)]
    if told:
        with transaction(engine) as sql:
            for one in told:
                mark_told(sql, one)
    return len(told)


def push_by(told: Settings, engine: Engine) -> int:
    """Tell the operator over the channels of the settings; how many alerts he was told."""
    channels = operator_channels(told)
    if not channels:
        return 0
    from services.notify.outside import Outside  # noqa: PLC0415 - 30 MB, only where something goes out

    return push(engine, channels, Outside.told(told))


def _tell(alert: Standing, channels: Sequence[Channel], notifier: Notifier) -> bool:
    """Whether one channel at least took it."""
    reached = False
    for kind, address in channels:
        outcome = notifier.send(_message(alert, kind, address))
        if isinstance(outcome, Accepted):
            reached = True
        else:
            log.error("alert_not_told", name=alert.name, kind=kind, outcome=type(outcome).__name__)
    return reached


def _message(alert: Standing, kind: str, address: str) -> Message:
    title = f"lianban: {alert.name} {alert.key}"
    return Message(
        delivery_id=_number(alert),
        site_id=0,
        stream_id=0,
        party="operator",
        member=None,
        kind=kind,
        address=address,
        language="en",
        why=(alert.name,),
        title=title,
        body=f"{alert.words} Since {alert.first_at:%Y-%m-%d %H:%M} UTC.",
        brief=Brief(code=alert.name, room=alert.key, what=alert.words, due=f"{alert.first_at:%m-%d %H:%M}"),
    )


def _number(alert: Standing) -> int:
    """The same for the same telling, and below zero, where no delivery is."""
    words = f"{alert.name}/{alert.key}/{alert.first_at}/{alert.told_at}"
    return -int.from_bytes(sha256(words.encode()).digest()[:6])
