"""The program `lianban`: one typer application, a file a command."""

import typer

from services.cli import testing, up

app = typer.Typer(
    name="lianban",
    help="联办 lianban: one reported issue, several parties, each with its own clock.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
app.command("up")(up.up)
app.command("test", context_settings=testing.PASS_ON)(testing.test)
app.command("check")(testing.check)


def main() -> None:
    """Run one command."""
    app(prog_name="lianban")


if __name__ == "__main__":
    main()
