"""Photos: the hash of what was received, before it was redrawn."""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE photo ADD COLUMN received VARCHAR")


def downgrade() -> None:
    op.execute("ALTER TABLE photo DROP COLUMN received")
