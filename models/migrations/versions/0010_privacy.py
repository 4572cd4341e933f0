"""Residents by code, and what is forgotten: tracking codes, pictures to be taken off the shelf."""

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

TABLES = """
CREATE TABLE tracking_code (
    site_id INTEGER NOT NULL,
    stream_id BIGINT NOT NULL,
    digest VARCHAR NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (site_id, stream_id)
);

CREATE TABLE discarded_picture (
    sha256 VARCHAR NOT NULL,
    since TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (sha256)
);

CREATE INDEX private_row_contact ON private_row (site_id, stream_id)
    WHERE kind = 'contact' AND body IS NOT NULL;
"""

# Whoever reports names the site before anything is known of him: its number by its code, and nothing else.
FIND_SITE = """
CREATE FUNCTION lianban_find_site(wanted text) RETURNS integer
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public
AS $$ SELECT id FROM site WHERE code = wanted $$;

REVOKE EXECUTE ON FUNCTION lianban_find_site(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lianban_find_site(text) TO lianban_app, lianban_worker;
"""

VISIBLE = "site_id = ANY (lianban_sites())"


def upgrade() -> None:
    op.execute(TABLES)
    op.execute(FIND_SITE)
    for table in ("tracking_code", "discarded_picture"):
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY")
        op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO lianban_worker")
        op.execute(f"CREATE POLICY all_sites ON {table} TO lianban_worker USING (true) WITH CHECK (true)")
    op.execute("GRANT SELECT, INSERT, DELETE ON tracking_code TO lianban_app")
    op.execute(
        f"CREATE POLICY by_site ON tracking_code TO lianban_app USING ({VISIBLE}) WITH CHECK ({VISIBLE})"
    )
    # The application only says what to take off the shelf: whether another site needs it, it cannot see.
    op.execute("GRANT INSERT ON discarded_picture TO lianban_app")
    op.execute("CREATE POLICY say ON discarded_picture FOR INSERT TO lianban_app WITH CHECK (true)")


def downgrade() -> None:
    raise NotImplementedError("what was forgotten cannot be given back; restore a backup")
