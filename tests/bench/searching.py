"""How long an answer among 100,000 is looked for, by words of two characters and by whole questions."""

import random
import re
import time
from collections.abc import Callable, Sequence

from models.domain.streams import Actor, Role, StreamKey
from services import desk
from services.actions.bodies import CommentBody, Nothing, ReportBody
from services.callers import Caller
from services.lanes import drain, route
from services.matters.kit import Doer
from services.matters.questions import acting
from services.matters.questions.acting import NewAnswer
from services.store.claims import LIVE
from services.store.engine import DatabaseRole
from services.store.grams import grams
from tests.bench.figures import Figure, percentile
from tests.bench.servers import Bench, Broken, Site
from tests.databases import AIBO

TEXTS = 100_000
TIMES = 300
SEED = 7
FIRST = 1_000_000
"""Number of the first text, above those of the site's own streams."""
_QUOTED = re.compile(r'(?:note|description|title) = "([^"]{8,})"')

COPIES = """
INSERT INTO stream SELECT (jsonb_populate_record(s, jsonb_build_object('stream_id', %s::bigint + n))).*
FROM stream s, generate_series(0, %s) AS n WHERE s.site_id = %s AND s.stream_id = %s
"""
GRAMS = """
INSERT INTO answer_gram (site_id, gram, stream_id)
SELECT %s, gram, number FROM unnest(%s::varchar[], %s::bigint[]) AS one (gram, number)
"""
BATCH = 2_000


def search(bench: Bench) -> list[Figure]:
    """As the public board asks: what is found is read with its words."""
    site = bench.site("SEARCH")
    key = _published(bench, site)
    texts = _texts()
    _fill(bench, site, key, texts)
    reader = Caller("bench", Actor(Role.RESIDENT), {site.code: site.id})
    one = Doer(bench.shop(DatabaseRole.APP), bench.settings(), reader)
    chance = random.Random(SEED)
    words = [_two(chance, texts) for _ in range(TIMES)]
    questions = [chance.choice(texts)[:30] for _ in range(TIMES)]
    looked = _timed(lambda at: acting.search(one, site.id, words[at]))
    offered = _timed(lambda at: acting.similar(one, site.id, questions[at]))
    return [
        _figure("search p99", looked, "words of two characters"),
        _figure("similar p99", offered, "whole questions, before they are asked"),
    ]


def _figure(name: str, spent: Sequence[float], what: str) -> Figure:
    note = f"{what}, among {TEXTS:,} texts; p50 {percentile(spent, 50):.1f} ms, max {max(spent):.1f} ms"
    return Figure(name, percentile(spent, 99), "ms", 50, at_most=True, note=note)


def _timed(step: Callable[[int], object]) -> list[float]:
    spent = []
    for at in range(TIMES):
        begun = time.perf_counter()
        step(at)
        spent.append(1000 * (time.perf_counter() - begun))
    return spent[TIMES // 10 :]


def _texts() -> list[str]:
    """Questions with answers, put together from what people say in the story."""
    story = (AIBO / "story.toml").read_text(encoding="utf-8")
    said = [part for one in _QUOTED.findall(story) for part in re.split("[。！？]", one) if len(part) > 5]
    chance = random.Random(SEED)
    return ["。".join(chance.sample(said, 4)) for _ in range(TEXTS)]


def _two(chance: random.Random, texts: Sequence[str]) -> str:
    return chance.choice(grams(chance.choice(texts)))


def _published(bench: Bench, site: Site) -> StreamKey:
    """One answer by the way that answers go; the others are its likes."""
    shop, committee = bench.worker, site.caller()
    body = ReportBody(space="hall", description="几点开门？", category="question")
    order, _ = desk.report(shop, committee, site.code, body)
    drain(route, shop, LIVE)
    for action, said in (("acknowledge", Nothing()), ("done", CommentBody(note="九点。"))):
        answer = desk.act(shop, committee, order, desk.Wish(action, said, "committee"))
        if answer.refused is not None:
            raise Broken(f"{action}: {answer.refused}")
    new = NewAnswer(order, "几点开门？", "九点。")
    key, answer = acting.publish(Doer(shop, bench.settings(), committee), new)
    if answer.refused is not None:
        raise Broken(str(answer.refused))
    return key


def _fill(bench: Bench, site: Site, like: StreamKey, texts: Sequence[str]) -> None:
    with bench.owner() as sql:
        sql.execute("SET statement_timeout = 0")
        sql.execute(COPIES, (FIRST, len(texts) - 1, site.id, like.stream_id))
        for begins in range(0, len(texts), BATCH):
            rows = [
                (FIRST + number, gram)
                for number, text in enumerate(texts[begins : begins + BATCH], begins)
                for gram in grams(text)
            ]
            sql.execute(GRAMS, (site.id, [gram for _, gram in rows], [number for number, _ in rows]))
        sql.execute("RESET ROLE")
        sql.execute("VACUUM (ANALYZE) answer_gram")
        sql.execute("ANALYZE stream")
