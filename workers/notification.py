"""The send lane."""

from services.notify.direct import send_by
from services.notify.expanding import expand
from services.notify.sending import deliver
from services.pushing import push_by
from services.settings import settings
from workers.app import app, shop
from workers.lane import run

SOFT_SECONDS, HARD_SECONDS = 45, 55
"""Three rounds of twelve seconds, the last begun at the very end of the time that a task has for them."""


@app.task(name="lianban.notice.send", soft_time_limit=SOFT_SECONDS, time_limit=HARD_SECONDS)
def send_notices() -> None:
    """Find the people of every notice that is to be sent by now, send to them; tell alerts and codes."""
    run("expand", expand, shop())
    run("send", deliver, shop())
    push_by(settings(), shop().engine)
    send_by(settings(), shop().engine)
