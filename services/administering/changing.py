"""A change of a site by hand: on record, once, of what the page showed, and not to what cannot work."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from psycopg.types.json import Jsonb

from models.domain.playbook.parse import ParsedPlaybook
from models.domain.policy import Permission
from services.administering.soundness import problems, rules_of
from services.callers import Caller, NotPermitted
from services.execute import Shop, UnknownStream
from services.store.contexts import Sql
from services.store.transactions import transaction


class NotChanged(Exception):
    """Nothing was changed; `words` say why and what to do, in Chinese, with places for what is named."""

    def __init__(self, words: str, **named: object) -> None:
        super().__init__(words)
        self.words, self.named = words, named


class Stale(Exception):
    """Somebody else changed the site since the page was shown."""


class Done(Exception):
    """The same form came before, and was carried out then."""


class Unsound(Exception):
    """With this change the site would not work any more; `problem` says why, as the validation does."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem


@dataclass(frozen=True, slots=True)
class Form:
    """Whose form it is, for which site, and what the page knew when it was made."""

    shop: Shop
    caller: Caller
    site_id: int
    key: str
    """The same form with the same key happens once."""
    seen: int
    """The site's version as the page showed it."""

    def need(self, permission: Permission, party: str | None = None) -> None:
        """Let nobody in whom the policy does not; a party's lead for his own party alone.

        Raises:
            NotPermitted, UnknownStream.
        """
        need(self.caller, self.site_id, permission, party)


def need(caller: Caller, site_id: int, permission: Permission, party: str | None = None) -> None:
    """Raises NotPermitted, or UnknownStream for a site that the caller does not see."""
    if site_id not in caller.sites.values():
        raise UnknownStream(site_id)
    if not caller.may(permission, site_id):
        raise NotPermitted
    whole = caller.may(Permission.MANAGE_SITE, site_id)
    if not whole and (party is None or caller.at(site_id).party != party):
        raise NotPermitted


@contextmanager
def change(form: Form, action: str, subject: str, **detail: Any) -> Iterator[Sql]:  # noqa: ANN401 - JSON
    """The transaction of one change; what it was changed to goes on record with it.

    A site that works stays one that works; one that is still being set up may have gaps.

    Raises:
        Stale, Done, Unsound, NotChanged.
    """
    with transaction(form.shop.engine, [form.site_id]) as sql:
        _take(sql, form)
        had, rules = _capacities(sql, form.site_id), rules_of(sql, form.site_id)
        worked = not _problems(sql, form, rules)
        yield sql
        found = _problems(sql, form, rules) if worked else []
        if found:
            raise Unsound(found[0])
        _record(sql, form, action, subject, detail)
        if had != _capacities(sql, form.site_id):
            _keep_before(sql, form, had)


def _take(sql: Sql, form: Form) -> None:
    """One change at a time at a site; who comes second with an older page is told."""
    taken = sql.execute(
        "UPDATE site SET version = version + 1 WHERE id = %s AND version = %s RETURNING 1",
        (form.site_id, form.seen),
    ).fetchone()
    if taken is None:
        before = sql.execute(
            "SELECT FROM admin_record WHERE site_id = %s AND key = %s", (form.site_id, form.key)
        ).fetchone()
        raise Stale if before is None else Done


def _problems(sql: Sql, form: Form, rules: ParsedPlaybook | None) -> list[str]:
    return problems(sql, form.site_id, rules)


def _capacities(sql: Sql, site_id: int) -> dict[str, list[str]]:
    return dict(sql.execute("SELECT code, capacities FROM party WHERE site_id = %s", (site_id,)).fetchall())


def _record(sql: Sql, form: Form, action: str, subject: str, detail: dict[str, Any]) -> None:
    actor = form.caller.at(form.site_id)
    sql.execute(
        "INSERT INTO admin_record (site_id, key, at, actor, role, action, subject, detail)"
        " VALUES (%s, %s, statement_timestamp(), %s, %s, %s, %s, %s)",
        (form.site_id, form.key, actor.person, str(actor.role), action, subject, Jsonb(detail)),
    )


def _keep_before(sql: Sql, form: Form, had: dict[str, list[str]]) -> None:
    """What the parties were until now, for the auditor, who derives from it whom old events concerned.

    The last statement of the transaction, so that commands that still saw the old parties lie before it but
    for those of the milliseconds until it is committed.
    """
    sql.execute(
        "INSERT INTO site_before (site_id, version, ended_at, parties)"
        " SELECT id, %s, coalesce(virtual_now, clock_timestamp()), %s FROM site WHERE id = %s",
        (form.seen, Jsonb(had), form.site_id),
    )
