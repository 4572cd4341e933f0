"""A crew link: a party's orders without an account; asked anew at each step, and for that party alone."""

from io import BytesIO

import pytest
from PIL import Image

from models.domain.streams import StreamKey
from services import crew_links
from services.api.edge import MOST_FORM_BYTES
from services.store.transactions import transaction
from services.web.crew import routes
from tests.integration.api.conftest import HOME, Checked, World

PAGE = {"Accept": "text/html", "Sec-Fetch-Site": "same-origin"}
QUEUE = {"Accept": "application/json", "Sec-Fetch-Site": "same-origin"}
CREW = "contractor"


def link(world: World, party: str = CREW, member: str | None = None) -> str:
    with transaction(world.worker.engine) as sql:
        wanted = crew_links.For(world.site_ids["AIBO5"], party, "王师傅", member)
        return crew_links.create(sql, wanted, HOME).partition("#")[2]


def opened(world: World, token: str) -> tuple[Checked, str]:
    """Somebody's browser that opened the link, and where the list is."""
    client = world.client()
    answer = client.post("/l", data={"code": token}, headers=PAGE)
    assert answer.status_code == 303, answer.text
    return client, answer.headers["location"]


def change(world: World, what: str) -> None:
    with transaction(world.worker.engine) as sql:
        sql.execute(f"UPDATE crew_link SET {what}")


def mould(world: World) -> str:
    return world.report(category="mould", origin="construction", description="北墙角发霉")


def actors(world: World, code: str) -> list[dict[str, str]]:
    events = world.of("handler", "committee").get(f"/api/v1/orders/{code}/events").json()
    return list(events["items"] if isinstance(events, dict) else events)


def test_the_list_shows_the_partys_orders_and_no_others(world: World) -> None:
    ours, others = mould(world), world.report()
    client, at = opened(world, link(world))
    page = client.get(at, headers=PAGE)
    assert ours in page.text
    assert f"job-{others}" not in page.text


def test_without_scripts_a_form_does_it_and_leads_back(world: World) -> None:
    code = mould(world)
    client, at = opened(world, link(world))
    answer = client.post(f"{at}/{code}/acknowledge", data={"key": "k1"}, headers=PAGE)
    assert (answer.status_code, answer.headers["location"]) == (303, f"{at}?did=acknowledge")
    assert "已记录" in client.get(answer.headers["location"], headers=PAGE).text


def test_the_queue_gets_a_receipt_and_the_same_key_happens_once(world: World) -> None:
    code = mould(world)
    client, at = opened(world, link(world))
    sent = {"key": "k2", "note": "墙里有管"}
    first = client.post(f"{at}/{code}/note", data=sent, headers=QUEUE)
    again = client.post(f"{at}/{code}/note", data=sent, headers=QUEUE)
    assert (first.status_code, again.status_code, first.json()["did"]) == (200, 200, "note")
    assert sum(one["type"] == "NoteAdded" for one in actors(world, code)) == 1


def test_a_photo_as_large_as_a_phone_takes_them_arrives(world: World) -> None:
    code = mould(world)
    client, at = opened(world, link(world))
    target = BytesIO()
    Image.effect_noise((900, 700), 90).save(target, "JPEG", quality=95)
    assert len(target.getvalue()) > MOST_FORM_BYTES
    photo = {"photo": ("after.jpg", target.getvalue(), "image/jpeg")}
    answer = client.post(f"{at}/{code}/done", data={"key": "k7"}, files=photo, headers=QUEUE)
    assert answer.status_code == 200, answer.text


def test_the_record_says_that_it_came_by_a_crew_link(world: World) -> None:
    code = mould(world)
    client, at = opened(world, link(world))
    client.post(f"{at}/{code}/arrive", data={"key": "k3"}, headers=QUEUE)
    told = [one["text"] for one in actors(world, code) if one["type"] == "PartyArrived"]
    assert told == ["改造工程施工项目部到场（经施工链接办理）"]


def test_a_refusal_keeps_what_was_typed(world: World) -> None:
    code = mould(world)
    client, at = opened(world, link(world))
    late = {"key": "k4", "plan": "铲除后重刷", "fix_by": "2020-01-01T09:00"}
    answer = client.post(f"{at}/{code}/propose-plan", data=late, headers=PAGE)
    assert answer.status_code == 409
    assert "铲除后重刷</textarea>" in answer.text


@pytest.mark.parametrize("action", ["verify", "decide", "reassign", "set-limit", "nonsense"])
def test_what_is_not_a_crews_to_do_is_not_there(world: World, action: str) -> None:
    client, at = opened(world, link(world))
    assert client.post(f"{at}/{mould(world)}/{action}", headers=QUEUE).status_code == 404


def test_the_order_of_another_party_is_not_there(world: World) -> None:
    client, at = opened(world, link(world))
    assert client.post(f"{at}/{world.report()}/acknowledge", headers=QUEUE).status_code == 404


@pytest.mark.parametrize(
    "how", ["revoked_at = now()", "expires_at = now()", "party = 'gone'", "member = 'tang-ayong'"]
)
def test_what_ends_the_link_ends_its_open_pages(world: World, how: str) -> None:
    client, at = opened(world, link(world))
    change(world, how)
    assert client.get(at, headers=PAGE).status_code == 404


def test_a_link_that_was_opened_too_often_opens_no_more(world: World) -> None:
    token = link(world)
    opened(world, token)
    change(world, f"uses = {crew_links.MOST_USES}")
    assert world.client().post("/l", data={"code": token}, headers=PAGE).status_code == 404


def test_the_page_is_not_there_for_whoever_did_not_open_the_link(world: World) -> None:
    _, at = opened(world, link(world))
    assert world.client().get(at, headers=PAGE).status_code == 401


def test_what_the_phone_claims_is_on_record_until_the_decider_accepts_it(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(routes, "AGO", range(1, 10))
    code = mould(world)
    key = StreamKey(world.site_ids["AIBO5"], int(code.rpartition("-")[2]))
    with transaction(world.worker.engine, [key.site_id]) as sql:
        sql.execute("SELECT pg_sleep(1.1)")
    client, at = opened(world, link(world))
    client.post(f"{at}/{code}/arrive", data={"key": "k5", "ago": "1"}, headers=QUEUE)
    assert "TimeClaimed" in [one["type"] for one in actors(world, code)]
    taken = world.act(code, "assignments/contractor/accept-time", "committee")
    assert taken.status_code == 200, taken.text
    assert "ClaimedTimeAccepted" in [one["type"] for one in actors(world, code)]


@pytest.mark.parametrize("ago", ["", "soon", "-5", "0", "99999999999"])
def test_a_time_that_cannot_be_is_no_claim_and_costs_nothing(world: World, ago: str) -> None:
    code = mould(world)
    client, at = opened(world, link(world))
    answer = client.post(f"{at}/{code}/arrive", data={"key": "k6", "ago": ago}, headers=QUEUE)
    assert answer.status_code == 200
    assert "TimeClaimed" not in [one["type"] for one in actors(world, code)]


def test_a_lead_manages_the_links_of_his_own_party_alone(world: World) -> None:
    lead = world.of("lead", "contractor")
    made = lead.post("/crew/make", data={"name": "李师傅"}, headers=PAGE)
    assert "李师傅" in made.text
    assert "/l#" in made.text
    assert "李师傅" not in world.of("lead", "property").get("/crew", headers=PAGE).text
    assert world.of("handler", "contractor").get("/crew", headers=PAGE).status_code == 403
    assert lead.post("/crew/make", data={"name": " "}, headers=PAGE).status_code == 422
