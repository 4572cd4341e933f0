"""Lanes: what is given up, alerts, proof of timers.

An alert belongs to the installation, not to a site: its words hold codes and numbers, nothing personal.
"""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

ALERTS = """
CREATE TABLE alert (
    name VARCHAR NOT NULL,
    key VARCHAR NOT NULL,
    words VARCHAR NOT NULL,
    first_at TIMESTAMP WITH TIME ZONE NOT NULL,
    last_at TIMESTAMP WITH TIME ZONE NOT NULL,
    count INTEGER NOT NULL,
    cleared_at TIMESTAMP WITH TIME ZONE,
    tell_at TIMESTAMP WITH TIME ZONE NOT NULL,
    told_at TIMESTAMP WITH TIME ZONE,
    PRIMARY KEY (name, key)
);

CREATE INDEX alert_open ON alert (tell_at) WHERE cleared_at IS NULL;

GRANT SELECT, INSERT, UPDATE ON alert TO lianban_app, lianban_worker;
GRANT DELETE ON alert TO lianban_worker;
"""


def upgrade() -> None:
    op.execute(ALERTS)


def downgrade() -> None:
    op.execute("DROP TABLE alert")
