"""The API's world, a server over it, and a real browser."""

from tests.browser.conftest import home, visitors
from tests.integration.api.conftest import engines, picture, portal, world

__all__ = ["engines", "home", "picture", "portal", "visitors", "world"]
