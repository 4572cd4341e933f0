"""When a space is in use, as it lies in its row."""

from collections.abc import Iterable, Mapping
from datetime import time
from typing import Any

from models.domain.directory import Activity


def image_of(activities: Iterable[Activity]) -> list[dict[str, Any]]:
    """JSON values: days as numbers from Monday 0, times as ``09:00``."""
    return [
        {
            "name": one.name,
            "name_en": one.name_en,
            "days": sorted(one.days),
            "from": f"{one.begins:%H:%M}",
            "to": f"{one.ends:%H:%M}",
            "code": one.code or f"a{place}",
            **({"people": one.people} if one.people is not None else {}),
        }
        for place, one in enumerate(activities, 1)
    ]


def activities_of(image: Iterable[Mapping[str, Any]]) -> tuple[Activity, ...]:
    """What `image_of` wrote."""
    return tuple(
        Activity(
            one["name"],
            one["name_en"],
            frozenset(one["days"]),
            time.fromisoformat(one["from"]),
            time.fromisoformat(one["to"]),
            one.get("code") or f"a{place}",
            one.get("people"),
        )
        for place, one in enumerate(image, 1)
    )
