"""Sites of a test's own, for tests of notices."""

from collections.abc import Callable
from dataclasses import replace
from itertools import count

import pytest
from sqlalchemy import Engine

from models.domain.playbook.site_model import SiteSpec
from services.execute import Shop
from services.store import sites
from services.store.contexts import Contexts
from services.store.transactions import transaction
from tests.databases import empty
from tests.integration.notices_kit import PLAYBOOK, SPEC, Place, at

NUMBERS = count(1)


@pytest.fixture(scope="module")
def emptied(migrated_url: str, worker_engine: Engine) -> Engine:
    empty(migrated_url)
    return worker_engine


@pytest.fixture
def place(emptied: Engine) -> Callable[..., Place]:
    """Makes sites: on a virtual clock, or live."""

    def make(spec: SiteSpec = SPEC, *, live: bool = False) -> Place:
        code = f"NOTE{next(NUMBERS)}"
        clock = sites.Clock() if live else sites.Clock("virtual", at(1, 0))
        with transaction(emptied) as sql:
            site_id = sites.add_site(sql, replace(spec, code=code), PLAYBOOK, clock=clock, floorplan=None)
        return Place(Shop(emptied, Contexts()), site_id, code, live)

    return make
