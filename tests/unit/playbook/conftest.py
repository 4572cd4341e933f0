"""The real files, and a city so small that its lines can be counted."""

from collections.abc import Callable
from pathlib import Path

import pytest

from models.domain.business_time.calendar import Calendar
from models.domain.directory import Directory
from models.domain.playbook.parse import ParsedPlaybook, read_playbook
from models.domain.playbook.problems import PlaybookError
from models.domain.playbook.site import parse_site
from models.domain.playbook.validate import validate

AIBO = Path(__file__).parents[3] / "deploy/playbooks/aibo-5"

SMALL_PLAYBOOK = """\
[playbook]
code = "city"
version = 1
name = "City"

[verifiers]
property = ["committee"]
contractor = ["property"]

[categories.leak]
name = "Leak"
kind = "defect"

[[routes]]
category = "leak"
lead = "property"
support = ["contractor"]
fix = "5 WD"

[[ladder]]
code = "red"
mark = "red"
to = ["party_lead"]
"""

SMALL_SITE = """\
[site]
code = "CITY"
name = "City"
zone = "America/New_York"
language = "en"
playbook = "city"
calendar = "office"
coordinator = "ann"

[[calendar]]
code = "office"
region = "US-MA"
opens = "09:00"
closes = "17:00"

[[space]]
code = "hall"
name = "Hall"

[[party]]
code = "council"
name = "Council"
capacities = ["committee"]

[[party]]
code = "keepers"
name = "Keepers"
capacities = ["property"]
duty_roster = true

[[party]]
code = "builders"
name = "Builders"
capacities = ["contractor"]

[[member]]
code = "ann"
name = "Ann"
role = "handler"
party = "council"

[[member]]
code = "ben"
name = "Ben"
role = "handler"
party = "keepers"

[[roster]]
party = "keepers"
member = "ben"
days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
from = "08:00"
to = "08:00"

[[channel]]
party = "builders"
kind = "recorder"
address = "Builders' phone"
"""


def edited(text: str, edits: dict[str, str]) -> str:
    """`text` with each of the edits made in the one place where it fits."""
    for old, new in edits.items():
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times"
        text = text.replace(old, new)
    return text


def directory_of(text: str) -> Directory:
    site = parse_site("site.toml", text)
    return site.directory({one.code: Calendar(one.code, 1, site.zone) for one in site.calendars}, 1)


def printed(error: PlaybookError) -> list[str]:
    return [str(problem) for problem in error.problems]


@pytest.fixture(scope="session")
def playbook_text() -> str:
    return (AIBO / "playbook.toml").read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def site_text() -> str:
    return (AIBO / "site.toml").read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def aibo(playbook_text: str) -> ParsedPlaybook:
    return read_playbook("playbook.toml", playbook_text)


@pytest.fixture(scope="session")
def aibo_site(site_text: str) -> Directory:
    return directory_of(site_text)


@pytest.fixture
def small_playbook() -> str:
    return SMALL_PLAYBOOK


@pytest.fixture
def small_site() -> str:
    return SMALL_SITE


@pytest.fixture
def refused() -> Callable[[dict[str, str]], list[str]]:
    """The problems, as printed, of the small playbook with edits."""

    def problems(edits: dict[str, str]) -> list[str]:
        with pytest.raises(PlaybookError) as caught:
            read_playbook("playbook.toml", edited(SMALL_PLAYBOOK, edits))
        return printed(caught.value)

    return problems


@pytest.fixture
def refused_site() -> Callable[[dict[str, str]], list[str]]:
    """The problems, as printed, of the small site with edits."""

    def problems(edits: dict[str, str]) -> list[str]:
        with pytest.raises(PlaybookError) as caught:
            parse_site("site.toml", edited(SMALL_SITE, edits))
        return printed(caught.value)

    return problems


@pytest.fixture
def unfit() -> Callable[..., list[str]]:
    """What keeps the small playbook with edits from working at the small site with edits."""

    def problems(edits: dict[str, str], site: dict[str, str] | None = None) -> list[str]:
        parsed = read_playbook("playbook.toml", edited(SMALL_PLAYBOOK, edits))
        return [str(one) for one in validate(parsed, directory_of(edited(SMALL_SITE, site or {})))]

    return problems
