"""What is done about a delivery that did not get through."""

from dataclasses import replace
from datetime import UTC, timedelta

import pytest

from services.notify.fallback import (
    AGAIN_WHEN_REFUSED,
    AGAIN_WHEN_UNKNOWN,
    UNKNOWN_TRIES,
    Again,
    Enough,
    Failed,
    GivenUp,
    Next,
    Over,
    Tried,
    onward,
)
from services.notify.people import Channel, Member, People


def member(code: str, role: str, *channels: tuple[int, str]) -> Member:
    return Member(
        code, "property", role, "zh", tuple(Channel(n, kind, "", f"{kind}{n}") for n, kind in channels)
    )


HANDLER = member("ma", "handler", (1, "dingtalk"), (2, "email"))
LEAD = member("li", "lead", (3, "email"))
PHONE = Channel(9, "sms", "", "sms9")
PEOPLE = People(
    zone=UTC,
    language="zh",
    coordinator="gu",
    members={"ma": HANDLER, "li": LEAD},
    phones={"property": (PHONE,)},
)
REFUSED = Failed("property", "ma", 1, "dingtalk1", unknown=False, attempts=1, repeats=False)
UNKNOWN = replace(REFUSED, unknown=True)


def goes_to(after: Next) -> tuple[str | None, int]:
    assert isinstance(after, Over)
    return after.recipient.member, after.recipient.channel.id


def test_refused_goes_over_the_persons_next_channel() -> None:
    assert goes_to(onward(PEOPLE, REFUSED, {("ma", 1): "refused"})) == ("ma", 2)


def test_when_all_of_a_persons_channels_refused_the_partys_lead_hears_it() -> None:
    tried: Tried = {("ma", 1): "refused", ("ma", 2): "refused"}
    failed = replace(REFUSED, channel_id=2, endpoint="email2")
    assert goes_to(onward(PEOPLE, failed, tried)) == ("li", 3)


def test_when_the_lead_cannot_be_reached_either_the_partys_own_channel_is_tried() -> None:
    tried: Tried = {("ma", 1): "refused", ("ma", 2): "unknown", ("li", 3): "refused"}
    assert goes_to(onward(PEOPLE, replace(REFUSED, member="li", channel_id=3, endpoint="email3"), tried)) == (
        None,
        9,
    )


@pytest.mark.parametrize("state", ["queued", "leased", "accepted", "by_hand"])
def test_a_lead_who_hears_it_already_is_not_told_again(state: str) -> None:
    tried: Tried = {("ma", 1): "refused", ("ma", 2): "refused", ("li", 3): state}
    assert onward(PEOPLE, replace(REFUSED, channel_id=2, endpoint="email2"), tried) == Enough()


def test_what_leads_to_the_endpoint_that_just_failed_is_passed_over() -> None:
    same = replace(HANDLER, channels=(HANDLER.channels[0], Channel(2, "dingtalk", "", "dingtalk1")))
    people = replace(PEOPLE, members={"ma": same, "li": LEAD})
    assert goes_to(onward(people, REFUSED, {("ma", 1): "refused"})) == ("li", 3)


def test_unknown_goes_over_the_next_channel_where_a_second_one_would_be_seen() -> None:
    assert goes_to(onward(PEOPLE, UNKNOWN, {("ma", 1): "unknown"})) == ("ma", 2)


def test_unknown_is_sent_again_a_few_times_where_it_is_shown_once() -> None:
    repeats = replace(UNKNOWN, repeats=True)
    assert onward(PEOPLE, repeats, {}) == Again(AGAIN_WHEN_UNKNOWN, nobody_else=False)
    assert isinstance(onward(PEOPLE, replace(repeats, attempts=UNKNOWN_TRIES), {("ma", 1): "unknown"}), Over)


ALONE = replace(PEOPLE, members={"ma": member("ma", "handler", (1, "dingtalk"))}, phones={})


def test_where_nobody_else_is_what_was_refused_is_tried_for_hours_and_then_given_up() -> None:
    after = [onward(ALONE, replace(REFUSED, attempts=n), {("ma", 1): "refused"}) for n in range(1, 6)]
    assert after == [*(Again(wait, nobody_else=True) for wait in AGAIN_WHEN_REFUSED), GivenUp()]
    assert sum(AGAIN_WHEN_REFUSED, timedelta()) > timedelta(hours=2)


def test_where_nobody_else_is_what_is_unknown_is_not_sent_again() -> None:
    assert onward(ALONE, UNKNOWN, {("ma", 1): "unknown"}) == GivenUp()
