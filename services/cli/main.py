"""The program `lianban`: one typer application, a file a command."""

import signal
import sys

import typer

from services.cli import (
    accounts,
    audit,
    backup,
    bench,
    clock,
    dead,
    doctor,
    explore,
    faults,
    ledger,
    links,
    load,
    migrate,
    notices,
    orders,
    phone,
    posters,
    privacy,
    rebuild,
    replay,
    secrets,
    simulate,
    testing,
    timers,
    tokens,
    told,
    up,
    years,
)
from services.cli.operating import complain
from services.settings import SettingsError

app = typer.Typer(
    name="lianban",
    help="联办 lianban: one reported issue, several parties, each with its own clock.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
app.command("up")(up.up)
app.command("test", context_settings=testing.PASS_ON)(testing.test)
app.command("check")(testing.check)
app.command("screens")(testing.screens)
app.command("figures")(testing.figures)
app.command("explore")(explore.explore)
app.command("bench")(bench.bench)
app.command("faults")(faults.faults)
app.command("migrate")(migrate.migrate)
app.command("load")(load.load)
app.command("report")(orders.report)
app.command("orders")(orders.orders)
app.command("show")(orders.show)
app.command("act")(orders.act)
app.command("notices")(notices.notices)
app.add_typer(accounts.app, name="account")
app.add_typer(tokens.app, name="token")
app.command("phone")(phone.phone)
app.command("posters")(posters.posters)
app.command("clock")(clock.clock)
app.command("rebuild")(rebuild.rebuild)
app.add_typer(ledger.app, name="ledger")
app.command("audit")(audit.audit)
app.command("backup")(backup.backup)
app.command("restore")(backup.restore)
app.add_typer(links.app, name="links")
app.add_typer(secrets.app, name="secrets")
app.add_typer(privacy.app, name="privacy")
app.command("told")(told.told)
app.command("timers")(timers.timers)
app.add_typer(dead.app, name="dead")
app.command("doctor")(doctor.doctor)
app.command("replay")(replay.replay)
app.command("simulate")(simulate.simulate)
app.command("publish-year")(years.publish_year)


def main() -> None:
    """Run one command; a setting that cannot be used is told in one sentence."""
    # A script's background job is handed an ignored SIGINT; a stop that is asked for must still be one.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        app(prog_name="lianban")
    except SettingsError as error:
        complain(str(error))
        sys.exit(1)


if __name__ == "__main__":
    main()
