"""The pages of walks: what is tapped is kept, and everything that goes wrong has a sentence."""

import re
from typing import Any

import pytest

from tests.integration.api.conftest import Checked, World

SITE = {"site": "AIBO5", "origin": "construction"}


class Round:
    """A walk of the committee's, begun."""

    def __init__(self, client: Checked) -> None:
        self.client = client
        self.at = client.post("/walk", data=SITE).headers["location"]

    def note(self, hazard: str = "dust", space: str = "hall", **more: Any) -> Any:
        files = more.pop("files", None)
        data = {"hazard": hazard, "space": space, **more}
        return self.client.post(f"{self.at}/findings", data=data, files=files)

    def do(self, what: str, **data: str) -> Any:
        return self.client.post(f"{self.at}/{what}", data=data)

    @property
    def page(self) -> str:
        return str(self.client.get(self.at).text)


@pytest.fixture
def walk(world: World) -> Round:
    return Round(world.of("handler", "committee"))


def photo(picture: bytes) -> dict[str, Any]:
    return {"photo": ("a.jpg", picture, "image/jpeg")}


def test_a_finding_is_on_the_page_after_a_reload(walk: Round, picture: bytes) -> None:
    answer = walk.note(words="窗台下方", files=photo(picture))
    assert answer.status_code == 303
    assert "窗台下方" in walk.page


def test_the_photo_of_a_finding_is_shown(walk: Round, picture: bytes) -> None:
    walk.note(files=photo(picture))
    [src] = set(re.findall(r'src="(/walk/[^"]+thumbnail)"', walk.page))
    assert walk.client.get(src).headers["content-type"] == "image/webp"


def test_the_same_form_sent_twice_is_one_finding(walk: Round) -> None:
    walk.note(words="只一次", key="k1")
    walk.note(words="只一次", key="k1")
    assert walk.page.count("只一次") == 1


def test_without_a_hazard_the_words_are_kept_and_the_page_says_what_to_do(walk: Round) -> None:
    answer = walk.note(hazard="", words="墙角发黑")
    assert answer.status_code == 422
    assert "请先点一下是什么隐患" in answer.text
    assert 'value="墙角发黑"' in answer.text


def test_a_room_that_is_not_there_is_said(walk: Round) -> None:
    answer = walk.note(space="ballroom")
    assert answer.status_code == 409
    assert "本场所没有这个房间" in answer.text


def test_a_file_that_is_no_photo_is_said(walk: Round) -> None:
    answer = walk.note(files={"photo": ("a.jpg", b"not a picture", "image/jpeg")})
    assert answer.status_code == 415
    assert "不是照片" in answer.text


def test_an_empty_walk_is_not_finished(walk: Round) -> None:
    answer = walk.do("finish")
    assert answer.status_code == 409
    assert "还没有记下任何问题" in answer.text


def test_finishing_twice_shows_the_notice_that_was_written(walk: Round) -> None:
    walk.note()
    assert walk.do("finish").status_code == 303
    again = walk.do("finish")
    assert again.status_code == 409
    assert "整改通知单已经发出" in again.text


def test_one_form_of_finishing_sent_twice_leads_to_the_notice_both_times(walk: Round) -> None:
    walk.note()
    answers = [walk.do("finish", key="f1") for _ in range(2)]
    assert [one.status_code for one in answers] == [303, 303]


def test_a_finding_is_taken_back(walk: Round) -> None:
    walk.note(words="看错了")
    walk.do("drop", finding="1")
    assert "看错了" not in walk.page


def test_a_walk_that_was_given_up_is_taken_up_again(walk: Round) -> None:
    walk.do("abandon")
    assert walk.note().status_code == 409
    walk.do("take-up")
    assert walk.note().status_code == 303


def test_a_danger_has_its_order_at_once(walk: Round) -> None:
    answer = walk.note("exposed_wire")
    assert answer.headers["location"].endswith("did=danger#note")
    assert re.search(r'href="/o/AIBO5-\d+"', walk.page)


def test_the_contractor_sees_the_notice_and_takes_all_of_it_on(world: World, walk: Round) -> None:
    walk.note("dust")
    walk.note("seepage", "dance")
    contractor = world.of("handler", "contractor")
    assert contractor.get(walk.at).status_code == 404
    walk.do("finish")
    assert "全部接单（2 项）" in contractor.get(walk.at).text
    contractor.post(f"{walk.at}/acknowledge")
    assert "全部接单" not in contractor.get(walk.at).text.replace("已全部接单", "")


def test_who_is_not_asked_sees_nothing_of_it(world: World, walk: Round) -> None:
    walk.note("dust")
    walk.do("finish")
    assert world.of("handler", "asset_company").get(walk.at).status_code == 404


def test_a_contractor_cannot_set_out(world: World) -> None:
    answer = world.of("handler", "contractor").post("/walk", data=SITE)
    assert answer.status_code == 409
    assert "巡查由居委会、物业、监理或街道的经办人进行" in answer.text


@pytest.mark.parametrize("paper", ["notice", "reply"])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_papers_are_pdfs(walk: Round, paper: str, language: str, picture: bytes) -> None:
    walk.note(words='#panic("x") *b*', files=photo(picture))
    walk.do("finish")
    answer = walk.client.get(f"{walk.at}/{paper}.pdf?lang={language}")
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF-")


def test_an_order_is_no_walk_and_a_walk_is_no_order(world: World, walk: Round) -> None:
    order, client = world.report(), walk.client
    assert client.get(f"/walk/{order}").status_code == 404
    assert client.get(f"/o/{walk.at.rpartition('/')[2]}").status_code == 404
    action = f"/api/v1/orders/{walk.at.rpartition('/')[2]}/supervise"
    assert client.post(action, json={}).status_code == 404


def test_the_list_says_which_walk_is_under_way(walk: Round) -> None:
    walk.note()
    page = walk.client.get("/walk").text
    assert walk.at in page
    assert "进行中" in page
