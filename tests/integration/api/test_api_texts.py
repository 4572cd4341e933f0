"""Texts as people write them: long, in any script, without what no eye can see."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.integration.api.conftest import World


def _kept(world: World, text: str) -> str:
    body = {"site": "AIBO5", "space": "hall", "description": text}
    answer = world.of("handler", "committee").post("/api/v1/orders", json=body)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["description"])


@pytest.mark.parametrize(
    "text",
    [
        "漏" * 10_000,
        "𠮷野家👩‍👩‍👧‍👦🏚️" * 800,
        "مرحبا שלום नमस्ते",
        "<script>alert(1)</script> & \"quotes\" 'n' \\ %s {x}",
        "一行\n二行\t三",
        "'; DROP TABLE stream; --",
        "\u202e反向 ﷽ e\u0301",
    ],
    ids=lambda one: one[:12],
)
def test_a_text_comes_back_as_it_was_written(world: World, text: str) -> None:
    assert _kept(world, text) == text.strip()


def test_control_characters_are_stripped(world: World) -> None:
    assert _kept(world, "a\x00b\x07c\x1b[31md\x85\x9fe\r\nf\rg") == "abc[31mde\nf\ng"


def test_a_text_of_control_characters_alone_is_refused(world: World) -> None:
    body = {"site": "AIBO5", "space": "hall", "description": "\x00\x01 \x02"}
    answer = world.of("handler", "committee").post("/api/v1/orders", json=body)
    assert answer.status_code == 422


def test_pages_show_markup_as_text(world: World) -> None:
    code = world.report(description="<script>alert(1)</script>", title="<img src=x onerror=alert(2)>")
    clerk = world.of("handler", "committee")
    for path in ("/", f"/o/{code}"):
        page = clerk.get(path, headers={"Accept": "text/html"})
        assert page.status_code == 200
        assert "<script>alert" not in page.text
        assert "<img src=x" not in page.text
