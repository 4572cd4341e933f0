"""What the pages of all matters have in common: who acts, tickets, what a page says of what was just sent."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated

from fastapi import Form, Path
from starlette.datastructures import FormData
from starlette.requests import Request

from models.domain.orders.refusals import BadValue
from models.domain.streams import StreamKey
from services.actions.bodies import ORDER_CODE
from services.execute import Answer
from services.matters.kit import Doer
from services.matters.meetings.refusing import why
from services.store.contexts import read_sites
from services.store.idempotency import Ticket
from services.store.private import LONGEST_TEXT
from services.store.transactions import transaction
from services.views.language import Language
from services.web.forms import LONGEST_KEY, NotRecorded
from services.web.pages import caller_of, settings_of, shop_of

MatterPath = Annotated[str, Path(pattern=ORDER_CODE)]
WordsField = Annotated[str, Form(max_length=LONGEST_TEXT)]
KeyField = Annotated[str, Form(max_length=LONGEST_KEY)]
"""Of a form: sent twice, it happens once."""


@dataclass(frozen=True, slots=True)
class Said:
    """What the page says of what was just sent, with what was typed, so that nothing is lost."""

    good: str = ""
    refused: str = ""
    typed: Mapping[str, str] = field(default_factory=dict)
    status: int = 200


NOTHING = Said()


def doer_of(request: Request) -> Doer:
    """Whoever acts, with the process's workshop."""
    return Doer(shop_of(request), settings_of(request), caller_of(request))


def ticket_of(one: Doer, site_id: int, route: str, key: str) -> Ticket | None:
    """Of a form's key; without one the form may happen twice."""
    if not key:
        return None
    return Ticket.of(actor=one.caller.id, route=route, key=key, site_id=site_id, body=b"", status=200)


def need_done(one: Doer, key: StreamKey, answer: Answer, language: Language) -> None:
    """Raise NotRecorded, as a sentence, where a matter refused."""
    if answer.refused is None:
        return
    with transaction(one.shop.engine, one.caller.site_ids) as sql:
        site = one.shop.contexts.of(sql, read_sites(sql, [key.site_id])[key.site_id]).site
    status = 422 if isinstance(answer.refused, BadValue) else 409
    raise NotRecorded(why(answer.refused, language, site), status)


def typed_in(form: FormData) -> dict[str, str]:
    """The fields of a form, as they were typed."""
    return {name: value for name, value in form.multi_items() if isinstance(value, str)}
