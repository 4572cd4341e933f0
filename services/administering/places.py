"""Sites and their rooms: added, renamed, closed, put in order."""

import re
from datetime import time
from uuid import uuid4

from psycopg.types.json import Jsonb

from models.domain.policy import Permission
from models.domain.streams import Role
from services.administering.changing import Form, NotChanged, change
from services.callers import Caller, NotPermitted
from services.execute import Shop
from services.identity import accounts
from services.store.contexts import Sql
from services.store.transactions import see, transaction

LONGEST_NAME = 60
_SITE_CODE = re.compile(r"[A-Z][A-Z0-9]{0,15}")
_PHONE = re.compile(r"[+0-9][0-9 \-]{4,30}")
ZONE, REGION, OPENS, CLOSES = "Asia/Shanghai", "CN", time(9), time(17, 30)
"""Of a new site; another country's is set up from its files."""


def _(words: str) -> str:
    """Marks words for the catalogues."""
    return words


def named(name: str) -> str:
    """A name without spaces around it. Raises NotChanged."""
    found = " ".join(name.split())
    if not found or len(found) > LONGEST_NAME or not found.isprintable():
        raise NotChanged(_("请填写名称，不超过 {most} 个字"), most=LONGEST_NAME)
    return found


def add_site(shop: Shop, caller: Caller, code: str, name: str) -> str:
    """A site without rooms or parties, under the rules of one that the caller administers; its code.

    The caller administers it from here on. What is missing the first-run guide tells.

    Raises:
        NotPermitted: somebody without an account of his own, or who administers nothing.
        NotChanged.
    """
    like = caller.sites_where(Permission.MANAGE_SITE)
    if caller.account is None or not like:
        raise NotPermitted
    wanted, called = code.strip().upper(), named(name)
    if not _SITE_CODE.fullmatch(wanted):
        raise NotChanged(_("编号用 1 到 16 个大写字母或数字，字母开头，比如 AIBO6"))
    with transaction(shop.engine, like) as sql:
        rules = sql.execute(
            "SELECT p.code, p.version, p.digest, p.source FROM playbook p WHERE p.site_id = %s AND p.current",
            (like[0],),
        ).fetchone()
        if rules is None:
            raise NotChanged(_("还没有办理规则，请先载入一套"))
        row = sql.execute("SELECT nextval('site_id_seq')").fetchone()
        site_id = int(row[0]) if row else 0
        see(sql, site_id)
        made = sql.execute(
            "INSERT INTO site (id, code, name, name_en, zone, language, clock, playbook, coordinator,"
            " version, next_number) VALUES (%s, %s, %s, %s, %s, 'zh', 'live', %s, '', 1, 1)"
            " ON CONFLICT (code) DO NOTHING RETURNING 1",
            (site_id, wanted, called, called, ZONE, rules[0]),
        ).fetchone()
        if made is None:
            raise NotChanged(_("编号 {code} 已经有场所在用，请换一个"), code=wanted)
        _furnish(sql, site_id, rules)
        accounts.become(sql, caller.account)
        accounts.stand(sql, caller.account, site_id, Role.ADMINISTRATOR)
        sql.execute(
            "INSERT INTO admin_record (site_id, key, at, actor, role, action, subject, detail)"
            " VALUES (%s, %s, statement_timestamp(), %s, %s, 'site.added', %s, %s)",
            (
                *(site_id, uuid4().hex, f"account:{caller.account}", str(Role.ADMINISTRATOR)),
                *(wanted, Jsonb({"name": called})),
            ),
        )
    return wanted


def _furnish(sql: Sql, site_id: int, rules: tuple[object, ...]) -> None:
    sql.execute(
        "INSERT INTO calendar (site_id, code, region, zone, opens, closes)"
        " VALUES (%s, 'cn-office', %s, %s, %s, %s)",
        (site_id, REGION, ZONE, OPENS, CLOSES),
    )
    sql.execute(
        "INSERT INTO playbook (site_id, code, version, digest, source, loaded_at, current)"
        " VALUES (%s, %s, %s, %s, %s, statement_timestamp(), true)",
        (site_id, *rules),
    )


def describe_site(form: Form, name: str, name_en: str, phone: str) -> None:
    """Name a site, and say by which telephone its committee is reached. Raises NotChanged."""
    form.need(Permission.MANAGE_SITE)
    called, number = named(name), phone.strip()
    english = named(name_en) if name_en.strip() else called
    if number and not _PHONE.fullmatch(number):
        raise NotChanged(_("电话只写数字、空格和短横，比如 021-5555 0123"))
    with change(form, "site.described", "", name=called, phone=number) as sql:
        sql.execute(
            "UPDATE site SET name = %s, name_en = %s, phone = %s WHERE id = %s",
            (called, english, number or None, form.site_id),
        )


