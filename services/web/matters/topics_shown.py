"""What the pages of deliberation show, to members and to everybody."""

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from models.domain.playbook.model import Category
from models.domain.streams import StreamKey
from services.matters.kit import Doer, Found
from services.matters.topics import acting, words
from services.matters.topics.views import item_of, whole
from services.store.contexts import Sql
from services.store.transactions import transaction
from services.views import labels
from services.views.language import Language, name_of, say
from services.web.matters.kit import Said


def words_for(language: Language) -> Mapping[str, Any]:
    """How the templates name phases and stances."""
    tables = {"status": words.STATUS, "stance": words.STANCE, "order": labels.STATUS}
    return {
        "word": lambda table, code: say(tables[table][str(code)], language),
        "stances": [(code, say(name, language)) for code, name in words.STANCE.items()],
        "steps": words.STEPS,
    }


def list_values(one: Doer, language: Language) -> dict[str, Any]:
    """The topics that somebody sees."""
    with transaction(one.shop.engine, one.caller.site_ids) as sql:
        found = acting.topics_of(one, sql, one.caller.site_ids)
    items = [{"t": item_of(each, language), "zone": each.context.site.zone} for each in found]
    return {**words_for(language), "items": items}


def topic_values(one: Doer, key: StreamKey, language: Language, said: Said) -> dict[str, Any]:
    """One topic. Raises UnknownStream."""
    with transaction(one.shop.engine, one.caller.site_ids) as sql:
        found = acting.find(one, sql, key)
        return _values(one, sql, found, language) | {"said": said, "key": uuid4().hex}


def _values(one: Doer, sql: Sql, found: Found[Any], language: Language) -> dict[str, Any]:
    site, book = found.context.site, found.context.playbook
    topic = whole(found, sql, one.caller.at(found.key.site_id), language)
    open_ = [space for space in site.spaces.values() if not space.closed]
    return {
        **words_for(language),
        "t": topic,
        "at": words.AT[topic.status],
        "mine": next(
            (each for each in all_opinions(topic) if each.mine and each.phase == topic.status), None
        ),
        "rooms": [(space.code, name_of(space, language)) for space in open_],
        "kinds": [(code, _kind(kind, language)) for code, kind in book.categories.items()],
        "category": lambda code: _kind(book.categories[code], language) if code in book.categories else "",
    }


def _kind(category: Category, language: Language) -> str:
    return (language == "en" and category.name_en) or category.name


def all_opinions(topic: Any) -> list[Any]:  # noqa: ANN401 - a TopicWhole
    """Grouped or not."""
    return [*topic.opinions, *(each for group in topic.groups for each in group.opinions)]
