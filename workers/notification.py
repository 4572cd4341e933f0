"""The send lane."""

from services.notify.sending import send

from services.notify.expanding import expand
from workers.app import app, shop
from workers.lane import run


@app.task(name="lianban.notice.send")
def send_notices() -> None:
    """Find the people of every notice that is to be sent by now, and send to them."""
    run("expand", expand, shop())
    run("send", send, shop())
