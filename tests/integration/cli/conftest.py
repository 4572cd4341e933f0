"""The program as a person runs it, on a database of its own with 爱博五村 on a movable clock."""

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit, urlunsplit
from zoneinfo import ZoneInfo

import psycopg
import pytest
from rich.cells import cell_len
from sqlalchemy import Engine
from typer.testing import CliRunner, Result

from services.cli.main import app
from services.execute import Shop
from services.replay.driver import Driver
from services.settings import settings
from services.store.contexts import Contexts
from services.store.engine import DatabaseRole, open_engine
from services.store.migrate import upgrade
from services.store.transactions import transaction
from tests.databases import AIBO, empty

ZONE = ZoneInfo("Asia/Shanghai")
MONDAY = "2026-10-12T09:00"


class Cli(Protocol):
    def __call__(self, *words: str, code: int = 0) -> Result: ...


@pytest.fixture(scope="session")
def cli_url(postgres_url: str) -> str:
    """A migrated database beside the one that other tests use; made once, whichever folder asks first."""
    with psycopg.connect(postgres_url, autocommit=True) as sql:
        if sql.execute("SELECT FROM pg_database WHERE datname = 'lianban_cli'").fetchone() is None:
            sql.execute("CREATE DATABASE lianban_cli")
    url = urlunsplit(urlsplit(postgres_url)._replace(path="/lianban_cli"))
    upgrade(url)
    return url


@pytest.fixture(scope="session")
def cli_engine(cli_url: str) -> Iterator[Engine]:
    engine = open_engine(cli_url, DatabaseRole.WORKER)
    yield engine
    engine.dispose()


@pytest.fixture
def environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """A terminal of 80 columns, settings read anew."""
    for name, value in (("COLUMNS", "80"), ("LIANBAN_DATA", str(tmp_path / "data")), ("TERM", "dumb")):
        monkeypatch.setenv(name, value)
    settings.cache_clear()
    yield monkeypatch
    settings.cache_clear()


@pytest.fixture
def shop(cli_url: str, cli_engine: Engine, environment: pytest.MonkeyPatch) -> Shop:
    """An empty database that the program finds."""
    environment.setenv("LIANBAN_DATABASE_URL", cli_url)
    empty(cli_url)
    return Shop(cli_engine, Contexts())


@pytest.fixture
def run(environment: pytest.MonkeyPatch) -> Cli:
    """Run a command; it has to end with `code`, without a traceback, and within 80 columns."""

    def run(*words: str, code: int = 0) -> Result:
        result = CliRunner().invoke(app, list(words))
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        assert result.exit_code == code, result.output
        if "--json" not in words and "token" not in words:
            # An address stays in one piece, so that it can be copied.
            wide = [one for one in result.stdout.splitlines() if cell_len(one) > 80 and "://" not in one]
            assert wide == []
        # A word that is longer by itself (a path) stands alone on its line.
        assert [one for one in result.stderr.splitlines() if cell_len(one) > 80 and " " in one.strip()] == []
        result.stderr_bytes = " ".join(result.stderr.split()).encode()  # sentences as they were meant
        return result

    return run


@pytest.fixture
def cli(shop: Shop, run: Cli) -> Cli:
    """The program on an empty database."""
    return run


@pytest.fixture
def aibo(cli: Cli) -> Cli:
    """The program, and the site AIBO5 on a virtual clock, on a Monday morning."""
    cli("load", str(AIBO), "--clock", "virtual", "--at", MONDAY)
    return cli


@pytest.fixture
def advance(shop: Shop, aibo: Cli) -> Callable[[str], None]:
    """Turn the clock to a local instant of October 2026, such as ``12 11:30``: lanes and notices follow."""
    with transaction(shop.engine) as sql:
        row = sql.execute("SELECT id FROM site WHERE code = 'AIBO5'").fetchone()
    assert row is not None
    driver = Driver(shop, row[0])

    def advance(to: str) -> None:
        driver.advance(datetime.fromisoformat(f"2026-10-{to}").replace(tzinfo=ZONE))

    return advance


@pytest.fixture
def leak(aibo: Cli, advance: Callable[[str], None]) -> str:
    """An old leak, reported on Monday at nine and routed to three parties."""
    words = ("--space", "table-tennis", "--category", "leak", "--origin", "pre_existing")
    code = aibo("report", *words, "--title", "乒乓房漏水", "靠窗地上有水").stdout.strip()
    advance("12 09:30")
    return code
