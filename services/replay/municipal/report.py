"""The report of a replay, as plain values for JSON; `printed` lays it out for a terminal."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from time import monotonic
from typing import Any, Final

from models.domain.orders.figures import Figure, Figures, Rate, tally
from models.domain.playbook.model import Playbook
from services.execute import Shop
from services.replay.municipal.cases import Case
from services.replay.municipal.lookback import Seen, look_back
from services.replay.municipal.replaying import Replayed
from services.store.transactions import transaction

NOT_MEASURED: Final = "not measured"
_MICROS: Final = 1_000_000
_SHOWN_MISMATCHES: Final = 20

Report = dict[str, Any]


def report_of(shop: Shop, done: Replayed) -> Report:
    """What came of it: the ledger's account, and how the city's own verdicts compare with it."""
    begun = monotonic()
    wish, playbook = done.wish, done.wish.format.playbook
    seen = list(look_back(shop, done.site_id, wish.until))
    figures = tally((one.observation for one in seen), playbook)
    by_number = {one.number: one for one in seen}
    told = [(case, by_number[case.key.stream_id]) for case in done.cases if case.key.stream_id in by_number]
    names = {party.code: party.name for party in wish.format.site.parties}
    report: Report = {
        "site": wish.site,
        "format": wish.format.mapped.code,
        "until": wish.until.astimezone(wish.format.zone).isoformat(),
        "rows": done.total,
        "later": done.later,
        "refused": [asdict(one) for one in done.refused],
        "orders": len(seen),
        "overdue": sum(one.overdue for one in seen),
        "departments": _departments(seen, figures, names),
        "categories": _categories(seen, figures, playbook),
        "steps": _steps(seen, playbook),
        "notices": _notices(shop, done.site_id),
        "figures": {str(one): _rate(figures.rate(one)) for one in Figure},
        "time_held": _time_held(seen),
        "oracle": oracle(told, done),
        "mismatches": _mismatches(told, done),
    }
    seconds = done.seconds + monotonic() - begun
    return report | {
        "seconds": round(seconds, 1),
        "rows_per_second": round(done.total / seconds, 1) if seconds else 0.0,
    }


Told = Sequence[tuple[Case, Seen]]


def oracle(told: Told, done: Replayed) -> dict[str, int]:
    """The city's verdict on each case against the ledger's.

    Compared are the cases that have target, closing and verdict in the file and whose outcome was reached by
    `until`; the last two counts are of cases without a verdict, and of overdue ones that were never closed.
    """
    compared = _compared(told, done)
    both = [case.row for case, _ in told if case.row.target and case.row.closed]
    return {
        "compared": len(compared),
        "matched": sum(case.row.overdue == seen.overdue for case, seen in compared),
        "no_verdict": sum(row.overdue is None for row in both),
        "open_overdue": sum(case.row.closed is None and seen.overdue for case, seen in told),
    }


def _compared(told: Told, done: Replayed) -> list[tuple[Case, Seen]]:
    """Before its closing and its target a case has no outcome that could be compared."""
    until = done.wish.until
    return [
        (case, seen)
        for case, seen in told
        if case.row.overdue is not None
        and case.row.target is not None
        and case.row.closed is not None
        and (case.row.closed <= until or case.row.target < until)
    ]


def _mismatches(told: Told, done: Replayed) -> list[dict[str, Any]]:
    wrong = [(case, seen) for case, seen in _compared(told, done) if case.row.overdue != seen.overdue]
    return [
        {
            "line": case.row.line,
            "order": f"{done.wish.site}-{seen.number}",
            "file": "overdue" if case.row.overdue else "on time",
            "ledger": "overdue" if seen.overdue else "on time",
        }
        for case, seen in wrong[:_SHOWN_MISMATCHES]
    ]


def _departments(seen: Iterable[Seen], figures: Figures, names: Mapping[str, str]) -> Report:
    counted = _counted((one.party, one) for one in seen)
    return {
        code: {"name": names[code], **rest, "on_time": _rate(figures.rate(Figure.ON_TIME, party=code))}
        for code, rest in counted.items()
    }


def _categories(seen: Iterable[Seen], figures: Figures, playbook: Playbook) -> Report:
    counted = _counted((one.category or "", one) for one in seen)
    return {
        code: {
            "name": playbook.categories[code].name,
            **rest,
            "on_time": _rate(figures.rate(Figure.ON_TIME, category=code)),
        }
        for code, rest in counted.items()
    }


def _counted(pairs: Iterable[tuple[str, Seen]]) -> dict[str, dict[str, int]]:
    """Orders, those done and those overdue by a key, the largest first."""
    orders, done, overdue = Counter[str](), Counter[str](), Counter[str]()
    for key, one in pairs:
        orders[key] += 1
        done[key] += one.done
        overdue[key] += one.overdue
    return {
        key: {"orders": number, "done": done[key], "overdue": overdue[key]}
        for key, number in sorted(orders.items(), key=lambda item: (-item[1], item[0]))
    }


def _steps(seen: Iterable[Seen], playbook: Playbook) -> dict[str, int]:
    total: Counter[tuple[str, bool]] = Counter()
    for one in seen:
        total.update(one.steps)
    reached = {rung.code: total[rung.code, False] + total[rung.code, True] for rung in playbook.ladder}
    return {**reached, "skipped": sum(number for (_, skipped), number in total.items() if skipped)}


def _notices(shop: Shop, site_id: int) -> dict[str, int]:
    """`delivered` are messages: what one person is to hear at one instant comes in one."""
    with transaction(shop.engine, [site_id]) as sql:
        row = sql.execute(
            "SELECT (SELECT count(*) FROM notice WHERE site_id = %(site)s),"
            " (SELECT count(*) FROM delivery WHERE site_id = %(site)s AND state = 'accepted'),"
            " (SELECT count(*) FROM notice WHERE site_id = %(site)s AND expanded_at IS NULL)",
            {"site": site_id},
        ).fetchone()
    return dict(zip(("created", "delivered", "waiting"), row or (0, 0, 0), strict=True))


def _rate(rate: Rate | None) -> dict[str, Any] | str:
    if rate is None:
        return NOT_MEASURED
    return {"numerator": rate.numerator, "denominator": rate.denominator, "shown": str(rate)}


def _time_held(seen: Iterable[Seen]) -> dict[str, Any]:
    """In seconds: each party's time by stage, and the orders' own by the set of those who held them."""
    parties: dict[str, Counter[str]] = {}
    holders: Counter[str] = Counter()
    elapsed = 0
    for one in seen:
        elapsed += one.held.elapsed
        for names, passed in one.held.holders.items():
            holders[" + ".join(sorted(names)) or "nobody"] += passed
        for assignment in one.held.assignments:
            shares = parties.setdefault(assignment.party, Counter())
            shares.update({str(stage): passed for stage, passed in assignment.shares.items()})
    return {
        "elapsed": elapsed // _MICROS,
        "parties": {code: _seconds(shares) for code, shares in sorted(parties.items())},
        "holders": _seconds(holders),
    }


def _seconds(micros: Counter[str]) -> dict[str, int]:
    return {key: passed // _MICROS for key, passed in micros.most_common() if passed}
