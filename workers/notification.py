"""The send lane."""

from services.notify.expanding import expand
from services.notify.sending import send
from workers.app import app, shop
from workers.lane import run

SOFT_SECONDS, HARD_SECONDS = 45, 55
"""Two rounds; in the second a claim that is begun at its very end: twelve seconds of sending outside and one
slow send (`services/notify/sending.py`). Below the lease of sixty."""


@app.task(name="lianban.notice.send", soft_time_limit=SOFT_SECONDS, time_limit=HARD_SECONDS)
def send_notices() -> None:
    """Find the people of every notice that is to be sent by now, and send to them."""
    run("expand", expand, shop())
    run("send", send, shop())
