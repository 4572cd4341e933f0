"""Which category words are likely about: naive Bayes over letters and their pairs, learnt from examples.

They need no dictionary of Chinese words, and a few examples of a category are enough to begin with.
"""

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise

SMOOTHING = 0.1
"""Added to each count, so that a pair never seen with a category does not rule it out."""
_STEM = 4
LIKELY = 0.15
"""Of what is proposed at least."""


@dataclass(frozen=True, slots=True)
class Guesser:
    """What was learnt: how often each pair of letters stood in what was told of each category."""

    counts: Mapping[str, Counter[str]]
    vocabulary: frozenset[str]

    def guess(self, words: str, at_most: int = 3) -> list[str]:
        """The likely categories, the likeliest first; none where nothing of the words is known."""
        known = [one for one in _pairs(words) if one in self.vocabulary]
        if not known:
            return []
        scores = {code: self._score(told, known) for code, told in self.counts.items()}
        best = max(scores.values())
        shares = {code: math.exp(score - best) for code, score in scores.items()}
        total = sum(shares.values())
        likely = sorted(shares, key=lambda code: -shares[code])[:at_most]
        return [code for code in likely if shares[code] / total >= LIKELY]

    def _score(self, told: Counter[str], known: Iterable[str]) -> float:
        whole = told.total() + SMOOTHING * len(self.vocabulary)
        return sum(math.log((told[one] + SMOOTHING) / whole) for one in known)


def learn(examples: Iterable[tuple[str, str]]) -> Guesser:
    """A guesser from (category, words)."""
    counts: dict[str, Counter[str]] = {}
    for code, words in examples:
        counts.setdefault(code, Counter()).update(_pairs(words))
    return Guesser(counts, frozenset(pair for told in counts.values() for pair in told))


def _pairs(words: str) -> list[str]:
    """Chinese letters, alone and in pairs; of other words how they begin, which is the same in all forms."""
    found = []
    for run, is_chinese in _runs(words):
        found += [*run, *map("".join, pairwise(run))] if is_chinese else [run[:_STEM]]
    return found


def _runs(words: str) -> list[tuple[str, bool]]:
    """Stretches of Chinese letters, and words of others."""
    folded = unicodedata.normalize("NFKC", words).casefold()
    return [
        (one, one[0] >= "\u4e00") for one in re.findall(r"[\u4e00-\u9fff]+|[^\W\d_\u4e00-\u9fff]+", folded)
    ]
