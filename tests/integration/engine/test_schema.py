"""The schema: as the tables declare it, and closed to who may not see."""

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, NullPool, create_engine
from sqlmodel import SQLModel

from models.domain.orders.commands import RouteOrder
from models.domain.streams import SYSTEM, Role, StreamKey
from services import desk
from services.actions.bodies import ReportBody
from services.callers import Holder, callers_by_tokens, create_token
from services.execute import Envelope, Shop, Unit
from services.store.contexts import Contexts, UnknownSite
from services.store.engine import driver_url
from services.store.migrate import upgrade
from services.store.transactions import transaction
from tests.databases import add_aibo, caller


def test_the_migrations_make_what_the_tables_declare(migrated_url: str) -> None:
    engine = create_engine(driver_url(migrated_url), poolclass=NullPool)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, SQLModel.metadata) == []


def test_migrating_twice_changes_nothing(migrated_url: str) -> None:
    upgrade(migrated_url)


def test_every_table_with_a_site_forces_row_level_security(migrated_url: str) -> None:
    with psycopg.connect(migrated_url) as sql:
        rows = sql.execute(
            "SELECT c.relname FROM pg_class c"
            " JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'site_id'"
            " WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace"
            " AND NOT (c.relrowsecurity AND c.relforcerowsecurity)"
        ).fetchall()
    assert rows == []


def test_the_application_sees_the_sites_that_its_transaction_names(shop: Shop, app_engine: Engine) -> None:
    first, second = add_aibo(shop.engine, "AIBO5"), add_aibo(shop.engine, "OTHER")
    with transaction(app_engine, [first]) as sql:
        seen = sql.execute("SELECT DISTINCT site_id FROM party").fetchall()
        assert sql.execute("SELECT code FROM site").fetchall() == [("AIBO5",)]
    assert seen == [(first,)]
    with transaction(app_engine, []) as sql:
        assert sql.execute("SELECT count(*) FROM party").fetchone() == (0,)
    assert second != first


def test_the_application_cannot_write_into_another_site(shop: Shop, app_engine: Engine) -> None:
    first, second = add_aibo(shop.engine, "AIBO5"), add_aibo(shop.engine, "OTHER")
    with pytest.raises(psycopg.errors.InsufficientPrivilege), transaction(app_engine, [first]) as sql:
        sql.execute("INSERT INTO space VALUES (%s, 'x', 1, 'x', 'x', 'new')", (second,))


def test_execute_cannot_reach_another_site(shop: Shop, app_engine: Engine) -> None:
    first, second = add_aibo(shop.engine, "AIBO5"), add_aibo(shop.engine, "OTHER")
    app = Shop(app_engine, Contexts())
    key, answer = desk.report(
        app, caller("committee", first), "AIBO5", ReportBody(space="dance", description="门松动")
    )
    assert answer.refused is None

    with pytest.raises(UnknownSite):
        app.execute(
            [Unit((Envelope(StreamKey(second, key.stream_id), RouteOrder(), SYSTEM),))], sites=[first]
        )


def test_a_token_is_found_by_its_hash_until_it_is_revoked(shop: Shop, app_engine: Engine) -> None:
    site_id = add_aibo(shop.engine, "AIBO5")
    with transaction(shop.engine) as sql:
        secret = create_token(sql, Holder(site_id, Role.LEAD, "property"), name="t", lasts=None)
    with transaction(app_engine) as sql:
        assert sql.execute("SELECT count(*) FROM access_token").fetchone() == (0,)
        found = callers_by_tokens(sql, [secret]).get(secret)
        assert callers_by_tokens(sql, [secret + "x"]).get(secret + "x") is None
    assert found is not None
    assert found.sites == {"AIBO5": site_id}
    with transaction(shop.engine) as sql:
        sql.execute("UPDATE access_token SET revoked_at = now()")
    with transaction(app_engine) as sql:
        assert callers_by_tokens(sql, [secret]).get(secret) is None
