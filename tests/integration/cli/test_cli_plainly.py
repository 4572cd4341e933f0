"""No command ends with a traceback for what is to be expected; each helps in 80 columns."""

from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from rich.cells import cell_len

from services.settings import settings
from tests.integration.cli.conftest import Cli

COMMANDS = [
    ["load", "aibo-5"],
    ["report", "--space", "hall", "漏水"],
    ["orders"],
    ["show", "AIBO5-1"],
    ["act", "AIBO5-1", "acknowledge", "property"],
    ["token", "create", "--role", "lead", "--party", "street"],
    ["token", "list"],
    ["token", "revoke", "abcdef"],
    ["phone", "--no-follow"],
    ["rebuild"],
    ["migrate"],
]


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_where_no_database_runs_every_command_says_to_start_up_first(
    run: Cli, environment: pytest.MonkeyPatch, words: list[str]
) -> None:
    environment.delenv("LIANBAN_DATABASE_URL", raising=False)
    settings.cache_clear()
    error = run(*words, code=1).stderr
    assert "is not running: start `./lianban up` first." in error
    assert len(error.strip().splitlines()) == 1


def test_a_server_that_does_not_answer_is_named_without_its_password(
    run: Cli, environment: pytest.MonkeyPatch
) -> None:
    environment.setenv("LIANBAN_DATABASE_URL", "postgresql://me:hidden@127.0.0.1:1/lianban")
    settings.cache_clear()
    error = run("orders", code=1).stderr
    assert "the database at 127.0.0.1, port 1 cannot be reached" in error
    assert "hidden" not in error


def test_a_setting_that_cannot_be_used_is_named(run: Cli, environment: pytest.MonkeyPatch) -> None:
    environment.setenv("LIANBAN_PORT", "many")
    settings.cache_clear()
    assert "LIANBAN_PORT" in run("orders", code=1).stderr


def test_a_server_that_is_too_old_is_refused_before_anything_is_written(
    cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.cli.schema.OLDEST", 990000)
    error = cli("migrate", code=1).stderr
    assert "16 or newer is needed" in error
    assert len(error.strip().splitlines()) == 1


def test_a_user_who_may_not_make_roles_is_told_what_it_lacks(
    postgres_url: str, run: Cli, environment: pytest.MonkeyPatch
) -> None:
    with psycopg.connect(postgres_url, autocommit=True) as sql:
        sql.execute("CREATE DATABASE lianban_foreign")
        sql.execute("CREATE ROLE poor")
        sql.execute("GRANT poor TO lianban")
    foreign = urlsplit(postgres_url)._replace(path="/lianban_foreign")
    poor = foreign._replace(query=f"{foreign.query}&options=-c%20role%3Dpoor")
    environment.setenv("LIANBAN_DATABASE_URL", urlunsplit(poor))
    settings.cache_clear()
    error = run("migrate", code=1).stderr
    assert "CREATEROLE" in error
    assert len(error.strip().splitlines()) == 1


HELPED = ["load", "report", "orders", "show", "act", "phone", "rebuild", "doctor", "migrate"]
HELPED += ["clock", "replay", "publish-year"]
TOKENS = ["create", "list", "revoke"]


@pytest.mark.parametrize(
    "words", [*([one] for one in HELPED), *(["token", one] for one in TOKENS)], ids=" ".join
)
def test_each_command_helps_in_80_columns_with_an_example(run: Cli, words: list[str]) -> None:
    told = run(*words, "--help").stdout
    assert "Example:" in told
    assert "lianban" in told.partition("Example:")[2]
    assert [line for line in told.splitlines() if cell_len(line) > 80] == []


def test_help_shows_square_brackets_as_they_are_to_be_typed(run: Cli) -> None:
    assert "[[day]]" in run("publish-year", "--help").stdout


def test_all_commands_are_listed(run: Cli) -> None:
    told = run("--help").stdout
    for name in ("up", "test", "check", "token", *HELPED):
        assert f"│ {name} " in told
