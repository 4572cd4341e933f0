"""Moment 4: a foreman, one link, his list; a fix with its photo in two taps offline, landed once."""

from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.crew_kit import events, job, mould, open_list, queued, sent, shot_of_work
from tests.browser.figures import hands
from tests.integration.api.conftest import World

__all__ = ["shot_of_work"]


def test_a_fix_with_its_photo_is_two_taps_without_a_line_and_lands_once(
    world: World, home: str, phone: Page, shot_of_work: Path
) -> None:
    code = mould(world)
    open_list(world, home, phone)
    phone.context.set_offline(True)
    with hands(phone, "4 a fix with its photo, offline") as done:
        with phone.expect_file_chooser() as chooser:
            job(phone, code).get_by_text("拍完工照").tap()
        chooser.value.set_files(shot_of_work)
        job(phone, code).get_by_role("button", name="办结").tap()
        queued(phone, 1)
    assert (done.taps, done.typed) == (2, 0)
    phone.reload()
    queued(phone, 1)
    expect(job(phone, code)).to_be_visible()
    phone.context.set_offline(False)
    sent(phone)
    told = events(world, code)
    assert (told.count("AssignmentDone"), told.count("PhotoAttached")) == (1, 1)
    expect(job(phone, code)).to_contain_text("已办结，等")
