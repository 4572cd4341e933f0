"""Accounts and tokens: who gets in, and what programs may do."""

from datetime import timedelta

from models.domain.policy import Permission
from models.domain.streams import Role
from services import callers
from services.administering.changing import Form, NotChanged, change
from services.administering.places import named
from services.administering.soundness import RETIRED
from services.callers import Holder, Scope
from services.identity import accounts, sign_in_links

LINK_LASTS = timedelta(days=3)
TOKEN_DAYS = (30, 90, 365)
TOKEN_ROLES = (Role.HANDLER, Role.LEAD, Role.OBSERVER, Role.ADMINISTRATOR)


def _(words: str) -> str:
    """Marks words for the catalogues."""
    return words


def invite(form: Form, party: str, member: str, login: str) -> str:
    """The secret of a link by which a member signs in for the first time; who has an account acts here too.

    Raises:
        NotChanged.
    """
    form.need(Permission.MANAGE_PEOPLE, party)
    with change(form, "account.invited", member, party=party) as sql:
        row = sql.execute(
            "SELECT name, role FROM member WHERE site_id = %s AND party = %s AND code = %s AND role <> %s",
            (form.site_id, party, member, RETIRED),
        ).fetchone()
        if row is None:
            raise NotChanged(_("没有这个人，请刷新页面"))
        try:
            account = accounts.create(sql, login, row[0])
        except accounts.BadLogin:
            raise NotChanged(_("登录名用 2 到 100 个字母、数字或 . @ + - _，可以用邮箱")) from None
        except accounts.LoginTaken:
            raise NotChanged(_("这个登录名已有人在用，请换一个")) from None
        accounts.stand(sql, account, form.site_id, Role(row[1]), party=party, member=member)
        return sign_in_links.create_for_account(sql, account, lasts=LINK_LASTS)


def shut_out(form: Form, party: str, member: str) -> None:
    """Let a member's accounts act here no more; the person stays. Raises NotChanged."""
    form.need(Permission.MANAGE_PEOPLE, party)
    with change(form, "account.shut_out", member, party=party) as sql:
        accounts_gone = sql.execute(
            "DELETE FROM standing WHERE site_id = %s AND party = %s AND member = %s",
            (form.site_id, party, member),
        ).rowcount
        guests_gone = sql.execute(
            "DELETE FROM sign_in WHERE site_id = %s AND party = %s AND member = %s",
            (form.site_id, party, member),
        ).rowcount
        if not accounts_gone + guests_gone:
            raise NotChanged(_("这个人没有账号"))


def make_token(form: Form, name: str, holder: tuple[str, str], scopes: list[str], days: int) -> str:
    """A program's token, shown this once; `holder` is the role and the party ("" for none).

    Raises:
        NotChanged.
    """
    form.need(Permission.MANAGE_SITE)
    called, (role, party) = named(name), holder
    wanted = [Scope(one) for one in scopes if one in {*map(str, Scope)}]
    if not wanted:
        raise NotChanged(_("请选择用途，至少一项"))
    if days not in TOKEN_DAYS or role not in TOKEN_ROLES:
        raise NotChanged(_("请选择角色和有效期"))
    if (role == Role.ADMINISTRATOR) == bool(party):
        raise NotChanged(_("管理员不属于任何单位；其他角色请选择单位"))
    with change(form, "token.made", called, role=role, party=party, scopes=sorted(wanted), days=days) as sql:
        if (
            party
            and not sql.execute(
                "SELECT 1 FROM party WHERE site_id = %s AND code = %s AND capacities <> '{}'",
                (form.site_id, party),
            ).fetchone()
        ):
            raise NotChanged(_("没有这个单位，请刷新页面"))
        made = Holder(form.site_id, Role(role), party or None)
        return callers.create_token(sql, made, name=called, lasts=timedelta(days=days), scopes=wanted)


def revoke_token(form: Form, digest: str) -> None:
    """End a token at once. Raises NotChanged."""
    form.need(Permission.MANAGE_SITE)
    with change(form, "token.revoked", digest[:8]) as sql:
        ended = sql.execute(
            "UPDATE access_token SET revoked_at = statement_timestamp()"
            " WHERE site_id = %s AND digest = %s AND revoked_at IS NULL",
            (form.site_id, digest),
        ).rowcount
        if not ended:
            raise NotChanged(_("这个令牌已经停用"))
