"""Figures: each order's cases, kept to be counted; who wants the weekly report, and who was sent which.

The cases are a copy of what the events say, written anew whenever an order has changed.
"""

from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

TABLES = """
CREATE TABLE figure_read (
    site_id INTEGER NOT NULL,
    stream_id BIGINT NOT NULL,
    seq INTEGER NOT NULL,
    again_at TIMESTAMP WITH TIME ZONE,
    PRIMARY KEY (site_id, stream_id)
);

CREATE TABLE figure_case (
    site_id INTEGER NOT NULL,
    stream_id BIGINT NOT NULL,
    number INTEGER NOT NULL,
    what VARCHAR NOT NULL,
    word VARCHAR NOT NULL,
    party VARCHAR NOT NULL,
    category VARCHAR NOT NULL,
    space VARCHAR NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    good BOOLEAN,
    micros BIGINT,
    PRIMARY KEY (site_id, stream_id, number)
);

CREATE INDEX figure_case_when ON figure_case (site_id, at);

CREATE TABLE subscription (
    site_id INTEGER NOT NULL,
    member VARCHAR NOT NULL,
    since TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (site_id, member)
);

CREATE TABLE weekly_report (
    site_id INTEGER NOT NULL,
    member VARCHAR NOT NULL,
    week DATE NOT NULL,
    told_at TIMESTAMP WITH TIME ZONE NOT NULL,
    title VARCHAR NOT NULL,
    body VARCHAR NOT NULL,
    PRIMARY KEY (site_id, member, week)
);
"""
ALL = "SELECT, INSERT, UPDATE, DELETE"
GRANTS = {
    "figure_read": {"lianban_app": "SELECT", "lianban_worker": ALL},
    "figure_case": {"lianban_app": "SELECT", "lianban_worker": ALL},
    "subscription": {"lianban_app": ALL, "lianban_worker": ALL},
    "weekly_report": {"lianban_app": "SELECT", "lianban_worker": "SELECT, INSERT"},
}


def upgrade() -> None:
    op.execute(TABLES)
    for table, grants in GRANTS.items():
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY")
        for role, verbs in grants.items():
            op.execute(f"GRANT {verbs} ON {table} TO {role}")
        op.execute(
            f"CREATE POLICY by_site ON {table} TO lianban_app "
            "USING (site_id = ANY (lianban_sites())) WITH CHECK (site_id = ANY (lianban_sites()))"
        )
        op.execute(f"CREATE POLICY all_sites ON {table} TO lianban_worker USING (true) WITH CHECK (true)")


def downgrade() -> None:
    for table in GRANTS:
        op.execute(f"DROP TABLE {table}")
