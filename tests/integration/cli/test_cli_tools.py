"""`lianban token`, `phone` and `migrate`."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest

from services.callers import callers_by_tokens
from services.cli.operating import console
from services.cli.phone import Watch
from services.execute import Shop
from services.settings import settings
from services.store.engine import DatabaseRole, open_engine
from services.store.transactions import transaction
from tests.integration.cli.conftest import Cli

Advance = Callable[[str], None]


# ── token ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_token_is_shown_once_alone_on_standard_output_and_works(aibo: Cli, cli_url: str) -> None:
    made = aibo("token", "create", "--party", "property", "--role", "handler", "--days", "7")
    secret = made.stdout.strip()
    engine = open_engine(cli_url, DatabaseRole.APP)
    with transaction(engine) as sql:
        caller = callers_by_tokens(sql, [secret]).get(secret)
    engine.dispose()
    assert caller is not None
    assert (caller.actor.party, str(caller.actor.role), list(caller.sites)) == (
        "property",
        "handler",
        ["AIBO5"],
    )
    assert secret not in aibo("token", "list").stdout
    assert "for 7 days" in made.stderr


def test_a_token_is_listed_by_its_prefix_and_revoked_by_it(aibo: Cli) -> None:
    aibo("token", "create", "--party", "street", "--role", "observer", "--name", "大屏")
    listed = aibo("token", "list", "--site", "AIBO5").stdout
    assert "大屏" in listed
    assert "valid" in listed
    prefix = next(line.split()[0] for line in listed.splitlines() if "大屏" in line)
    assert f"Revoked {prefix}, 大屏." in aibo("token", "revoke", prefix).stdout
    assert "revoked" in aibo("token", "list").stdout
    assert "(it was already)" in aibo("token", "revoke", prefix).stdout


def test_a_token_that_got_about_is_revoked_by_itself(aibo: Cli) -> None:
    secret = aibo("token", "create", "--party", "street", "--role", "lead").stdout.strip()
    assert "Revoked" in aibo("token", "revoke", secret).stdout


NO_TOKENS = [
    (["create", "--role", "handler"], "say with --party for which party of AIBO5"),
    (["create", "--role", "handler", "--party", "nobody"], "say with --party"),
    (["create", "--role", "volunteer", "--party", "property"], "a volunteer acts for no party"),
    (["create", "--role", "lead", "--party", "street", "--member", "x"], "x is no member of street"),
    (["revoke", "abc"], "give at least 6 characters"),
    (["revoke", "abcdef12"], "no token begins with abcdef12"),
]


def test_a_token_for_nobody_is_refused(aibo: Cli) -> None:
    for words, told in NO_TOKENS:
        assert told in aibo("token", *words, code=1).stderr, words


def test_without_tokens_it_says_how_to_make_one(cli: Cli) -> None:
    assert "lianban token create" in cli("token", "list").stdout


# ── phone ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_phone_says_who_got_what_when_and_why(aibo: Cli, leak: str) -> None:
    told = aibo("phone", "--no-follow").stdout
    for word in (
        leak,
        "10月12日 周一 09:",
        "镇资产经营公司",
        "请主办",
        "爱博五村物业服务处",
        "请协办",
        f"/o/{leak}",
    ):
        assert word in told


def test_the_phone_says_until_when_a_notice_waits(aibo: Cli, advance: Advance) -> None:
    advance("12 19:00")
    code = aibo("report", "--space", "hall", "--category", "mould", "--origin", "construction", "墙角发霉")
    advance("12 19:05")
    told = aibo("phone", "--no-follow").stdout
    assert f"等到 10月13日 周二 09:00  {code.stdout.strip()}" in told


def test_the_last_messages_are_counted_from_the_end(aibo: Cli, leak: str) -> None:
    assert aibo("phone", "--no-follow", "--last", "1").stdout.count("→") == 1
    assert aibo("phone", "--no-follow", "--last", "0").stdout.count("→") == 0


def test_an_empty_phone_says_what_to_do(cli: Cli) -> None:
    assert "No message yet" in cli("phone", "--no-follow").stdout


def test_what_is_new_is_shown_once(
    aibo: Cli, leak: str, advance: Advance, shop: Shop, capsys: pytest.CaptureFixture[str]
) -> None:
    watch = Watch(shop, console(), None, {"AIBO5": "zh"})
    watch.begin(0)
    watch.look()
    assert capsys.readouterr().out == ""
    advance("13 17:40")
    watch.look()
    assert "接单" in capsys.readouterr().out
    watch.look()
    assert capsys.readouterr().out == ""


def test_a_phone_that_started_empty_misses_nothing(
    aibo: Cli, shop: Shop, advance: Advance, capsys: pytest.CaptureFixture[str]
) -> None:
    watch = Watch(shop, console(), None, {"AIBO5": "zh"})
    watch.begin(10)
    capsys.readouterr()
    aibo("report", "--space", "hall", "--category", "electrical", "插座松动")
    advance("12 09:30")
    watch.look()
    assert "AIBO5-1" in capsys.readouterr().out


def test_the_phone_rings_within_a_second_and_ends_quietly_on_ctrl_c(
    aibo: Cli, leak: str, advance: Advance, cli_url: str, tmp_path: Path
) -> None:
    environment = {**os.environ, "LIANBAN_DATABASE_URL": cli_url, "PYTHONUNBUFFERED": "1"}
    command = [sys.executable, "-m", "services.cli.main", "phone", "--last", "1"]
    heard, errors = tmp_path / "heard.txt", tmp_path / "errors.txt"
    with heard.open("wb") as output, errors.open("wb") as error:
        process = subprocess.Popen(command, env=environment, stdout=output, stderr=error)
    try:
        wait_for(heard, leak, 20)
        advance("13 17:40")
        start = time.monotonic()
        wait_for(heard, "超期", 5)
        seconds = time.monotonic() - start
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=10) == 0
    finally:
        process.kill()
        process.wait()
    assert seconds < 2  # half a second between looks, and a busy machine
    assert errors.read_text() == ""


def wait_for(file: Path, word: str, seconds: float) -> None:
    latest = time.monotonic() + seconds
    while word not in file.read_text():
        assert time.monotonic() < latest, file.read_text()
        time.sleep(0.02)


# ── migrate ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_an_empty_database_is_brought_up_to_date_and_a_second_time_nothing_happens(
    run: Cli, postgres_url: str, environment: pytest.MonkeyPatch
) -> None:
    with psycopg.connect(postgres_url, autocommit=True) as sql:
        sql.execute("CREATE DATABASE lianban_empty")
    url = urlunsplit(urlsplit(postgres_url)._replace(path="/lianban_empty"))
    environment.setenv("LIANBAN_DATABASE_URL", url)
    settings.cache_clear()
    assert "run `./lianban migrate`" in run("orders", code=1).stderr
    assert "from empty to " in run("migrate").stdout
    assert "already at " in run("migrate").stdout
    assert "No orders." in run("orders").stdout
