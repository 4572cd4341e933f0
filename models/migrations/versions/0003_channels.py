"""Channels: what reaches outside is sealed, and each row names its endpoint.

Addresses that are there already stay plain until `lianban secrets rotate`, which has the keys, seals them.
"""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE channel ADD COLUMN endpoint VARCHAR")
    # Forced row-level security hides all channels from the owner, not from the worker.
    op.execute("SET LOCAL ROLE lianban_worker")
    op.execute("UPDATE channel SET endpoint = kind || ':' || site_id || ':' || id")
    op.execute("RESET ROLE")
    op.execute("ALTER TABLE channel ALTER COLUMN endpoint SET NOT NULL")


def downgrade() -> None:
    op.execute("ALTER TABLE channel DROP COLUMN endpoint")
