"""How often a link was opened: counted by the application, which may change nothing else of it."""

from alembic import op

revision = "0012"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE act_link ADD COLUMN uses INTEGER NOT NULL DEFAULT 0")
    op.execute("GRANT UPDATE (uses) ON act_link TO lianban_app")


def downgrade() -> None:
    op.execute("ALTER TABLE act_link DROP COLUMN uses")
