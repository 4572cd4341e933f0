"""Parties and the people who act for them: added, renamed, retired."""

from collections.abc import Collection

from models.domain.directory import Capacity
from models.domain.policy import Permission
from models.domain.streams import Role
from services.addresses import BadAddress
from services.administering.changing import Form, NotChanged, change
from services.administering.places import named, next_code
from services.administering.soundness import RETIRED
from services.notify import channel_settings
from services.notify.duty import Place
from services.store.contexts import Sql

ROLES = (Role.LEAD, Role.HANDLER, Role.OBSERVER)
"""What a member of a party may be."""
_UNFINISHED = "status NOT IN ('closed', 'cancelled', 'false_alarm', 'merged')"


def _(words: str) -> str:
    """Marks words for the catalogues."""
    return words


def add_party(
    form: Form, names: tuple[str, str], capacities: Collection[str], person: str, *, near: bool, always: bool
) -> None:
    """A party with its first person, its lead; `near`: it has an office in the compound.

    One that answers day and night (`always`) has its lead on duty until the roster says otherwise.

    Raises:
        NotChanged.
    """
    form.need(Permission.MANAGE_SITE)
    called, lead = named(names[0]), named(person)
    english = named(names[1]) if names[1].strip() else called
    known = sorted({*capacities} & {*map(str, Capacity)})
    if not known:
        raise NotChanged(_("请选择这个单位在这里的身份，至少一项"))
    with change(form, "party.added", called, capacities=known, always=always) as sql:
        _refuse_taken(sql, form.site_id, known)
        code = next_code(sql, "party", form.site_id, known[0])
        sql.execute(
            "INSERT INTO party (site_id, code, position, name, name_en, capacities, calendar, in_compound,"
            " duty_roster) SELECT %s, %s, (SELECT coalesce(max(position) + 1, 0) FROM party WHERE site_id ="
            " %s), %s, %s, %s, min(code), %s, %s FROM calendar WHERE site_id = %s",
            (*(form.site_id, code, form.site_id, called, english, known, near, always, form.site_id),),
        )
        member = _add_member(sql, form.site_id, code, lead, Role.LEAD)
        if always:
            _on_duty(sql, form.site_id, code, member)
        if Capacity.COMMITTEE in known:
            sql.execute(
                "UPDATE site SET coordinator = %s WHERE id = %s AND coordinator = ''", (member, form.site_id)
            )


def _refuse_taken(sql: Sql, site_id: int, capacities: list[str]) -> None:
    """Routes name capacities: of two parties with the same one, the second would never be asked."""
    row = sql.execute(
        "SELECT name FROM party WHERE site_id = %s AND capacities && %s::varchar[]", (site_id, capacities)
    ).fetchone()
    if row:
        raise NotChanged(_("“{name}”已经是这个身份，一个身份只归一个单位"), name=row[0])


def _on_duty(sql: Sql, site_id: int, party: str, member: str) -> None:
    sql.execute(
        "INSERT INTO roster (site_id, id, party, member, days, begins, ends)"
        " SELECT %s, coalesce(max(id) + 1, 1), %s, %s, '{1,2,3,4,5,6,7}', '00:00', '00:00'"
        " FROM roster WHERE site_id = %s",
        (site_id, party, member, site_id),
    )


def _name_of(sql: Sql, site_id: int, party: str) -> str:
    row = sql.execute(
        "SELECT name FROM party WHERE site_id = %s AND code = %s AND capacities <> '{}'", (site_id, party)
    ).fetchone()
    if row is None:
        raise NotChanged(_("没有这个单位，请刷新页面"))
    return str(row[0])


def rename_party(form: Form, party: str, name: str, name_en: str) -> None:
    """Another name. Raises NotChanged."""
    form.need(Permission.MANAGE_SITE)
    called = named(name)
    english = named(name_en) if name_en.strip() else called
    with change(form, "party.renamed", party, name=called) as sql:
        _name_of(sql, form.site_id, party)
        sql.execute(
            "UPDATE party SET name = %s, name_en = %s WHERE site_id = %s AND code = %s",
            (called, english, form.site_id, party),
        )


