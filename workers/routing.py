"""The route lane."""

from services import lanes
from workers.app import app, shop
from workers.lane import run


@app.task(name="lianban.order.route")
def route() -> None:
    """Route every order of a live site that waits for it."""
    run("route", lanes.route, shop())
