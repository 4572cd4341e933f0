"""What `lianban doctor` looks at in the database: version, schema, roles, policies, clock, signs of life."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from services.cli.finding import Finding, fail, ok, warn
from services.cli.schema import OLDEST, newest_revision, revision_of
from services.settings import Settings
from services.store.claims import MOST_ATTEMPTS, Queue, waiting
from services.store.engine import DatabaseRole, open_engine
from services.store.heartbeats import read
from services.store.transactions import transaction

if TYPE_CHECKING:
    from services.store.contexts import Sql

SKEW = timedelta(seconds=1)
TOO_MUCH_SKEW = timedelta(seconds=10)
SILENT = timedelta(seconds=10)
LATE = timedelta(seconds=30)


def database(told: Settings) -> Iterator[Finding]:
    """Looked at as its owner, then as the roles that the processes take. Raises OperationalError."""
    engine = open_engine(told.database_url, DatabaseRole.OWNER, pool_size=1)
    try:
        with transaction(engine) as sql:
            yield from _server(sql)
        at, newest = revision_of(told.database_url), newest_revision()
        if at != newest:
            yield fail("schema", f"at {at or 'nothing'}, this program needs {newest}", "`./lianban migrate`")
            return
        yield ok("schema", f"at {newest}")
        with transaction(engine) as sql:
            yield from _roles(sql)
            yield _policies(sql)
            yield _append_only(sql)
    finally:
        engine.dispose()


def _server(sql: "Sql") -> Iterator[Finding]:
    row = sql.execute(
        "SELECT current_setting('server_version_num')::int, current_setting('server_version'),"
        " current_setting('server_encoding'), clock_timestamp()"
    ).fetchone()
    number, version, encoding, now = row or (0, "?", "?", datetime.now(UTC))
    skew = abs(datetime.now(UTC) - now)
    if number < OLDEST:
        yield fail("database", f"PostgreSQL {version} is too old", "16 or newer is needed.")
    elif encoding != "UTF8":
        yield fail("database", f"its encoding is {encoding}", "make it with ENCODING 'UTF8'.")
    else:
        yield ok("database", f"PostgreSQL {version}")
    words = f"{skew.total_seconds():.1f} s apart from the database's"
    if skew > SKEW:
        yield (fail if skew > TOO_MUCH_SKEW else warn)("clock", words, "let both follow the same NTP server.")
    else:
        yield ok("clock", words)


def _roles(sql: "Sql") -> Iterator[Finding]:
    for role in (DatabaseRole.APP, DatabaseRole.WORKER):
        row = sql.execute("SELECT pg_has_role(current_user, %s, 'SET')", (str(role),)).fetchone()
        if not (row and row[0]):
            yield fail(
                "roles", f"{role} cannot be taken on", "`./lianban migrate` as a user with CREATEROLE."
            )
            return
    row = sql.execute(
        "SELECT count(*) FROM pg_roles WHERE rolname IN ('lianban_app', 'lianban_worker')"
        " AND (rolsuper OR rolbypassrls)"
    ).fetchone()
    if row and row[0]:
        yield fail("roles", "a role passes by row-level security", "ALTER ROLE … NOSUPERUSER NOBYPASSRLS")
    else:
        yield ok("roles", "lianban_app and lianban_worker")


def _policies(sql: "Sql") -> Finding:
    """Every table with a site is under forced row-level security."""
    rows = sql.execute(
        "SELECT c.relname, c.relrowsecurity AND c.relforcerowsecurity FROM pg_class c"
        " WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND (c.relname = 'site' OR EXISTS"
        " (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'site_id' AND a.attnum > 0))"
    ).fetchall()
    open_ = sorted(name for name, forced in rows if not forced)
    if open_:
        return fail("policies", f"no forced row-level security on {', '.join(open_)}", "`./lianban migrate`")
    return ok("policies", f"row-level security forced on {len(rows)} tables")


def _append_only(sql: "Sql") -> Finding:
    row = sql.execute(
        "SELECT bool_or(has_table_privilege(r, 'event', p))"
        " FROM unnest(ARRAY['lianban_app', 'lianban_worker']) AS r,"
        " unnest(ARRAY['UPDATE', 'DELETE', 'TRUNCATE']) AS p"
    ).fetchone()
    if row and row[0]:
        return fail("ledger", "a role may change events", "REVOKE UPDATE, DELETE, TRUNCATE ON event FROM …")
    return ok("ledger", "no role may change or delete an event")


def engine(sql: "Sql") -> Iterator[Finding]:
    """Whether anybody works off what falls due."""
    row = sql.execute("SELECT statement_timestamp()").fetchone()
    now = row[0] if row else datetime.now(UTC)
    last = read(sql).get("pulse")
    if last is None or now - last[0] > SILENT:
        since = f"since {last[0]:%Y-%m-%d %H:%M} UTC" if last else "so far"
        yield warn("pulse", f"no sign of life {since}", "start `./lianban up`, or the pulse alone.")
    else:
        yield ok("pulse", f"{max(now - last[0], timedelta()).total_seconds():.0f} s ago")
    late = {queue: waiting(sql, queue) for queue in Queue}
    slow = [f"{queue} {wait.total_seconds():.0f} s" for queue, wait in late.items() if wait and wait > LATE]
    if slow:
        yield warn("lanes", f"work is waiting: {', '.join(slow)}", "look into the worker's and pulse's logs.")
    else:
        yield ok("lanes", "nothing waits")
    for queue, only in _OPEN_ROWS.items():
        counted = sql.execute(
            f"SELECT count(*) FROM {queue} WHERE attempts >= %s AND {only}",  # noqa: S608 - our own words
            (MOST_ATTEMPTS,),
        ).fetchone()
        if counted and counted[0]:
            words = f"{counted[0]} rows of {queue} were given up after {MOST_ATTEMPTS} tries"
            yield warn("lanes", words, "look for 'poison' in the worker's log.")


_OPEN_ROWS = {
    Queue.ROUTING: "true",
    Queue.TIMER: "true",
    Queue.NOTICE: "expanded_at IS NULL",
    Queue.DELIVERY: "state = 'queued'",
}
