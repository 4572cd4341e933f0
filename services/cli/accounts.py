"""`lianban account`: who may sign in, and as what."""

from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from services.cli.operating import Stop, at_work, check_holder, console, read_all_sites, the_site

if TYPE_CHECKING:
    from services.identity.accounts import Account
    from services.store.contexts import Sql

LINK_LASTS = timedelta(days=3)

app = typer.Typer(help="Accounts: who may sign in, and as what.", no_args_is_help=True)

Login = Annotated[str, typer.Argument(help="The name that is typed to sign in.", show_default=False)]


@app.command()
def add(  # noqa: PLR0917 - a command's options
    login: Login,
    role: Annotated[
        Literal["handler", "lead", "observer", "arbiter", "moderator", "administrator", "volunteer"],
        typer.Option(help="What it may do."),
    ],
    name: Annotated[str | None, typer.Option(help="The person's name.")] = None,
    site: Annotated[str | None, typer.Option(help="Code of the site.")] = None,
    party: Annotated[str | None, typer.Option(help="Party that it acts for.")] = None,
    member: Annotated[str | None, typer.Option(help="The member whose notices it gets.")] = None,
) -> None:
    """Make an account, or let one act at one more site; prints a link for the first sign-in.

    Example: ./lianban account add qian@example.org --role handler --party property --member qian-weiguo
    """
    from models.domain.streams import Role
    from services.callers import Holder
    from services.identity import accounts, sign_in_links
    from services.settings import settings
    from services.store.transactions import transaction

    with at_work() as shop, transaction(shop.engine) as sql:
        where = the_site(read_all_sites(sql), site)
        check_holder(sql, where, Holder(where.id, Role(role), party, member))
        found = accounts.by_login(sql, login)
        try:
            account_id = found.id if found else accounts.create(sql, login, name or login)
        except accounts.BadLogin as error:
            raise Stop(f"{login!r}: {error.__doc__}") from None
        accounts.stand(sql, account_id, where.id, Role(role), party=party, member=member)
        secret = None if found else sign_in_links.create_for_account(sql, account_id, lasts=LINK_LASTS)
    console().print(f"{login} acts at {where.code} as {party or ''} {role}.".replace("  ", " "), markup=False)
    if secret:
        console().print("Sign in once within three days, then set a password under /me:")
        typer.echo(f"{settings().public_url}/sign-in#{secret}")


@app.command("list")
def list_() -> None:
    """Show all accounts with what they act as.

    Example: ./lianban account list
    """
    from rich.table import Table

    from services.store.transactions import transaction

    with at_work() as shop, transaction(shop.engine) as sql:
        rows = sql.execute(
            "SELECT a.login, a.name, coalesce(string_agg(concat_ws(' ', s.code, t.party, t.role), ', '"
            " ORDER BY s.code), '–'), a.totp_at IS NOT NULL, a.disabled_at IS NOT NULL,"
            " (SELECT max(i.seen_at) FROM sign_in i WHERE i.account_id = a.id)"
            " FROM account a LEFT JOIN standing t ON t.account_id = a.id LEFT JOIN site s ON s.id = t.site_id"
            " GROUP BY a.id ORDER BY a.login"
        ).fetchall()
    table = Table("login", "name", "acts as", "2nd step", "seen", "state", box=None, padding=(0, 1, 0, 0))
    for login, name, acts, second, shut, seen in rows:
        state = "shut" if shut else "open"
        table.add_row(
            login, name, acts, "on" if second else "off", f"{seen:%Y-%m-%d}" if seen else "–", state
        )
    console().print(table if rows else "There are no accounts; make one with `./lianban account add`.")


@app.command()
def link(login: Login) -> None:
    """Print a link to sign in once: for the first time, or when the password is lost.

    Example: ./lianban account link qian@example.org
    """
    from services.identity import sign_in_links
    from services.settings import settings
    from services.store.transactions import transaction

    with at_work() as shop, transaction(shop.engine) as sql:
        secret = sign_in_links.create_for_account(sql, _found(sql, login).id, lasts=LINK_LASTS)
    typer.echo(f"{settings().public_url}/sign-in#{secret}")


@app.command()
def shut(login: Login) -> None:
    """Shut an account: its sign-ins end at once, and nobody gets in by it any more.

    Example: ./lianban account shut qian@example.org
    """
    from services.identity import accounts
    from services.store.transactions import transaction

    with at_work() as shop, transaction(shop.engine) as sql:
        accounts.disable(sql, _found(sql, login).id)
    console().print(f"{login} is shut.", markup=False)


@app.command("drop-second")
def drop_second(login: Login) -> None:
    """Take the second step off an account whose phone is lost, and end its sign-ins.

    Example: ./lianban account drop-second qian@example.org
    """
    from services.identity import factors, sign_ins
    from services.store.transactions import transaction

    with at_work() as shop, transaction(shop.engine) as sql:
        account = _found(sql, login)
        factors.drop(sql, account)
        sign_ins.end_by_owner(sql, account.id)
    console().print(f"{login} sets up a new second step at the next sign-in.", markup=False)


def _found(sql: "Sql", login: str) -> "Account":
    from services.identity import accounts

    found = accounts.by_login(sql, login)
    if found is None:
        raise Stop(f"there is no account {login!r}; `./lianban account list` shows them.")
    return found
