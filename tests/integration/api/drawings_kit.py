"""Drawings and pairs for tests: published over the API, with pictures of one colour."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import TYPE_CHECKING, Any

from PIL import Image

if TYPE_CHECKING:
    from tests.integration.api.conftest import World

DRAWINGS, PAIRS, PUBLIC = "/api/v1/drawings", "/api/v1/pairs", "/api/v1/public"
TODAY = datetime.now(UTC).date()


def png(colour: str = "teal", size: tuple[int, int] = (60, 40)) -> bytes:
    target = BytesIO()
    Image.new("RGB", size, colour).save(target, "PNG")
    return target.getvalue()


def publish(world: World, party: str = "designer", **said: str) -> Any:
    fields = {"site": "AIBO5", "sort": "plan", "title": "一层平面图"} | said
    return world.of("lead", party).post(DRAWINGS, data=fields, files={"file": ("a.png", png())})


def next_version(world: World, code: str, party: str = "designer") -> Any:
    files = {"file": ("b.png", png("navy"))}
    return world.of("lead", party).post(
        f"{DRAWINGS}/{code}/versions", data={"changed": "门改到东边"}, files=files
    )


def say(world: World, code: str, voice: str = "", **said: Any) -> Any:
    headers = {"Opinion-Code": voice} if voice else {}
    body = {"words": "留一条轮椅能过的路", **said}
    return world.client().post(f"{PUBLIC}/drawings/{code}/comments", json=body, headers=headers)


def pair(world: World, days: tuple[int, int], party: str = "committee") -> Any:
    fields = {
        "site": "AIBO5",
        "space": "dance",
        "before_day": str(TODAY - timedelta(days[0])),
        "after_day": str(TODAY - timedelta(days[1])),
    }
    files = {"before": ("a.png", png("gray")), "after": ("b.png", png("white"))}
    return world.of("lead", party).post(PAIRS, data=fields, files=files)
