"""The auditor: how far it has come, what it found; and the outbox by stream, which it compares."""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

TABLES = """
CREATE TABLE audit_state (
    id INTEGER NOT NULL,
    awake_since TIMESTAMP WITH TIME ZONE NOT NULL,
    awake_until TIMESTAMP WITH TIME ZONE NOT NULL,
    log_index BIGINT NOT NULL DEFAULT 0,
    round_site INTEGER NOT NULL DEFAULT 0,
    round_stream BIGINT NOT NULL DEFAULT 0,
    round_at TIMESTAMP WITH TIME ZONE NOT NULL,
    whole_at TIMESTAMP WITH TIME ZONE NOT NULL,
    looks BIGINT NOT NULL DEFAULT 0,
    drift JSONB NOT NULL DEFAULT '{}',
    PRIMARY KEY (id)
);

CREATE TABLE audit_drift (
    site_id INTEGER NOT NULL,
    stream_id BIGINT NOT NULL,
    kind VARCHAR NOT NULL,
    what VARCHAR NOT NULL,
    stored VARCHAR NOT NULL,
    derived VARCHAR NOT NULL,
    first_at TIMESTAMP WITH TIME ZONE NOT NULL,
    last_at TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (site_id, stream_id, kind, what)
);

ALTER TABLE audit_state SET (fillfactor = 50);

GRANT SELECT ON audit_state TO lianban_app;
GRANT SELECT, INSERT, UPDATE ON audit_state TO lianban_worker;
GRANT SELECT, INSERT, UPDATE, DELETE ON audit_drift TO lianban_worker;

ALTER TABLE audit_drift ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY all_sites ON audit_drift TO lianban_worker USING (true) WITH CHECK (true);

ALTER TABLE outbox ADD UNIQUE (site_id, stream_id, first_seq);
"""


def upgrade() -> None:
    op.execute(TABLES)


def downgrade() -> None:
    op.execute("ALTER TABLE outbox DROP CONSTRAINT outbox_site_id_stream_id_first_seq_key")
    op.execute("DROP TABLE audit_drift, audit_state")
