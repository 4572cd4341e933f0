"""Figures of the web: what a moment takes a person's hands, what a page weighs, how long a slow line lasts.

Written as JSON lines into the file that `LIANBAN_TEST_FIGURES` names, if somebody wants them.
"""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from time import monotonic
from typing import Any

from playwright.sync_api import Page

FIGURES = os.environ.get("LIANBAN_TEST_FIGURES")

# A tap is one pointer that goes down; a choice from a list is two, which the driver makes without a pointer.
_COUNTING = """() => {
  addEventListener('pointerdown', (one) => one.isTrusted && lianbanCounts('taps', 1), true);
  addEventListener('change', (one) => !one.isTrusted && one.target.matches('select')
    && lianbanCounts('taps', 2), true);
  addEventListener('input', (one) => one.isTrusted && one.data
    && lianbanCounts('typed', one.data.length), true);
}"""


@dataclass
class Hands:
    """What a person did."""

    taps: int = 0
    typed: int = 0
    """Characters."""
    seconds: float = 0
    """At the page: the machine's own, without reading and finding."""


def figure(kind: str, name: str, **measured: Any) -> None:
    """Write a figure down."""
    if FIGURES:
        with Path(FIGURES).open("a", encoding="utf-8") as file:
            file.write(json.dumps({"kind": kind, "name": name} | measured, ensure_ascii=False) + "\n")


@contextmanager
def hands(page: Page, name: str) -> Iterator[Hands]:
    """Count a person's taps and characters at a page from now on; once for each page.

    What the camera asks for is not in it.
    """
    done, began = Hands(), monotonic()

    def count(_source: Any, what: str, many: int) -> None:
        setattr(done, what, getattr(done, what) + many)

    page.expose_binding("lianbanCounts", count)
    page.add_init_script(f"({_COUNTING})()")
    page.evaluate(_COUNTING)
    yield done
    # Whatever was counted has come when the page has answered.
    page.evaluate("0")
    done.seconds = round(monotonic() - began, 2)
    figure("moment", name, **asdict(done))
