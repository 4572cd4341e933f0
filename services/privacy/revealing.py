"""Looking at a contact in full: first on record in the order's ledger, then shown."""

from collections.abc import Collection

from models.domain.orders import commands as c
from models.domain.personal import ContactPart
from models.domain.streams import StreamKey
from services.actions.table import Texts
from services.callers import Caller
from services.execute import Answer, Envelope, Shop, Unit
from services.store.contacts import Contact, read_contact
from services.store.idempotency import Ticket
from services.store.transactions import transaction


def reveal(
    shop: Shop,
    caller: Caller,
    key: StreamKey,
    asked: tuple[Collection[ContactPart], str],
    ticket: Ticket | None = None,
) -> tuple[Answer, Contact]:
    """What was asked for and why, and the parts of the contact that there are; empty where it was refused.

    Raises:
        CannotOpen: the key that sealed it is not given any more.
    """
    what, reason = asked
    texts = Texts()
    command = c.Reveal(tuple(sorted(set(what))), texts.keep(reason))
    envelope = Envelope(key, command, caller.at(key.site_id), tuple(texts.rows))
    answer = shop.execute([Unit((envelope,), ticket)], sites=caller.site_ids)[0]
    if answer.refused is not None:
        return answer, Contact()
    with transaction(shop.engine, caller.site_ids) as sql:
        found = read_contact(sql, key) or Contact()
    return answer, Contact(
        name=found.name if ContactPart.NAME in what else None,
        phone=found.phone if ContactPart.PHONE in what else None,
    )
