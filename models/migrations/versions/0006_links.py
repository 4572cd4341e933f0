"""Links: acting from a message; bulletins: checkpoints that go to every party's lead.

Only the worker makes them; the application finds a link by its hash.
"""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

TABLES = """
CREATE TABLE act_link (
    site_id INTEGER NOT NULL,
    digest VARCHAR NOT NULL,
    stream_id BIGINT NOT NULL,
    party VARCHAR NOT NULL,
    member VARCHAR,
    delivery_id BIGINT NOT NULL,
    actions VARCHAR[] NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
    revoked_at TIMESTAMP WITH TIME ZONE,
    PRIMARY KEY (site_id, digest)
);

CREATE INDEX act_link_stream ON act_link (site_id, stream_id);

CREATE TABLE bulletin (
    site_id INTEGER NOT NULL,
    day DATE NOT NULL,
    size BIGINT NOT NULL,
    told_at TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (site_id, day)
);
"""

# As with tokens: the hash is known before the site is.
FIND_LINK = """
CREATE FUNCTION lianban_find_link(wanted text) RETURNS SETOF act_link
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public
AS $$ SELECT * FROM act_link WHERE digest = wanted $$;

CREATE POLICY by_secret ON act_link FOR SELECT TO CURRENT_USER USING (true);
REVOKE EXECUTE ON FUNCTION lianban_find_link FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lianban_find_link TO lianban_app;
"""


def upgrade() -> None:
    op.execute(TABLES)
    _isolate("act_link", {"lianban_app": "SELECT", "lianban_worker": "SELECT, INSERT, UPDATE, DELETE"})
    _isolate("bulletin", {"lianban_app": "SELECT", "lianban_worker": "SELECT, INSERT"})
    op.execute(FIND_LINK)


def _isolate(table: str, grants: dict[str, str]) -> None:
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY")
    for role, verbs in grants.items():
        op.execute(f"GRANT {verbs} ON {table} TO {role}")
    op.execute(
        f"CREATE POLICY by_site ON {table} TO lianban_app "
        "USING (site_id = ANY (lianban_sites())) WITH CHECK (site_id = ANY (lianban_sites()))"
    )
    op.execute(f"CREATE POLICY all_sites ON {table} TO lianban_worker USING (true) WITH CHECK (true)")


def downgrade() -> None:
    op.execute("DROP FUNCTION lianban_find_link")
    op.execute("DROP TABLE act_link")
    op.execute("DROP TABLE bulletin")
