"""Crew links: a party's list of orders opened without an account; when a room is in use."""

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

TABLE = """
CREATE TABLE crew_link (
    site_id INTEGER NOT NULL,
    digest VARCHAR NOT NULL,
    party VARCHAR NOT NULL,
    member VARCHAR,
    name VARCHAR NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
    uses INTEGER NOT NULL DEFAULT 0,
    used_at TIMESTAMP WITH TIME ZONE,
    revoked_at TIMESTAMP WITH TIME ZONE,
    PRIMARY KEY (site_id, digest)
);
"""

# As with the links of messages: the hash is known before the site is.
FIND_LINK = """
CREATE FUNCTION lianban_find_crew_link(wanted text) RETURNS SETOF crew_link
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public
AS $$ SELECT * FROM crew_link WHERE digest = wanted $$;

CREATE POLICY by_secret ON crew_link FOR SELECT TO CURRENT_USER USING (true);
REVOKE EXECUTE ON FUNCTION lianban_find_crew_link FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lianban_find_crew_link TO lianban_app;
"""

VISIBLE = "site_id = ANY (lianban_sites())"


def upgrade() -> None:
    op.execute(TABLE)
    op.execute("ALTER TABLE crew_link ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY")
    op.execute("GRANT SELECT, INSERT, UPDATE (uses, used_at, revoked_at) ON crew_link TO lianban_app")
    op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON crew_link TO lianban_worker")
    op.execute(f"CREATE POLICY by_site ON crew_link TO lianban_app USING ({VISIBLE}) WITH CHECK ({VISIBLE})")
    op.execute("CREATE POLICY all_sites ON crew_link TO lianban_worker USING (true) WITH CHECK (true)")
    op.execute(FIND_LINK)
    op.execute("ALTER TABLE space ADD COLUMN activities JSONB NOT NULL DEFAULT '[]'")


def downgrade() -> None:
    op.execute("ALTER TABLE space DROP COLUMN activities")
    op.execute("DROP FUNCTION lianban_find_crew_link")
    op.execute("DROP TABLE crew_link")
