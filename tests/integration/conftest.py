"""爱博五村 in a database that is emptied first, and sites of a test's own for tests of notices."""

from collections.abc import Callable
from itertools import count

import pytest
from sqlalchemy import Engine

from models.domain.playbook.site_model import SiteSpec
from services.callers import Caller
from services.execute import Shop
from services.store import sites
from services.store.contexts import Contexts
from tests.databases import SPEC, add_aibo, caller, empty
from tests.integration.notices_kit import Place, at

NUMBERS = count(1)


@pytest.fixture
def shop(worker_engine: Engine, migrated_url: str) -> Shop:
    empty(migrated_url)
    return Shop(worker_engine, Contexts())


@pytest.fixture
def site_id(shop: Shop) -> int:
    return add_aibo(shop.engine)


@pytest.fixture
def committee(site_id: int) -> Caller:
    return caller("committee", site_id)


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
        site_id = add_aibo(emptied, code, spec, clock=clock)
        return Place(Shop(emptied, Contexts()), site_id, code, live)

    return make
