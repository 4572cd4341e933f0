"""The application of the web server's process."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter, FastAPI

from services import bootstrap, nudges
from services.api import acting, batch, calls, health, orders, photos, sites
from services.api.edge import Edge
from services.api.guard import Guard
from services.api.media import MediaTypes
from services.api.openapi import describe
from services.api.problems import TABLE, answer
from services.execute import Shop
from services.settings import Settings, settings
from services.store.engine import DatabaseRole
from services.views.cursors import Cursors
from services.views.order import API
from services.web import entrance, link_routes, pages, reference, routes, security_txt

THREADS = 4
"""More of them only wait for each other: about 4 halve the 99th percentile against the default of 40."""


def create_app() -> FastAPI:
    """The application as uvicorn starts it."""
    told = settings()
    bootstrap.set_up_logging(told)
    return make_app(bootstrap.build(told, DatabaseRole.APP), told, with_nudges=True)


def make_app(shop: Shop, told: Settings, *, with_nudges: bool = False) -> FastAPI:
    """The application over a workshop, whose connections it closes at its end."""
    app = FastAPI(
        title="联办 lianban",
        lifespan=_lifespan,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,
    )
    app.state.shop, app.state.settings, app.state.with_nudges = shop, told, with_nudges
    app.state.cursors = Cursors(told.secret().encode())
    app.state.health_limiter = CapacityLimiter(1)
    for kind in TABLE:
        app.add_exception_handler(kind, answer)
    app.include_router(_api())
    app.include_router(health.router)
    app.include_router(entrance.router)
    app.include_router(routes.router)
    link_routes.add(app)
    app.include_router(reference.router)
    app.include_router(security_txt.router)
    app.mount("/static", routes.static_files())
    app.state.show_error = pages.show_error
    setattr(app, "openapi", lambda: describe(app))  # noqa: B010 - FastAPI's way, but not that of types
    # The last one added is the outermost.
    app.add_middleware(MediaTypes)
    app.add_middleware(Guard, shop, told)
    app.add_middleware(Edge, told)
    return app


def _api() -> APIRouter:
    router = APIRouter(prefix=API)
    # Photos first: `/photos` would else be tried as the name of an action.
    for part in (photos.router, orders.router, batch.router, calls.router, acting.router, sites.router):
        router.include_router(part)
    return router


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    to_thread.current_default_thread_limiter().total_tokens = THREADS
    if app.state.with_nudges:
        nudges.start(app.state.settings)
    yield
    nudges.stop()
    app.state.shop.engine.dispose()
