"""Acceptances of a story: `prepare`, `round`, `check`, `finish`, `sign`; completions: `record`."""

from collections.abc import Mapping
from zoneinfo import ZoneInfo

from models.domain.matters.acceptances.checklist import BY_CODE
from models.domain.matters.acceptances.state import Presence
from services.matters.acceptances import acting, warranty
from services.matters.acceptances.acting import Line, Looked
from services.matters.acceptances.warranty import NewCompletion
from services.replay.around.kit import Doing, Done, Step
from services.store.contexts import read_sites
from services.store.transactions import transaction


def _prepare(step: Step) -> Done:
    """`rooms` × `checks` are looked at, at `meets`."""
    said = step.words
    checks = [BY_CODE[code] for code in said["checks"]]
    lines = [Line(room, one.category, one.code) for room in said["rooms"] for one in checks]
    return Done(*acting.prepare(step.one, step.site_id, said["meets"], lines))


def _round(step: Step) -> Done:
    return Done(step.begun, acting.begin_round(step.one, step.begun))


def _check(step: Step) -> Done:
    """One item, or with `items` several that passed."""
    said = step.words
    for item in said.get("items", ()):
        answer = acting.check(step.one, step.begun, Looked(item, passed=True))
        if answer.refused is not None or item == said["items"][-1]:
            return Done(step.begun, answer)
    pictures = [step.pictures(name) for name in said.get("pictures", ())]
    looked = Looked(said["item"], bool(said["passed"]), said.get("note", ""), pictures)
    return Done(step.begun, acting.check(step.one, step.begun, looked))


def _finish(step: Step) -> Done:
    """`orders` = the keys in the story of the rework orders, in the order of the failed items."""
    orders, answer = acting.finish(step.one, step.begun)
    return Done(step.begun, answer, orders)


def _sign(step: Step) -> Done:
    """`name` = a resident who was there."""
    if "name" in step.words:
        kind = Presence(step.words.get("as", "resident"))
        return Done(step.begun, acting.sign_for(step.one, step.begun, kind, step.words["name"]))
    return Done(step.begun, acting.sign(step.one, step.begun))


def _record(step: Step) -> Done:
    said = step.words
    with transaction(step.one.shop.engine, [step.site_id]) as sql:
        site = read_sites(sql, [step.site_id])[step.site_id]
        zone = step.one.shop.contexts.of(sql, site).site.zone
    day = said["date"].astimezone(ZoneInfo(zone)).date()
    new = NewCompletion(day, said["number"], said["rooms"], said.get("months", {}))
    return Done(*warranty.record(step.one, step.site_id, new))


ACCEPTANCES: Mapping[str, Doing] = {
    "prepare": _prepare,
    "round": _round,
    "check": _check,
    "finish": _finish,
    "sign": _sign,
}
COMPLETIONS: Mapping[str, Doing] = {"record": _record}
