"""The latest walks, meetings and other matters of a site, among its many orders."""

from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        "CREATE INDEX stream_matters ON stream (site_id, kind, reported_at DESC) WHERE kind <> 'order'"
    )


def downgrade() -> None:
    op.execute("DROP INDEX stream_matters")