def retire_party(form: Form, party: str) -> None:
    """Let a party and its people go; what they did stays under their names.

    Raises:
        NotChanged: something of it is open.
        Unsound: the rules need it.
    """
    form.need(Permission.MANAGE_SITE)
    with change(form, "party.retired", party) as sql:
        name = _name_of(sql, form.site_id, party)
        row = sql.execute(
            f"SELECT count(*) FROM stream WHERE site_id = %s AND (%s = ANY (parties) OR %s = ANY (holders))"  # noqa: S608 - our own constant
            f" AND {_UNFINISHED}",
            (form.site_id, party, party),
        ).fetchone()
        if row and row[0]:
            raise NotChanged(
                _("“{name}”还有 {count} 张工单没有办完，办完或改派后再停用"), name=name, count=row[0]
            )
        for (member,) in sql.execute(
            "SELECT code FROM member WHERE site_id = %s AND party = %s AND role <> %s",
            (form.site_id, party, RETIRED),
        ).fetchall():
            _let_go(sql, form.site_id, member)
        sql.execute("DELETE FROM channel WHERE site_id = %s AND party = %s", (form.site_id, party))
        sql.execute(
            "UPDATE access_token SET revoked_at = statement_timestamp()"
            " WHERE site_id = %s AND party = %s AND revoked_at IS NULL",
            (form.site_id, party),
        )
        sql.execute(
            "UPDATE party SET capacities = '{}', duty_roster = false WHERE site_id = %s AND code = %s",
            (form.site_id, party),
        )


def add_member(form: Form, party: str, name: str, role: str) -> None:
    """A person more. Raises NotChanged."""
    form.need(Permission.MANAGE_PEOPLE, party)
    called = named(name)
    if role not in ROLES:
        raise NotChanged(_("请选择角色：负责人、经办人或观察员"))
    with change(form, "member.added", called, party=party, role=role) as sql:
        _name_of(sql, form.site_id, party)
        _add_member(sql, form.site_id, party, called, Role(role))


def _add_member(sql: Sql, site_id: int, party: str, name: str, role: Role) -> str:
    code = next_code(sql, "member", site_id, f"{party.replace('_', '-')}-person")
    sql.execute(
        "INSERT INTO member (site_id, code, party, name, role, language) VALUES (%s, %s, %s, %s, %s, 'zh')",
        (site_id, code, party, name, str(role)),
    )
    return code


def add_channel(form: Form, party: str, member: str, kind: str, address: str) -> None:
    """Where a person's notices go, after those channels that there are. Raises NotChanged."""
    form.need(Permission.MANAGE_PEOPLE, party)
    with change(form, "channel.added", member, kind=kind) as sql:
        _need_member(sql, form.site_id, party, member)
        try:
            channel_settings.add(sql, Place(form.site_id, party), member, kind, address)
        except BadAddress:
            raise NotChanged(_("这个地址这种渠道用不了，请照说明核对后再加")) from None


def _need_member(sql: Sql, site_id: int, party: str, member: str) -> None:
    if not sql.execute(
        "SELECT 1 FROM member WHERE site_id = %s AND party = %s AND code = %s AND role <> %s",
        (site_id, party, member, RETIRED),
    ).fetchone():
        raise NotChanged(_("没有这个人，请刷新页面"))


def retire_member(form: Form, party: str, member: str) -> None:
    """Let a person go: no notices, no duty, no way in; the name stays with what was done.

    Raises:
        NotChanged: the person coordinates the site's orders.
        Unsound: nobody would be left, or on duty.
    """
    form.need(Permission.MANAGE_PEOPLE, party)
    with change(form, "member.retired", member, party=party) as sql:
        found = sql.execute(
            "SELECT m.name, s.coordinator = m.code FROM member m JOIN site s ON s.id = m.site_id"
            " WHERE m.site_id = %s AND m.party = %s AND m.code = %s AND m.role <> %s",
            (form.site_id, party, member, RETIRED),
        ).fetchone()
        if found is None:
            raise NotChanged(_("没有这个人，请刷新页面"))
        if found[1]:
            raise NotChanged(_("{name}是牵头人，请先换一位牵头人"), name=found[0])
        _let_go(sql, form.site_id, member)


def _let_go(sql: Sql, site_id: int, member: str) -> None:
    for table in ("roster", "absence", "channel", "standing", "sign_in"):
        sql.execute(
            f"DELETE FROM {table} WHERE site_id = %s AND member = %s",  # noqa: S608 - our own tables
            (site_id, member),
        )
    sql.execute(
        "UPDATE access_token SET revoked_at = statement_timestamp()"
        " WHERE site_id = %s AND member = %s AND revoked_at IS NULL",
        (site_id, member),
    )
    sql.execute("UPDATE member SET role = %s WHERE site_id = %s AND code = %s", (RETIRED, site_id, member))


def coordinate(form: Form, member: str) -> None:
    """Who coordinates new orders (牵头人): a member of the committee. Raises NotChanged, Unsound."""
    form.need(Permission.MANAGE_SITE)
    with change(form, "site.coordinator", member) as sql:
        there = sql.execute(
            "SELECT FROM member m JOIN party p ON p.site_id = m.site_id AND p.code = m.party"
            " WHERE m.site_id = %s AND m.code = %s AND m.role <> %s AND 'committee' = ANY (p.capacities)",
            (form.site_id, member, RETIRED),
        ).fetchone()
        if there is None:
            raise NotChanged(_("牵头人须是居委会的成员"))
        sql.execute("UPDATE site SET coordinator = %s WHERE id = %s", (member, form.site_id))
