"""`lianban token`: API tokens, each bound to site, party and role."""

from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from services.cli.operating import Stop, aside, at_work, check_holder, console, read_all_sites, the_site

if TYPE_CHECKING:
    from services.callers import Holder, Scope

FEWEST = 6
"""Characters that name a token; fewer might mean several."""

app = typer.Typer(help="API tokens: make, list, revoke.", no_args_is_help=True)


@app.command()
def create(  # noqa: PLR0913, PLR0917 - a command's options
    role: Annotated[
        Literal["handler", "lead", "observer", "volunteer", "resident"], typer.Option(help="What it may do.")
    ],
    site: Annotated[str | None, typer.Option(help="Code of the site.")] = None,
    party: Annotated[str | None, typer.Option(help="Party that it acts for.")] = None,
    member: Annotated[str | None, typer.Option(help="Person who acts, if it is one.")] = None,
    name: Annotated[str, typer.Option(help="What it is for.")] = "",
    scopes: Annotated[
        str, typer.Option(help="What it is for, with commas between: read, report, act, metrics.")
    ] = "read,report,act,metrics",
    days: Annotated[int | None, typer.Option(help="How long it is good for.", min=1, max=3650)] = None,
) -> None:
    """Make a token. It is shown this once; only its hash is kept.

    Example: ./lianban token create --site AIBO5 --party property --role handler
    """
    from services.callers import Holder, create_token
    from services.store.transactions import transaction

    with at_work() as shop, transaction(shop.engine) as sql:
        from models.domain.streams import Role

        where = the_site(read_all_sites(sql), site)
        holder = Holder(where.id, Role(role), party, member)
        check_holder(sql, where, holder)
        lasts = timedelta(days=days) if days else None
        wanted = _scopes(scopes)
        secret = create_token(sql, holder, name=name or _named(holder), lasts=lasts, scopes=wanted)
    # Alone on standard output, so that a script can take it.
    typer.echo(secret)
    aside(
        f"{where.code} {_named(holder)}, {f'for {days} days' if days else 'until revoked'}. Shown this once;"
        f" send it as: Authorization: Bearer {secret[:8]}…"
    )


def _scopes(text: str) -> "frozenset[Scope]":
    from services.callers import Scope

    try:
        return frozenset(Scope(one.strip()) for one in text.split(","))
    except ValueError:
        raise Stop(f"--scopes is {text!r}; it takes {', '.join(Scope)}.") from None


def _named(holder: "Holder") -> str:
    return " ".join(filter(None, (holder.party, str(holder.role), holder.member)))


@app.command("list")
def list_(site: Annotated[str | None, typer.Option(help="Only those of a site.")] = None) -> None:
    """Show all tokens by the beginning of their hash, never the tokens themselves.

    Example: ./lianban token list --site AIBO5
    """
    from rich.table import Table

    from services.callers import Scope
    from services.store.transactions import transaction

    with at_work() as shop, transaction(shop.engine) as sql:
        sites = read_all_sites(sql)
        ids = [the_site(sites, site).id] if site else [one.id for one in sites]
        rows = sql.execute(
            "SELECT t.digest, s.code, t.party, t.role, t.member, t.name, t.created_at, t.expires_at,"
            " t.scopes, t.used_at,"
            " CASE WHEN t.revoked_at IS NOT NULL THEN 'revoked'"
            "      WHEN t.expires_at <= statement_timestamp() THEN 'expired' ELSE 'valid' END"
            " FROM access_token t JOIN site s ON s.id = t.site_id WHERE t.site_id = ANY (%s)"
            " ORDER BY t.created_at",
            (ids,),
        ).fetchall()
    table = Table(
        "prefix", "site", "for", "name", "may", "until", "used", "state", box=None, padding=(0, 1, 0, 0)
    )
    for digest, code, party, role, member, name, _, until, scopes, used, state in rows:
        whom = " ".join(filter(None, (party, role, member)))
        table.add_row(
            *(digest[:8], code, whom, name, "all" if len(scopes) == len(Scope) else " ".join(scopes)),
            *(f"{until:%Y-%m-%d}" if until else "–", f"{used:%Y-%m-%d}" if used else "–", state),
        )
    console().print(table if rows else "There are no tokens; make one with `./lianban token create`.")


@app.command()
def revoke(
    prefix: Annotated[
        str, typer.Argument(help="Beginning of its hash, as the list shows it.", show_default=False)
    ],
) -> None:
    """End a token at once.

    Example: ./lianban token revoke 3fa94c21
    """
    from services.callers import digest_of
    from services.store.transactions import transaction

    with at_work() as shop, transaction(shop.engine) as sql:
        # Whoever holds the token itself may also give that.
        wanted = digest_of(prefix) if prefix.startswith("lbt_") else prefix.lower()
        if len(wanted) < FEWEST:
            raise Stop(f"give at least {FEWEST} characters of the hash; `./lianban token list` shows them.")
        rows = sql.execute(
            "SELECT site_id, digest, name, revoked_at FROM access_token WHERE starts_with(digest, %s)",
            (wanted,),
        ).fetchall()
        if len(rows) != 1:
            many = "several tokens begin" if rows else "no token begins"
            raise Stop(f"{many} with {prefix}; `./lianban token list` shows them.")
        site_id, digest, name, revoked = rows[0]
        sql.execute(
            "UPDATE access_token SET revoked_at = coalesce(revoked_at, statement_timestamp())"
            " WHERE site_id = %s AND digest = %s",
            (site_id, digest),
        )
    already = " (it was already)" if revoked else ""
    console().print(f"Revoked {digest[:8]}, {name}{already}.", markup=False)
