"""The exploration finds what was broken on purpose."""

import pytest

from tests.explore.bugs import BUGS, Bug
from tests.explore.main import hunt, story_of


@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.name)
def test_a_rule_broken_on_purpose_is_found_with_its_story(bug: Bug) -> None:
    found = hunt(bug)
    assert found.caught, f"found {found.result.first} in {found.result.transitions} transitions"
    assert story_of(found)[0].startswith("0:00:00  resident: report")
