"""Names that are seen outside the process carry the product's name and never move with a file."""

from services.nudges import LANES, queue
from services.settings import PREFIX
from workers.app import app


def test_tasks_are_named_after_what_they_do_and_not_after_their_module() -> None:
    ours = {name for name in app.tasks if not name.startswith("celery.")}
    app.loader.import_default_modules()
    ours = {name for name in app.tasks if not name.startswith("celery.")}
    assert ours <= set(LANES.values())
    assert {"lianban.order.route", "lianban.timer.fire", "lianban.notice.send"} <= ours


def test_queues_and_settings_carry_the_product_s_name() -> None:
    assert all(queue(lane).name == f"lianban.{lane}" for lane in LANES)
    assert PREFIX == "LIANBAN_"


def test_every_lane_has_a_direct_queue() -> None:
    assert {one.name: one.exchange.type for one in app.conf.task_queues} == {
        f"lianban.{lane}": "direct" for lane in LANES
    }
