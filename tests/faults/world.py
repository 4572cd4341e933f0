"""The small world of a run: a live site whose limits are seconds, and witnesses inside the database.

The witnesses are triggers that only this harness has. They write down by the database's own clock when each
step was fired, and who held the lease when a result was written, so that no check has to believe the engine.
"""

import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg

from models.domain.streams import Role
from services.bootstrap import playbook_folder
from services.callers import Holder, create_token
from services.execute import Shop
from services.store.transactions import transaction
from tests.faults.network import HOOKS

CODE = "STORM"
REGION = "ZZ"
PARTIES = (
    *("committee", "property", "autonomy_office", "asset_company", "client"),
    *("contractor", "street", "utility"),
)

_LIMIT = re.compile(r'"(\d+) (WD|WH|min WH|min 24x7|h 24x7|d 24x7)"')
_SECONDS = {"WD": 1.5, "WH": 2, "min WH": 0.1, "min 24x7": 0.1, "h 24x7": 2, "d 24x7": 1.5}
_SHORTEST, _LONGEST = 2, 8
_KEPT = ("limits_", "max =", "within =", "#")
"""Which ladders a limit is for, how long a hold lasts, how late one may reopen: lengths of another kind."""
_REPEAT = re.compile(r'repeat = "[^"]*"')


def playbook(shipped: str) -> str:
    """The shipped playbook with limits of seconds on the plain clock, and nothing that needs a photo."""
    lines = (line if line.startswith(_KEPT) else _LIMIT.sub(_short, line) for line in shipped.splitlines())
    text = re.sub(r"(?m)^gates = .*$", "gates = {}", "\n".join(lines))
    return _REPEAT.sub('repeat = "12 s 24x7"', text)


def _short(limit: re.Match[str]) -> str:
    seconds = int(limit[1]) * _SECONDS[limit[2]]
    return f'"{min(max(round(seconds), _SHORTEST), _LONGEST)} s 24x7"'


_ON_DUTY = {"client": "pan-rui", "supervisor": "dai-lei", "designer": "wu-tong", "owners": "ye-suzhen"}
_TURN = """
[[roster]]
party = "{party}"
member = "{member}"
days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
from = "00:00"
to = "00:00"
"""

_CHANNEL = re.compile(r'\[\[channel\]\]\n(member|party) = "([^"]+)"\nkind = "recorder"\naddress = "[^"]+"')


def site(shipped: str, sink_port: int) -> str:
    """The shipped site, at work day and night; each person's first channel leads to the sink."""
    text = shipped.replace('region = "CN"', f'region = "{REGION}"')
    text = text.replace('opens = "09:00"', 'opens = "00:00"').replace('closes = "17:30"', 'closes = "23:59"')
    text = text.replace('code = "AIBO5"', f'code = "{CODE}"')
    # Limits on the plain clock are for parties that answer around the clock: here all do.
    text = text.replace("duty_roster = false", "duty_roster = true")
    text += "".join(_TURN.format(party=party, member=member) for party, member in _ON_DUTY.items())
    seen: list[str] = []

    def outside(block: re.Match[str]) -> str:
        if block[1] == "party" or block[2] in seen:
            return block[0]
        seen.append(block[2])
        kind, address = _address(block[2], len(seen), sink_port)
        return f'[[channel]]\nmember = "{block[2]}"\nkind = "{kind}"\naddress = \'{json.dumps(address)}\''

    return _CHANNEL.sub(outside, text)


def _address(member: str, number: int, port: int) -> tuple[str, dict[str, object]]:
    """Of each three persons one has 钉钉, one ntfy and one a webhook, which alone has ids."""
    match number % 3:
        case 0:
            return "dingtalk", {"token": member.replace("-", "")}
        case 1:
            return "ntfy", {"host": "127.0.0.1", "port": port, "topic": member, "secure": False}
    return "webhook", {"url": f"http://127.0.0.1:{port}{HOOKS}{member}", "secret": f"secret-of-{member}-here"}


def write_site(folder: Path, sink_port: int) -> None:
    """Write the site's files to a folder, for `lianban load`."""
    shipped = playbook_folder()
    folder.mkdir()
    for name, text in (
        ("site.toml", site((shipped / "site.toml").read_text(encoding="utf-8"), sink_port)),
        ("playbook.toml", playbook((shipped / "playbook.toml").read_text(encoding="utf-8"))),
        ("floorplan.svg", (shipped / "floorplan.svg").read_text(encoding="utf-8")),
    ):
        (folder / name).write_text(text, encoding="utf-8")