def next_code(sql: Sql, table: str, site_id: int, stem: str) -> str:
    """A code that nothing has yet: the stem itself, else with a number."""
    taken = {
        code
        for (code,) in sql.execute(
            f"SELECT code FROM {table} WHERE site_id = %s AND code LIKE %s",  # noqa: S608 - our own tables
            (site_id, f"{stem}%"),
        )
    }
    return next(
        code
        for code in (stem if i == 1 else f"{stem}-{i}" for i in range(1, len(taken) + 2))
        if code not in taken
    )


def add_room(form: Form, name: str, name_en: str) -> None:
    """A room more, at the end. Raises NotChanged."""
    form.need(Permission.MANAGE_SITE)
    called = named(name)
    english = named(name_en) if name_en.strip() else called
    with change(form, "room.added", called, name=called) as sql:
        _refuse_second(sql, form.site_id, called, but="")
        sql.execute(
            "INSERT INTO space (site_id, code, position, name, name_en, status)"
            " SELECT %s, %s, coalesce(max(position) + 1, 0), %s, %s, 'existing' FROM space"
            " WHERE site_id = %s",
            (form.site_id, next_code(sql, "space", form.site_id, "room"), called, english, form.site_id),
        )


def _refuse_second(sql: Sql, site_id: int, name: str, *, but: str) -> None:
    """Two rooms of one name could not be told apart on a poster."""
    if sql.execute(
        "SELECT 1 FROM space WHERE site_id = %s AND name = %s AND code <> %s", (site_id, name, but)
    ).fetchone():
        raise NotChanged(_("已经有“{name}”了，请换一个名称"), name=name)


def _need_room(sql: Sql, site_id: int, code: str) -> None:
    if not sql.execute("SELECT 1 FROM space WHERE site_id = %s AND code = %s", (site_id, code)).fetchone():
        raise NotChanged(_("没有这个空间，请刷新页面"))


def rename_room(form: Form, code: str, name: str, name_en: str) -> None:
    """Another name; its code, and so its poster, stays. Raises NotChanged."""
    form.need(Permission.MANAGE_SITE)
    called = named(name)
    english = named(name_en) if name_en.strip() else called
    with change(form, "room.renamed", code, name=called) as sql:
        _need_room(sql, form.site_id, code)
        _refuse_second(sql, form.site_id, called, but=code)
        sql.execute(
            "UPDATE space SET name = %s, name_en = %s WHERE site_id = %s AND code = %s",
            (called, english, form.site_id, code),
        )


def close_room(form: Form, code: str, reason: str) -> None:
    """Nothing is reported there any more; its orders go on. Raises NotChanged."""
    form.need(Permission.MANAGE_SITE)
    if not reason.strip():
        raise NotChanged(_("请写关闭原因，居民扫码时会看到"))
    why = named(reason)
    with change(form, "room.closed", code, reason=why) as sql:
        _need_room(sql, form.site_id, code)
        sql.execute(
            "UPDATE space SET status = 'closed', reason = %s WHERE site_id = %s AND code = %s",
            (why, form.site_id, code),
        )


def open_room(form: Form, code: str) -> None:
    """Open a closed room again. Raises NotChanged."""
    form.need(Permission.MANAGE_SITE)
    with change(form, "room.opened", code) as sql:
        _need_room(sql, form.site_id, code)
        sql.execute(
            "UPDATE space SET status = 'existing', reason = NULL WHERE site_id = %s AND code = %s",
            (form.site_id, code),
        )


def move_room(form: Form, code: str) -> None:
    """One place up in the order in which rooms are listed. Raises NotChanged."""
    form.need(Permission.MANAGE_SITE)
    with change(form, "room.moved", code) as sql:
        _need_room(sql, form.site_id, code)
        codes = [
            row[0]
            for row in sql.execute(
                "SELECT code FROM space WHERE site_id = %s ORDER BY position", (form.site_id,)
            )
        ]
        at = codes.index(code)
        codes.insert(max(at - 1, 0), codes.pop(at))
        with sql.cursor() as cursor:
            cursor.executemany(
                "UPDATE space SET position = %s WHERE site_id = %s AND code = %s",
                [(place, form.site_id, one) for place, one in enumerate(codes)],
            )
