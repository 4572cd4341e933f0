"""How many a room holds, so that a substitute that is too small is found."""

from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE space ADD COLUMN seats INTEGER CHECK (seats > 0)")


def downgrade() -> None:
    op.execute("ALTER TABLE space DROP COLUMN seats")
