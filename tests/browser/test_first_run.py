"""The administration in a browser: from an empty site to the first alert, and how its pages look."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from playwright.sync_api import Page, expect

from models.domain.streams import Role
from services import lanes
from services.identity import accounts, sign_ins
from services.identity.sign_ins import Stage
from services.notify.expanding import expand
from services.notify.outside import Outside
from services.notify.outside_wire import Wire
from services.notify.sending import send
from services.secrets import ring
from services.store.claims import LIVE
from services.store.transactions import transaction
from tests.browser.conftest import SignIn
from tests.browser.looks import LOOKS, PHONE, Look, Visitors, axe, fits, leads_on, shot
from tests.integration.api.conftest import World

SECTIONS = ("", "/AIBO5", "/AIBO5/site", "/AIBO5/rooms", "/AIBO5/plan", "/AIBO5/parties", "/AIBO5/tokens",
            "/AIBO5/record")  # fmt: skip
PARTIES = (
    ("爱新居委会", ("committee",), "沈姐"),
    ("爱新物业", ("property",), "老钱"),
    ("街道自治办", ("autonomy_office",), "小陆"),
    ("资产公司", ("asset_company",), "老何"),
    ("建设单位", ("client",), "小方"),
    ("施工方", ("contractor",), "赵工"),
    ("街道", ("street",), "顾科"),
)


class Sink(HTTPServer):
    """An endpoint that keeps what it is sent."""

    heard: list[dict[str, object]]


class _Hearing(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        server = self.server
        assert isinstance(server, Sink)
        server.heard.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self.send_response(200)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its own name
        pass


@pytest.fixture
def sink() -> Iterator[Sink]:
    server = Sink(("127.0.0.1", 0), _Hearing)
    server.heard = []
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def administrator(world: World, home: str, phone: Page) -> Page:
    """A phone on which an administrator with an account is signed in."""
    with transaction(world.worker.engine) as sql:
        number = accounts.create(sql, "root.admin", "沈慧珍")
        accounts.stand(sql, number, world.site_ids["AIBO5"], Role.ADMINISTRATOR)
        secret = sign_ins.begin(sql, number, Stage.FULL, "")
    phone.context.add_cookies([{"name": "lianban", "value": secret, "url": home}])
    return phone


def said(page: Page, form: str, **fields: str) -> None:
    """Fill a form in and send it."""
    for name, value in fields.items():
        page.fill(f"{form} [name={name}]", value)
    leads_on(page, f"{form} button")


def test_the_guide_leads_from_an_empty_site_to_an_alert(
    world: World, home: str, administrator: Page, sink: Sink
) -> None:
    page = administrator
    page.goto(home)
    said(page, "form[action='/admin']", name="爱新六村", code="AIXIN6")
    expect(page.locator("h1")).to_have_text("从零到第一条提醒")
    expect(page.locator(".step.done")).to_have_count(0)
    shot(page, "admin-guide-empty")
    page.goto(f"{home}/admin/AIXIN6/site")
    said(page, "form:has([name=phone])", phone="021-5555 0123")
    page.goto(f"{home}/admin/AIXIN6/rooms")
    said(page, "form:has([value='room.add'])", name="乒乓房")
    page.goto(f"{home}/admin/AIXIN6/parties")
    for name, capacities, person in PARTIES:
        _party(page, name, capacities, person)
    for _, _, person in PARTIES:
        _channel(page, person, sink)
    shot(page, "admin-parties-new")
    page.goto(f"{home}/admin/AIXIN6")
    expect(page.locator(".step", has_text="单位").first).to_have_class("card step done")
    leads_on(page, "form:has([value='posters']) button")
    _report(world)
    _deliver(world)
    page.goto(f"{home}/admin/AIXIN6")
    shot(page, "admin-guide-done")
    expect(page.locator(".step.done")).to_have_count(8)
    assert [one["type"] for one in sink.heard[:1]] == ["lianban.notice"]


def _party(page: Page, name: str, capacities: tuple[str, ...], person: str) -> None:
    form = "form:has([value='party.add'])"
    if not page.locator(form).is_visible():
        page.click("summary:has-text('添加单位')")
    page.fill(f"{form} [name=name]", name)
    page.fill(f"{form} [name=person]", person)
    for one in (*capacities,):
        page.check(f"{form} [value={one}]")
    page.check(f"{form} [name=always]")
    leads_on(page, f"{form} button")
    expect(page.locator("[role=status]")).to_have_text("已保存")


def _channel(page: Page, person: str, sink: Sink) -> None:
    about = page.locator("details", has=page.locator("summary", has_text=person)).last
    about.locator("summary").click()
    form = about.locator("form:has([value='channel.add'])")
    form.locator("select").select_option("webhook")
    address = {"url": f"http://127.0.0.1:{sink.server_port}/notices", "secret": "a" * 20}
    form.locator("[name=address]").fill(json.dumps(address))
    with page.expect_navigation():
        form.locator("button").click()
    expect(page.locator("[role=status]")).to_have_text("已保存")


def _report(world: World) -> None:
    with transaction(world.worker.engine) as sql:
        row = sql.execute("SELECT id FROM site WHERE code = 'AIXIN6'").fetchone()
    assert row is not None
    world.site_ids["AIXIN6"] = row[0]
    body = {"site": "AIXIN6", "space": "room", "category": "loose_fixture", "description": "移动门松了"}
    answer = world.of("handler", "committee", site="AIXIN6").post("/api/v1/orders", json=body)
    assert answer.status_code == 201, answer.text
    world.route()


def _deliver(world: World) -> None:
    """What the send lane does."""
    with transaction(world.worker.engine) as sql:
        sql.execute("UPDATE notice SET send_at = statement_timestamp()")
    lanes.drain(expand, world.worker, LIVE)
    send(
        world.worker, LIVE, public_url="http://127.0.0.1", outside=Outside(ring(), wire=Wire(5, private=True))
    )


@pytest.mark.parametrize("look", LOOKS, ids=str)
def test_every_page_of_the_administration_fits_each_screen(
    visitors: Visitors, home: str, sign_in: SignIn, look: Look
) -> None:
    page = look.page(visitors)
    sign_in(page, "administrator")
    for section in SECTIONS:
        page.goto(f"{home}/admin{section}")
        shot(page, f"admin{section.replace('/', '-')}-{look}")
        assert fits(page), section
        assert axe(page) == [], section


def test_a_room_is_placed_with_two_taps(visitors: Visitors, home: str, sign_in: SignIn) -> None:
    page = visitors.page(PHONE)
    sign_in(page, "administrator")
    page.goto(f"{home}/admin/AIBO5/plan")
    page.select_option("#room", "dance")
    page.click("#plan", position={"x": 60, "y": 80})
    page.click("#plan", position={"x": 160, "y": 160})
    shot(page, "admin-plan-tapped")
    leads_on(page, "#place button")
    expect(page.locator("[role=status]")).to_have_text("已保存")
    plan = page.context.request.get(f"{home}/plan/AIBO5.svg").text()
    assert 'id="space-dance" class="placed"' in plan
