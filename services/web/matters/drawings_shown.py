"""What the pages of drawings, pairs and progress show, to members and to everybody."""

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from models.domain.streams import StreamKey
from services.matters.drawings import acting, words
from services.matters.drawings.views import CommentView, DrawingWhole, VersionView, item_of, whole
from services.matters.kit import Doer
from services.matters.pairs import acting as pairs
from services.store.transactions import transaction
from services.views.language import Language, name_of, say
from services.web.matters.kit import Said


def words_for(language: Language) -> Mapping[str, Any]:
    """How the templates name what is drawn."""
    return {
        "sort": lambda code: say(words.SORT[str(code)], language),
        "sorts": [(code, say(name, language)) for code, name in words.SORT.items()],
    }


def drawings_values(one: Doer, language: Language) -> dict[str, Any]:
    """The drawings and pairs of somebody's sites."""
    with transaction(one.shop.engine, one.caller.site_ids) as sql:
        found = acting.drawings_of(one, sql, one.caller.site_ids)
    items = [{"d": item_of(each, language), "zone": each.context.site.zone} for each in found]
    return {**words_for(language), "items": items, "pairs": pairs_of(one, language)}


def pairs_of(one: Doer, language: Language) -> list[Any]:
    """The pairs of somebody's sites."""
    with transaction(one.shop.engine, one.caller.site_ids) as sql:
        found = pairs.pairs_of(one, sql, one.caller.site_ids)
    return [pairs.pair_view(each, language) for each in found]


def drawing_values(
    one: Doer, key: StreamKey, language: Language, said: Said, version: int | None = None
) -> dict[str, Any]:
    """One drawing with a version of it in view, the current one unless asked. Raises UnknownStream."""
    with transaction(one.shop.engine, one.caller.site_ids) as sql:
        found = acting.find(one, sql, key)
        drawing = whole(found, sql, one.caller.at(key.site_id), language)
    spaces = found.context.site.spaces.values()
    shown = _in_view(drawing, version)
    return {
        **words_for(language),
        "d": drawing,
        "v": shown,
        "pins": [each for each in drawing.said if _is_pinned(each, shown)],
        "mine": [each for each in drawing.said if each.mine],
        "rooms": [(space.code, name_of(space, language)) for space in spaces if not space.closed],
        "said": said,
        "key": uuid4().hex,
    }


def _in_view(drawing: DrawingWhole, version: int | None) -> VersionView:
    """What was asked for; else the current one; else the latest."""
    wanted = version or drawing.version
    return next((each for each in drawing.versions if each.number == wanted), drawing.versions[0])


def _is_pinned(one: CommentView, shown: VersionView) -> bool:
    return one.point is not None and one.version == shown.number and one.hidden is None
