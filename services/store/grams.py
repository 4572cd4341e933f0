"""Words found by two neighbouring characters, as Chinese is searched: without a dictionary, in any script."""

import re
import unicodedata
from collections.abc import Collection

from models.domain.streams import StreamKey
from services.store.contexts import Sql

_WORDS = re.compile(r"\w+")
MOST_GRAMS = 40
"""Of what is searched for; a longer question is found by its beginning."""
RAREST = 16
"""So many of a long question's pairs are looked for: those that most texts have tell nothing."""
LEAST = 3
"""Of a long question: with fewer pairs that any text has, nothing is like it."""
MOST_FOUND = 20

_FIND = """
SELECT stream_id FROM answer_gram WHERE site_id = %s AND gram = ANY (%s::varchar[])
GROUP BY stream_id HAVING count(*) >= %s ORDER BY count(*) DESC, stream_id DESC LIMIT %s
"""
_RAREST = """
SELECT gram FROM (
    SELECT g AS gram, (SELECT count(*) FROM (
        SELECT FROM answer_gram WHERE site_id = %(site)s AND gram = g LIMIT 500
    ) AS those) AS known FROM unnest(%(grams)s::varchar[]) AS g
) AS counted WHERE known > 0 ORDER BY known, gram LIMIT %(most)s
"""
_FIND_ONE = """
SELECT stream_id FROM answer_gram WHERE site_id = %s AND gram = %s ORDER BY stream_id DESC LIMIT %s
"""


def grams(text: str) -> list[str]:
    """Each pair of neighbouring letters once, in order; width and case do not matter."""
    words = _WORDS.findall(unicodedata.normalize("NFKC", text).casefold())
    return list(dict.fromkeys(word[at : at + 2] for word in words for at in range(len(word) - 1)))


def write_grams(sql: Sql, key: StreamKey, text: str) -> None:
    """Make a stream findable by what its text is now; empty: not at all."""
    sql.execute("DELETE FROM answer_gram WHERE site_id = %s AND stream_id = %s", (key.site_id, key.stream_id))
    sql.execute(
        "INSERT INTO answer_gram (site_id, gram, stream_id) SELECT %s, g, %s FROM unnest(%s::varchar[]) g",
        (key.site_id, key.stream_id, grams(text)),
    )


def found_by(sql: Sql, site_id: int, words: str, share: float) -> Collection[int]:
    """Streams that have at least this share of the words' pairs, those that have most first."""
    wanted = grams(words)[:MOST_GRAMS]
    if share < 1 and len(wanted) > RAREST:
        rows = sql.execute(_RAREST, {"grams": wanted, "site": site_id, "most": RAREST})
        wanted = [gram for (gram,) in rows]
        if len(wanted) < LEAST:
            return []
    if len(wanted) == 1:
        rows = sql.execute(_FIND_ONE, (site_id, wanted[0], MOST_FOUND))
    else:
        least = max(1, round(share * len(wanted)))
        rows = sql.execute(_FIND, (site_id, wanted, least, MOST_FOUND))
    return [number for (number,) in rows]
