"""A sign-in code on its way to the person, over the channels that notices take."""

from datetime import timedelta

from services.identity.accounts import Account, standings
from services.identity.codes import LASTS
from services.notify.direct import put
from services.notify.wording import texts
from services.secrets import KeyRing
from services.store.contexts import Sql
from services.store.transactions import see

MINUTE = timedelta(minutes=1)


def send_code(keys: KeyRing, sql: Sql, account: Account, code: str) -> None:
    """Put a sign-in code on its way to where the account's notices go; nowhere if it has no such place."""
    said = texts(account.language)["code"]
    body = said["body"].format(code=code, minutes=LASTS // MINUTE)
    for one in standings(sql, account.id):
        if one.member is not None:
            see(sql, one.site_id)
            put(sql, keys, (one.site_id, one.member), (said["title"], body), lasts=LASTS)
            return
