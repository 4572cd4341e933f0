"""What the checker asks the database."""

from collections.abc import Mapping

EVENTS = "SELECT stream_id, seq, type, payload FROM event ORDER BY stream_id, seq"

LEFT: Mapping[str, str] = {
    "never routed": "SELECT stream_id, attempts FROM routing WHERE wanted_at <= %s",
    "never fired": "SELECT stream_id, deadline_id, fire_at, attempts FROM timer WHERE fire_at < %s",
    "never expanded": "SELECT stream_id, id, send_at, attempts FROM notice"
    " WHERE send_at <= %s AND expanded_at IS NULL",
    "never sent": "SELECT stream_id, id, kind, state, attempts FROM delivery"
    " WHERE created_at <= %s AND state IN ('queued', 'leased')",
}
"""What was due at an instant and has not come to its end."""

LEFT_TO_DO = " UNION ALL ".join(f"SELECT '{what}', count(*) FROM ({query}) q" for what, query in LEFT.items())
"""How much of it there is, by what it is; the instant is given once for each of them."""

EARLY = "SELECT stream_id, rung, due_at, at FROM faults_fired WHERE at <= due_at"

LATENESS = """
SELECT count(*), percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM at - due_at)),
    max(extract(epoch FROM at - due_at)) FROM faults_fired WHERE NOT skipped
"""

TOLD_TWICE = """
WITH RECURSIVE chain AS (
    SELECT id, id AS first, notice_ids, state FROM delivery WHERE instead_of IS NULL
    UNION ALL
    SELECT d.id, c.first, d.notice_ids, d.state FROM chain c JOIN delivery d ON d.instead_of = c.id
)
SELECT notice, coalesce(f.member, f.party), count(*) FROM chain c
JOIN delivery f ON f.id = c.first, unnest(c.notice_ids) AS u (notice)
WHERE c.state = 'accepted' GROUP BY 1, 2 HAVING count(*) > 1
"""
"""By whom it was meant for: who stands in for somebody may hear of the same on his own account."""

UNWORDED = """
SELECT id, coalesce(member, party), result FROM delivery WHERE starts_with(result, 'It could not be worded')
"""
"""As `services/notify/sending.py` says it."""

RANG_TWICE = "SELECT delivery_id, count(*) FROM phone GROUP BY 1 HAVING count(*) > 1"

MESSAGES = """
SELECT kind, CASE kind WHEN 'dingtalk' THEN replace(member, '-', '') ELSE member END AS whose,
    count(DISTINCT coalesce(digest_id, id)) FROM delivery
WHERE state = 'accepted' AND kind IN ('ntfy', 'dingtalk') GROUP BY 1, 2
"""
"""Where there are no ids: as many messages accepted as were taken; several deliveries may share one."""

WITH_IDS = "SELECT id, member FROM delivery WHERE state = 'accepted' AND kind = 'webhook'"

UNKNOWN = "SELECT delivery_id, count(*) FROM delivery_step WHERE step = 'unknown' GROUP BY 1"
"""A send may be made again only where nobody knows what became of the one before."""

STALE = "SELECT words FROM faults_stale ORDER BY at"
