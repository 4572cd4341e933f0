"""Users, lanes and pulses at the same few orders, whose limits are a matter of seconds."""

import random
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from threading import Event

from models.domain.streams import StreamKey
from services import desk
from services.actions.table import ASSIGNMENT_ACTIONS
from services.execute import Shop
from services.nudges import Nudger, producer
from services.store.contexts import Contexts
from services.store.engine import DatabaseRole, open_engine
from tests.integration.workers.crew import Crew, Site

SECONDS = 5.0
USERS = 4
ACTIONS: tuple[tuple[str, dict[str, str]], ...] = (
    ("acknowledge", {}),
    ("contact", {}),
    ("arrive", {}),
    ("start", {}),
    ("done", {}),
    ("reject", {"reason": "还在漏"}),
    ("note", {"note": "看过了"}),
)


def short(playbook: str) -> str:
    """The shipped playbook with limits of seconds for an old leak, and ladders that climb on and on."""
    changes = (
        ('acknowledge = "1 WD"\nfix = "15 WD" ', 'acknowledge = "1 s 24x7"\nfix = "2 s 24x7" '),
        ('contact = "1 WD" ', 'contact = "1 s 24x7" '),
        ('redo = "3 WD"', 'redo = "1 s 24x7"'),
        ('past = "1 WD"', 'past = "1 s 24x7"'),
        ('past = "5 WD"', 'past = "2 s 24x7"'),
        ('repeat = "5 WD"', 'repeat = "1 s 24x7"'),
        ('gates = { triage = ["photo"], done = ["after_photo"] }', "gates = {}"),
    )
    for old, new in changes:
        assert old in playbook, old
        playbook = playbook.replace(old, new, 1)
    return playbook


@dataclass
class User:
    """Somebody who taps whatever there is to tap, for any party."""

    shop: Shop
    site: Site
    keys: list[StreamKey]
    dice: random.Random
    taken: Counter[str] = field(default_factory=Counter)

    def tap(self) -> None:
        party = self.dice.choice(("asset_company", "property", "committee"))
        name, words = self.dice.choice(ACTIONS)
        of = self.dice.choice(("asset_company", "property"))
        wish = desk.Wish(
            name, ASSIGNMENT_ACTIONS[name].body.model_validate(words), of if name == "reject" else party
        )
        answer = desk.act(self.shop, self.site.caller(party), self.dice.choice(self.keys), wish)
        self.taken["refused" if answer.refused else name] += 1


def hammer(crew: Crew, site: Site, keys: list[StreamKey], nudger: Nudger) -> list[User]:
    engine = open_engine(crew.settings.database_url, DatabaseRole.APP, pool_size=USERS)
    over = Event()
    shop = Shop(engine, Contexts())
    users = [User(shop, site, keys, random.Random(seed)) for seed in range(USERS)]

    def taps(user: User) -> None:
        while not over.is_set():
            user.tap()
            over.wait(user.dice.uniform(0, 0.05))

    with ThreadPoolExecutor(USERS) as pool:
        running = [pool.submit(taps, user) for user in users]
        until = time.monotonic() + SECONDS
        while time.monotonic() < until and not any(one.done() for one in running):
            nudger.nudge(["fire", "route"])
            over.wait(0.02)
        over.set()
        for one in running:
            one.result()
    engine.dispose()
    return users


class Nudging:
    """A nudger of this process."""

    def __init__(self, crew: Crew) -> None:
        self._nudger = Nudger(producer(crew.settings.broker_url))

    def __enter__(self) -> Nudger:
        return self._nudger

    def __exit__(self, *_: object) -> None:
        self._nudger.stop()


OPEN = "SELECT count(*) FROM stream WHERE site_id = %s AND status = 'open'"
STEPS = "SELECT count(*) FROM event WHERE site_id = %s AND type = 'StepReached'"
TWICE = """
SELECT stream_id, step->>'id', step->>'rung', step->>'occurrence', count(*) FROM (
    SELECT stream_id, convert_from(payload, 'UTF8')::jsonb->'data' AS step FROM event
    WHERE site_id = %s AND type = 'StepReached') s
GROUP BY 1, 2, 3, 4 HAVING count(*) > 1
"""
AFTER_ITS_END = """
WITH e AS (SELECT stream_id, seq, type, convert_from(payload, 'UTF8')::jsonb->'data'->>'id' AS id FROM event
    WHERE site_id = %s AND type IN ('StepReached', 'DeadlineEnded'))
SELECT ended.stream_id, ended.id FROM e ended JOIN e step USING (stream_id, id)
WHERE ended.type = 'DeadlineEnded' AND step.type = 'StepReached' AND step.seq > ended.seq
"""
EARLY = "SELECT * FROM firing WHERE site_id = %s AND fired_at <= due_at"
UNLOGGED = """
SELECT (SELECT count(*) FROM event e WHERE e.site_id = s.id)
    - coalesce((SELECT sum(r.last_seq - r.first_seq + 1) FROM log_run r WHERE r.site_id = s.id), 0)
FROM site s WHERE s.id = %s
"""
