"""What `lianban doctor` looks at in the database: version, schema, roles, policies, clock, signs of life."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from services.alerts import standing
from services.cli.finding import Finding, fail, ok, warn
from services.cli.schema import OLDEST, newest_revision, revision_of
from services.pushing import operator_channels, unusable
from services.settings import Settings
from services.store.claims import MOST_ATTEMPTS, Queue, waiting
from services.store.engine import DatabaseRole, open_engine
from services.store.heartbeats import read
from services.store.quarantine import count_dead
from services.store.transactions import now_of, transaction

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


_NEVER_CHANGED = ("event", "firing", "delivery_step", "dead_action", "log_run", "log_node", "log_checkpoint")
"""What is evidence, and what became of it: rows are added, and that is all."""


def _append_only(sql: "Sql") -> Finding:
    rows = sql.execute(
        "SELECT DISTINCT t FROM unnest(ARRAY['lianban_app', 'lianban_worker']) AS r, unnest(%s::text[]) AS t,"
        " unnest(ARRAY['UPDATE', 'DELETE', 'TRUNCATE']) AS p WHERE has_table_privilege(r, t, p)"
        " OR has_table_privilege(r, 'log_state', 'DELETE') ORDER BY t",
        (list(_NEVER_CHANGED),),
    ).fetchall()
    if rows:
        tables = ", ".join(row[0] for row in rows)
        return fail("ledger", f"a role may change {tables}", f"REVOKE UPDATE, DELETE, TRUNCATE ON {tables} …")
    return ok("ledger", f"no role may change or delete what is evidence ({len(_NEVER_CHANGED)} tables)")


def engine(sql: "Sql") -> Iterator[Finding]:
    """Whether anybody works off what falls due."""
    now, last = now_of(sql), read(sql).get("pulse")
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
    yield from _alerts(sql)


def _alerts(sql: "Sql") -> Iterator[Finding]:
    """What the processes found wrong themselves, and what they gave up on."""
    for one in standing(sql):
        since = f"since {one.first_at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
        told = "" if one.told_at else "; nobody was told"
        yield warn("alert", f"{one.name} {one.key}: {one.words} {since}{told}", _REMEDIES.get(one.name, ""))
    dead = {queue: number for queue, number in count_dead(sql).items() if number}
    if dead:
        counts = ", ".join(f"{number} of {queue}" for queue, number in dead.items())
        yield warn(
            "quarantine",
            f"failed {MOST_ATTEMPTS} times and is tried once an hour: {counts}",
            "`./lianban dead list`, then `dead retry` or `dead drop`.",
        )


_REMEDIES = {
    "quarantine": "`./lianban dead list`",
    "late": "look into the worker's and the pulse's logs.",
}


def channels(told: Settings) -> Finding:
    """Whether the operator hears of it."""
    given = operator_channels(told)
    wrong = unusable(given)
    if wrong:
        return fail("alerts", f"LIANBAN_ALERTS cannot be used: {' '.join(wrong)}", "mend it.")
    if not given:
        return warn("alerts", "nobody is told when something breaks", "set LIANBAN_ALERTS.")
    return ok("alerts", f"told over {', '.join(kind for kind, _ in given)}")
