"""The fire lane."""

from services import lanes
from workers.app import app, shop
from workers.lane import run


@app.task(name="lianban.timer.fire")
def fire() -> None:
    """Let every timer of a live site take effect that has fallen due."""
    run("fire", lanes.fire, shop())
