"""The operator is told what is wrong, once, over whatever channel takes it."""

import json

from services.alerts import raise_alert
from services.execute import Shop
from services.notify.channels import Accepted, Message, Outcome, Refused
from services.pushing import operator_channels, push, unusable
from services.settings import Settings
from services.store.transactions import transaction

NTFY = {"kind": "ntfy", "host": "ntfy.example.org", "topic": "lianban"}
MAIL = {"kind": "email", "to": "operator@example.org"}
BOTH = operator_channels(Settings.read({"LIANBAN_ALERTS": json.dumps([NTFY, MAIL])}))


class Phones:
    """Keeps what it is given; some kinds refuse."""

    def __init__(self, *refusing: str) -> None:
        self._refusing = refusing
        self.heard: list[Message] = []

    def send(self, message: Message) -> Outcome:
        if message.kind in self._refusing:
            return Refused("No.")
        self.heard.append(message)
        return Accepted()


def raised(shop: Shop) -> None:
    with transaction(shop.engine) as sql:
        raise_alert(sql, "quarantine", "timer", "3 rows failed again and again.")


def test_the_operator_is_told_over_all_channels_and_only_once(shop: Shop) -> None:
    raised(shop)
    phones = Phones()
    assert (push(shop.engine, BOTH, phones), push(shop.engine, BOTH, phones)) == (1, 0)
    assert [one.kind for one in phones.heard] == ["ntfy", "email"]
    assert phones.heard[0].body.startswith("3 rows failed again and again. Since ")


def test_one_channel_that_takes_it_is_enough(shop: Shop) -> None:
    raised(shop)
    assert push(shop.engine, BOTH, Phones("ntfy")) == 1


def test_what_no_channel_took_counts_as_untold(shop: Shop) -> None:
    raised(shop)
    assert push(shop.engine, BOTH, Phones("ntfy", "email")) == 0


def test_the_same_telling_again_has_the_same_number(shop: Shop) -> None:
    raised(shop)
    phones = Phones()
    for _ in range(2):
        with transaction(shop.engine) as sql:  # as if who told it had died before he could note it
            sql.execute("UPDATE alert SET tell_at = now(), told_at = NULL")
        push(shop.engine, BOTH[:1], phones)
    assert phones.heard[0].delivery_id == phones.heard[1].delivery_id < 0


def test_without_channels_nothing_is_taken(shop: Shop) -> None:
    raised(shop)
    assert push(shop.engine, [], Phones()) == 0
    assert push(shop.engine, BOTH, Phones()) == 1


def test_a_channel_that_cannot_be_used_is_told_without_its_address() -> None:
    told = unusable(
        operator_channels(Settings.read({"LIANBAN_ALERTS": '[{"kind": "ntfy", "token": "canary"}]'}))
    )
    assert len(told) == 1
    assert "canary" not in told[0]
