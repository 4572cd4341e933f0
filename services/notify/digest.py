"""Digests: what waited for the morning, or more than an endpoint's limit lets through, is one message."""

from collections.abc import Sequence
from dataclasses import replace

from services.notify.channels import Message
from services.notify.wording import texts


def joined(messages: Sequence[Message], *, danger: bool) -> Message:
    """One message with all of them, sent as the first; the first itself where there is only one."""
    first = messages[0]
    if len(messages) == 1:
        return first
    words = texts(first.language)["words"]
    return replace(
        first,
        title=words["digest"].format(danger=words["danger"] if danger else "", n=len(messages)),
        body="\n\n".join(f"{one.title}\n{one.body}" for one in messages),
        others=tuple(one.delivery_id for one in messages[1:]),
        brief=None,
    )
