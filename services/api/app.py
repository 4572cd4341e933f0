"""The application of the web server's process."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from anyio import CapacityLimiter, to_thread
from fastapi import FastAPI
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from services import bootstrap, nudges
from services.api import (
    acceptances,
    acting,
    answers,
    batch,
    calls,
    completions,
    contacts,
    drawings,
    drawings_public,
    health,
    meetings,
    orders,
    pairs,
    photos,
    residents,
    site_figures,
    sites,
    topics,
    topics_public,
    tracked,
)
from services.api import rules as rules_api
from services.api import venues as venues_api
from services.api import walks as walks_api
from services.api import works as works_api
from services.api.by_code import ByCode
from services.api.edge import Edge
from services.api.guard import Guard
from services.api.media import MediaTypes
from services.api.openapi import describe
from services.api.problems import TABLE, answer
from services.api.taking import intake
from services.execute import Shop
from services.memory import settle
from services.settings import Settings, settings
from services.store.engine import DatabaseRole
from services.views.cursors import Cursors
from services.views.order import API
from services.web import (
    entrance,
    failing,
    link_routes,
    look,
    me,
    privacy,
    reference,
    routes,
    second_step,
    security_txt,
)
from services.web.admin import routes as admin_routes
from services.web.board import answers as public_answers
from services.web.board import drawings as public_drawings
from services.web.board import posters as board_posters
from services.web.board import progress as public_progress
from services.web.board import routes as board
from services.web.board import topics as public_topics
from services.web.committee import figures as figure_pages
from services.web.committee import routes as committee
from services.web.compressing import Compressed
from services.web.crew import lead as crew_lead
from services.web.crew import routes as crew_routes
from services.web.dispatching import acting as dispatching_acting
from services.web.dispatching import channels as dispatching_channels
from services.web.dispatching import duty as dispatching_duty
from services.web.dispatching import inbox as dispatching_inbox
from services.web.live import routes as live
from services.web.live.hub import Hub
from services.web.live.sharing import Shared
from services.web.matters import acceptances as acceptance_pages
from services.web.matters import completions as completion_pages
from services.web.matters import drawings as drawing_pages
from services.web.matters import hub, questions, rules, venues, venues_public, works, works_public
from services.web.matters import meetings as meeting_pages
from services.web.matters import topics as topic_pages
from services.web.resident import room, tracking
from services.web.walks import routes as walks

THREADS = 4
"""More of them only wait for each other: about 4 halve the 99th percentile against the default of 40."""

MATTERS = (
    acceptances,
    answers,
    completions,
    meetings,
    rules_api,
    site_figures,
    topics,
    topics_public,
    drawings_public,
    drawings,
    pairs,
    venues_api,
    walks_api,
    works_api,
)
"""What happens around the orders."""
AROUND = (
    figure_pages,
    hub,
    acceptance_pages,
    completion_pages,
    meeting_pages,
    rules,
    public_answers,
    questions,
    public_topics,
    topic_pages,
    public_drawings,
    drawing_pages,
    public_progress,
    venues_public,
    venues,
    works_public,
    works,
)
"""And its pages."""


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
    app.state.intake = intake(shop)
    app.state.cursors = Cursors(told.secret().encode())
    app.state.live = Hub(shop.engine)
    app.state.health_limiter = CapacityLimiter(1)
    for kind in TABLE:
        app.add_exception_handler(kind, answer)
    # What is asked most first. Photos before `acting`, which would try `/photos` as the name of an action.
    for part in (orders, photos, batch, calls, contacts, acting, sites, residents, tracked, *MATTERS):
        app.include_router(part.router, prefix=API)
    app.include_router(health.router)
    app.include_router(entrance.router)
    second_step.add(app)
    app.include_router(me.router)
    app.include_router(routes.router)
    for page in (dispatching_acting, dispatching_inbox, dispatching_duty, dispatching_channels):
        app.include_router(page.router)
    app.include_router(look.router)
    app.include_router(walks.router)
    for page in AROUND:
        app.include_router(page.router)
    app.include_router(live.router)
    app.include_router(board.router)
    app.include_router(board_posters.router)
    app.include_router(committee.router)
    app.include_router(admin_routes.router)
    link_routes.add(app)
    app.include_router(crew_routes.router)
    app.include_router(crew_lead.router)
    room.add(app)
    tracking.add(app)
    for paper in (reference, security_txt, privacy):
        app.include_router(paper.router)
    app.mount("/static", routes.static_files())
    app.state.show_error = failing.show_error
    setattr(app, "openapi", lambda: describe(app))  # noqa: B010 - FastAPI's way, but not that of types
    # The last one added is the outermost.
    app.add_middleware(Compressed)
    app.add_middleware(MediaTypes)
    app.add_middleware(ByCode, shop)
    app.add_middleware(Shared, app.state.live, told)
    app.add_middleware(Guard, shop, told)
    app.add_middleware(Edge, told)
    if told.trusted_proxies:
        app.add_middleware(ProxyHeadersMiddleware, trusted_hosts=told.trusted_proxies)
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    to_thread.current_default_thread_limiter().total_tokens = THREADS
    settle()
    if app.state.with_nudges:
        nudges.start(app.state.settings)
    yield
    await app.state.live.close()
    nudges.stop()
    app.state.shop.engine.dispose()
