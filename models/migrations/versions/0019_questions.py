"""Published answers are found by two characters.

A plain B-tree, not a GIN index: equality of text is leakproof, so that row-level security leaves it usable.
"""

from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

TABLE = """
CREATE TABLE answer_gram (
    site_id INTEGER NOT NULL,
    gram VARCHAR NOT NULL,
    stream_id BIGINT NOT NULL,
    PRIMARY KEY (site_id, gram, stream_id)
);

CREATE INDEX answer_gram_stream ON answer_gram (site_id, stream_id);
"""


def upgrade() -> None:
    op.execute(TABLE)
    op.execute("GRANT SELECT, INSERT, DELETE ON answer_gram TO lianban_app, lianban_worker")
    op.execute("ALTER TABLE answer_gram ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY by_site ON answer_gram TO lianban_app"
        " USING (site_id = ANY (lianban_sites())) WITH CHECK (site_id = ANY (lianban_sites()))"
    )
    op.execute("CREATE POLICY all_sites ON answer_gram TO lianban_worker USING (true) WITH CHECK (true)")


def downgrade() -> None:
    op.execute("DROP TABLE answer_gram")
