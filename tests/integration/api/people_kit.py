"""People with accounts, and the codes that reach their phones."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from uuid import uuid4

from models.domain.streams import Role
from services.identity import accounts
from services.notify.channels import Recorder
from services.notify.direct import send_direct
from services.secrets import ring_of
from services.store.transactions import transaction

if TYPE_CHECKING:
    from tests.integration.api.conftest import World

PASSWORD = "vier woorden zonder verband"


def account(
    world: World,
    role: Role = Role.HANDLER,
    member: str | None = "qian-weiguo",
    *,
    party: str | None = "property",
) -> str:
    """A login with a password at AIBO5, standing for the property unless told otherwise."""
    login = f"u{uuid4().hex[:8]}"
    with transaction(world.worker.engine) as sql:
        number = accounts.create(sql, login, "钱卫国")
        accounts.stand(sql, number, world.site_ids["AIBO5"], role, party=party, member=member)
        accounts.set_password(sql, accounts.by_id(sql, number), PASSWORD)
    return login


def code_on_phone(world: World) -> str:
    """The code that is waiting to be sent, once it is."""
    engine, recorder = world.worker.engine, Recorder(world.worker.engine)
    assert send_direct(engine, ring_of(world.settings), recorder, recorder) == 1
    with transaction(engine) as sql:
        row = sql.execute("SELECT body FROM phone WHERE stream_id = 0 ORDER BY id DESC LIMIT 1").fetchone()
    found = re.search(r"\d{6}", row[0]) if row else None
    assert found is not None
    return found[0]
