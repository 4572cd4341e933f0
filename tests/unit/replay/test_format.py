"""Formats: a mapping that cannot work is refused with file, line and remedy."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from models.domain.business_time.calendar import Calendar
from models.domain.playbook.problems import PlaybookError
from models.domain.playbook.validate import validate
from services.replay.municipal.format import Format, UnknownFormat, find_format, read_format
from tests.unit.replay.conftest import FORMATS

Change = Callable[[str, str, str], str]


@pytest.fixture
def change(tmp_path: Path) -> Change:
    """Change a text of a file of Boston's format; the problems, as they are printed."""
    folder = tmp_path / "boston311"
    shutil.copytree(FORMATS / "boston311", folder)

    def problems(name: str, old: str, new: str) -> str:
        text = (folder / name).read_text()
        assert old in text
        (folder / name).write_text(text.replace(old, new, 1))
        with pytest.raises(PlaybookError) as caught:
            read_format(folder)
        return str(caught.value)

    return problems


def test_the_shipped_format_works_at_its_site(boston: Format) -> None:
    calendars = {one.code: Calendar(one.code, 1, boston.site.zone) for one in boston.site.calendars}
    assert list(validate(boston.rules, boston.site.directory(calendars, 1))) == []


def test_what_is_not_measured_has_no_limit(boston: Format) -> None:
    playbook = boston.playbook
    assert not playbook.limits
    assert not playbook.safety
    assert all(not route.limits for route in playbook.routes)


def test_no_step_repeats(boston: Format) -> None:
    assert all(rung.repeat is None for rung in boston.playbook.ladder)


def test_a_format_that_is_not_there_is_told_with_those_that_are() -> None:
    with pytest.raises(UnknownFormat, match="There are: boston311"):
        find_format(FORMATS, "atlantis")


def test_a_department_without_a_party_is_refused(change: Change) -> None:
    assert 'unknown party "nasa"; add it to site.toml' in change("format.toml", 'ISD = "isd"', 'ISD = "nasa"')


def test_a_category_that_another_department_leads_is_refused(change: Change) -> None:
    told = change("format.toml", '"PROP / Graffiti" = "prop-graffiti"', '"PROP / Graffiti" = "isd-housing"')
    assert "isd-housing is led by isd, but PROP is prop; mend the route in playbook.toml" in told
    assert told.startswith("format.toml:")


def test_an_unknown_category_or_space_is_refused(change: Change) -> None:
    assert 'unknown category "soup"' in change("format.toml", '"INFO / *" = "info"', '"INFO / *" = "soup"')
    assert 'unknown space "moon"' in change("format.toml", '"*" = "boston"', '"*" = "moon"')


def test_dates_that_do_not_come_back_are_refused(change: Change) -> None:
    assert "does not read back" in change("format.toml", '"%Y-%m-%d %H:%M:%S"', '"%Y-%m-%d %H:%M"')


def test_a_verdict_that_means_both_is_refused(change: Change) -> None:
    assert '"ONTIME" means both' in change("format.toml", '["OVERDUE"]', '["ONTIME"]')


def test_a_missing_column_is_refused(change: Change) -> None:
    assert "columns has no opened; add opened" in change("format.toml", 'opened = "open_dt"\n', "")


def test_another_playbook_than_the_sites_is_refused(change: Change) -> None:
    assert "site.toml names the playbook other" in change(
        "site.toml", 'playbook = "boston311"', 'playbook = "other"'
    )
