"""What is dropped once it has served: kept answers, ended sign-ins and links."""

from services import links
from services.callers import forget_expired
from services.store.contexts import Sql
from services.store.idempotency import forget_old


def tidy(sql: Sql) -> None:
    """Drop what is over."""
    forget_old(sql)
    forget_expired(sql)
    links.forget_old(sql)
