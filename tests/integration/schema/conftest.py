"""The world of the API's tests, for who looks into every corner of it."""

from tests.integration.api.conftest import engines, picture, portal, world

__all__ = ["engines", "picture", "portal", "world"]
