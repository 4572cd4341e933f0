"""Squares for telephones to look at."""

import segno
from markupsafe import Markup


def qr_code(address: str) -> Markup:
    """An address as SVG without styles, so that it may stand in a page."""
    drawn = segno.make(address, error="m").svg_inline(omitsize=True, border=2, dark="#000", light="#fff")
    return Markup(drawn)  # noqa: S704 - drawn by segno; the address is in it as modules only
