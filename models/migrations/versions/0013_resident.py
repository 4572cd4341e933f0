"""Residents' pages: the committee's telephone, and the codes of those who follow an order of others."""

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

FOLLOWER = """
CREATE TABLE follower (
    site_id INTEGER NOT NULL,
    stream_id BIGINT NOT NULL,
    digest VARCHAR NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (site_id, stream_id, digest)
);

ALTER TABLE follower ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
GRANT SELECT, INSERT, UPDATE, DELETE ON follower TO lianban_worker;
CREATE POLICY all_sites ON follower TO lianban_worker USING (true) WITH CHECK (true);
GRANT SELECT, INSERT, DELETE ON follower TO lianban_app;
CREATE POLICY by_site ON follower TO lianban_app
    USING (site_id = ANY (lianban_sites())) WITH CHECK (site_id = ANY (lianban_sites()));
"""


def upgrade() -> None:
    op.execute("ALTER TABLE site ADD COLUMN phone VARCHAR")
    op.execute(FOLLOWER)


def downgrade() -> None:
    op.execute("DROP TABLE follower")
    op.execute("ALTER TABLE site DROP COLUMN phone")
