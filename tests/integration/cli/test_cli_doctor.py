"""`lianban doctor`: what is looked at, and what is said to be done."""

import socket
from contextlib import suppress
from pathlib import Path

import pytest

from services.cli import site_checkup
from services.cli.operating import read_all_sites
from services.execute import Shop
from services.housekeeping import watch
from services.settings import settings
from services.store.claims import LIVE, Queue, claim
from services.store.engine import DatabaseRole, open_engine
from services.store.heartbeats import beat
from services.store.transactions import transaction
from tests.databases import rows
from tests.integration.cli.conftest import Cli


@pytest.fixture
def healthy(aibo: Cli, redis_url: str, shop: Shop, environment: pytest.MonkeyPatch, tmp_path: Path) -> Cli:
    """Everything runs but the web server."""
    environment.setenv("LIANBAN_REDIS_URL", redis_url)
    (tmp_path / "data").mkdir(mode=0o700)
    settings.cache_clear()
    with transaction(shop.engine) as sql:
        beat(sql, "pulse", cycles=1)
    return aibo


def told(result_output: str) -> str:
    return " ".join(result_output.split())


def test_a_healthy_stack_has_no_failure(healthy: Cli) -> None:
    found = told(healthy("doctor").stdout)
    for word in (
        "OK database PostgreSQL 18",
        "OK schema at",
        "OK roles",
        "OK policies row-level security forced",
        "OK ledger no role may change",
        "OK broker Valkey 9",
        "OK pulse",
        "OK lanes nothing waits",
        "OK AIBO5 playbook aibo-5, version 1",
        "OK AIBO5 roster no gap",
        "OK AIBO5 people all",
        "WARN public address http://127.0.0.1:8000 is this machine alone",
        "set LIANBAN_PUBLIC_URL",
    ):
        assert word in found


def test_quietly_it_says_only_what_is_not_as_it_should_be(healthy: Cli) -> None:
    found = healthy("doctor", "--quiet").stdout
    assert "OK " not in found.rpartition("\n")[0].replace(" OK", "")
    assert "WARN" in found


def test_without_a_database_it_looks_at_the_rest_and_says_to_start(
    run: Cli, environment: pytest.MonkeyPatch
) -> None:
    environment.delenv("LIANBAN_DATABASE_URL", raising=False)
    settings.cache_clear()
    found = told(run("doctor", code=1).stdout)
    assert "FAIL database" in found
    assert "start `./lianban up` first" in found
    assert "FAIL broker it does not answer" in found


def test_an_open_data_folder_and_a_key_that_others_may_read_are_failures(
    healthy: Cli, tmp_path: Path
) -> None:
    data = tmp_path / "data"
    (data / "secret.key").write_text("k" * 40)
    (data / "secret.key").chmod(0o644)
    data.chmod(0o777)
    found = told(healthy("doctor", code=1).stdout)
    assert "FAIL data folder everybody may write to" in found
    assert "FAIL secret key others may read" in found


def test_a_port_that_another_program_has_is_a_failure(healthy: Cli, environment: pytest.MonkeyPatch) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        environment.setenv("LIANBAN_PORT", str(other.getsockname()[1]))
        settings.cache_clear()
        assert "is taken by something else" in told(healthy("doctor", code=1).stdout)


def test_a_pulse_that_is_silent_and_work_that_waits_are_told(healthy: Cli, shop: Shop) -> None:
    rows(shop, "UPDATE heartbeat SET at = at - interval '1 hour'")
    rows(shop, "UPDATE site SET clock = 'live'")
    healthy("report", "--space", "hall", "灯不亮")
    rows(shop, "UPDATE routing SET wanted_at = wanted_at - interval '1 hour'")
    found = told(healthy("doctor").stdout)
    assert "WARN pulse no sign of life since" in found
    assert "WARN lanes work is waiting: routing" in found


def test_work_in_quarantine_and_what_it_alerted_is_told(healthy: Cli, shop: Shop) -> None:
    healthy("report", "--space", "hall", "灯不亮")
    rows(shop, "UPDATE site SET clock = 'live'")
    rows(shop, "UPDATE routing SET attempts = 7")
    claim(shop.engine, Queue.ROUTING, LIVE, 1)
    rows(shop, "UPDATE dead SET tried_at = now() - interval '1 hour'")
    with transaction(shop.engine) as sql:
        watch(sql, {})
    found = told(healthy("doctor").stdout)
    assert "WARN quarantine failed 8 times and is tried once an hour: 1 of routing" in found
    assert "WARN alert quarantine routing: 1 rows failed again and again: ./lianban dead list" in found