def work_every_day(shop: Shop) -> None:
    """Every day around this one is worked in the site's region: no notice of the run waits for Monday."""
    today = datetime.now(UTC).date()
    with transaction(shop.engine) as sql:
        for day in (today + timedelta(days=shift) for shift in range(-3, 12)):
            sql.execute(
                "INSERT INTO calendar_day (region, day, kind, name, source, version)"
                " VALUES (%s, %s, 'make_up', 'storm', 'faults', 1)",
                (REGION, day),
            )


def make_tokens(shop: Shop) -> dict[str, str]:
    """A lead's token for each party that acts."""
    with transaction(shop.engine) as sql:
        ((site_id,),) = sql.execute("SELECT id FROM site WHERE code = %s", (CODE,)).fetchall()
        return {
            party: create_token(
                sql, Holder(site_id, Role.LEAD, party), name=f"storm {party}", lasts=timedelta(hours=3)
            )
            for party in PARTIES
        }


WITNESSES = """
CREATE TABLE faults_fired (
    site_id int, stream_id bigint, deadline_id int, rung text, occurrence int, due_at timestamptz,
    skipped bool, at timestamptz DEFAULT clock_timestamp()
);
CREATE TABLE faults_lease (token text PRIMARY KEY, by text);
CREATE TABLE faults_stale (at timestamptz DEFAULT clock_timestamp(), words text);

CREATE FUNCTION faults_see_firing() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public AS $$ BEGIN
    INSERT INTO faults_fired (site_id, stream_id, deadline_id, rung, occurrence, due_at, skipped)
    VALUES (NEW.site_id, NEW.stream_id, NEW.deadline_id, NEW.rung, NEW.occurrence, NEW.due_at, NEW.skipped);
    RETURN NULL;
END $$;
CREATE TRIGGER faults_see AFTER INSERT ON firing FOR EACH ROW EXECUTE FUNCTION faults_see_firing();

-- Who writes is known by the name of its connection, which carries the process's number.
CREATE FUNCTION faults_see_lease() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public AS $$
DECLARE
    me text := current_setting('application_name');
    holder text := (SELECT by FROM faults_lease WHERE token = OLD.lease_token);
    held bool := OLD.lease_token IS NOT NULL AND OLD.lease_until >= statement_timestamp();
    -- A tap that moves a deadline, or a lane that writes the next step, ends a timer's lease by right.
    same bool := (to_jsonb(NEW) - 'lease_token' - 'lease_until' - 'attempts')
        = (to_jsonb(OLD) - 'lease_token' - 'lease_until' - 'attempts');
    why text;
BEGIN
    IF NEW.lease_token IS DISTINCT FROM OLD.lease_token AND NEW.lease_token IS NOT NULL THEN
        INSERT INTO faults_lease VALUES (NEW.lease_token, me) ON CONFLICT DO NOTHING;
        why := CASE WHEN held THEN 'claimed' END;
    ELSIF held AND NEW.lease_token IS NULL AND holder IS DISTINCT FROM me THEN
        why := CASE WHEN TG_TABLE_NAME <> 'timer' OR same THEN 'ended' END;
    ELSIF TG_TABLE_NAME = 'delivery' AND to_jsonb(NEW)->>'state' IN ('accepted', 'unknown', 'by_hand')
        AND to_jsonb(NEW)->'finished_at' IS DISTINCT FROM to_jsonb(OLD)->'finished_at' THEN
        -- Whoever finds a lease that ended calls its send unknown; whether it was accepted its holder knows.
        why := CASE WHEN OLD.lease_token IS NULL THEN 'written over'
            WHEN to_jsonb(NEW)->>'state' <> 'accepted' THEN NULL
            WHEN holder IS DISTINCT FROM me THEN 'called accepted' END;
    END IF;
    IF why IS NOT NULL THEN
        INSERT INTO faults_stale (words) VALUES (format('a %s was %s by %s while %s had it',
            TG_TABLE_NAME, why, me, coalesce(holder, 'nobody')));
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER faults_see AFTER UPDATE ON delivery FOR EACH ROW EXECUTE FUNCTION faults_see_lease();
CREATE TRIGGER faults_see AFTER UPDATE ON timer FOR EACH ROW EXECUTE FUNCTION faults_see_lease();
"""
"""Deliveries and timers: notices are told together under whatever leases, routings end with their order."""


def post_witnesses(database_url: str) -> None:
    """Put the witnesses into a migrated database, as its owner."""
    with psycopg.connect(database_url) as sql:
        sql.execute(WITNESSES)