def test_an_operator_s_channel_that_cannot_be_used_is_a_failure(
    healthy: Cli, environment: pytest.MonkeyPatch
) -> None:
    assert "WARN alerts nobody is told when something breaks" in told(healthy("doctor").stdout)
    environment.setenv("LIANBAN_ALERTS", '[{"kind": "pigeon", "name": "Gloria"}]')
    settings.cache_clear()
    assert "FAIL alerts LIANBAN_ALERTS cannot be used" in told(healthy("doctor", code=1).stdout)


LOOKED_OVER = [
    (
        "UPDATE calendar_year SET year = 1999 WHERE year = 2026",
        "FAIL AIBO5 calendar cn-office: 2026 is not published",
    ),
    (
        "SELECT 1",
        "OK AIBO5 calendar cn-office: 2027 is not published yet",
    ),
    ("UPDATE playbook SET current = false", "FAIL AIBO5 playbook none is loaded"),
    ("UPDATE party SET capacities = '{owners}' WHERE code = 'property'", "FAIL AIBO5 playbook"),
    ("DELETE FROM roster WHERE party = 'property'", "WARN AIBO5 roster property has 24x7 limits"),
    (
        "DELETE FROM channel WHERE party = 'property'; DELETE FROM roster WHERE party = 'property'",
        "FAIL AIBO5 roster property has 24x7 limits, and nobody has the turn on Mon 00:00",
    ),
    ("DELETE FROM channel WHERE member = 'gu-xiaowen'", "WARN AIBO5 people no channel: gu-xiaowen"),
    ("UPDATE site SET coordinator = 'ghost'", "FAIL AIBO5 people the coordinator ghost is no member"),
    ("DELETE FROM member WHERE party = 'client'", "WARN AIBO5 people nobody acts for client"),
    ("UPDATE site SET clock = 'frozen'", "OK AIBO5 爱博五村党群服务站: frozen"),
]


class Undo(Exception):
    """Leaves a transaction without a trace."""


def test_a_site_is_looked_over(aibo: Cli, shop: Shop) -> None:
    for statement, finding in LOOKED_OVER:
        with suppress(Undo), transaction(shop.engine) as sql:
            for one in statement.split("; "):
                sql.execute(one.encode())
            (row,) = read_all_sites(sql)
            assert row.virtual_now is not None
            found = list(site_checkup.site(sql, row, row.virtual_now, production=False))
            assert any(f"{one.level} {one.topic} {one.told}".startswith(finding) for one in found), finding
            assert all(one.remedy for one in found if one.level != "OK")
            raise Undo


def test_a_table_without_its_policy_is_a_failure(healthy: Cli, cli_url: str) -> None:
    owner = open_engine(cli_url, DatabaseRole.OWNER, pool_size=1)
    try:
        with transaction(owner) as sql:
            sql.execute("ALTER TABLE notice NO FORCE ROW LEVEL SECURITY")
        assert "FAIL policies no forced row-level security on notice" in told(
            healthy("doctor", code=1).stdout
        )
        with transaction(owner) as sql:
            sql.execute("GRANT DELETE ON event TO lianban_worker")
        assert "FAIL ledger a role may change event" in told(healthy("doctor", code=1).stdout)
    finally:
        with transaction(owner) as sql:
            sql.execute("ALTER TABLE notice FORCE ROW LEVEL SECURITY")
            sql.execute("REVOKE DELETE ON event FROM lianban_worker")
        owner.dispose()


def test_a_schema_that_is_behind_is_a_failure(healthy: Cli, cli_url: str) -> None:
    owner = open_engine(cli_url, DatabaseRole.OWNER, pool_size=1)
    with transaction(owner) as sql:
        kept = sql.execute("SELECT version_num FROM alembic_version").fetchone()
        sql.execute("UPDATE alembic_version SET version_num = '0000'")
    try:
        assert "FAIL schema at 0000" in told(healthy("doctor", code=1).stdout)
    finally:
        with transaction(owner) as sql:
            sql.execute("UPDATE alembic_version SET version_num = %s", kept)
        owner.dispose()


def test_in_production_a_recorder_is_no_channel(
    healthy: Cli, environment: pytest.MonkeyPatch, shop: Shop
) -> None:
    rows(shop, "UPDATE site SET clock = 'live'")
    for name, value in (
        ("LIANBAN_ENV", "production"),
        ("LIANBAN_SECRET_KEY", "k" * 40),
        ("LIANBAN_PUBLIC_URL", "https://lianban.example.org"),
    ):
        environment.setenv(name, value)
    settings.cache_clear()
    found = told(healthy("doctor", code=1).stdout)
    assert "people only have a recorder, which sends nothing" in found
    assert "OK public address https://lianban.example.org" in found
