"""What the matrix looks at: orders full of marks at two sites, and everybody who could come by."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import TYPE_CHECKING, Any

from PIL import Image

from models.domain.streams import Role, StreamKey
from services import crew_links, links
from services.callers import Holder, Scope, create_token
from services.figures.keeping import keep
from services.identity import accounts, sign_ins
from services.identity.sign_ins import Stage as Step
from services.notify import record
from services.notify.expanding import expand
from services.store.claims import LIVE
from services.store.transactions import transaction
from services.web.cookies import cookie_name
from tests.integration.matrix import marks

if TYPE_CHECKING:
    from tests.integration.api.conftest import Checked, World

PARTIES = (
    *("committee", "property", "autonomy_office", "asset_company", "client", "contractor"),
    *("supervisor", "designer", "owners", "street", "utility"),
)
OWNER = "resident-1"
API = "/api/v1/orders"
PAGE = {"Accept": "text/html", "Sec-Fetch-Site": "same-origin"}


@dataclass(frozen=True)
class Visitor:
    """Somebody who comes by: as what, of which party, from which site."""

    name: str
    role: str
    party: str | None = None
    site: str = "AIBO5"
    scope: str = ""
    """Of an API token that is for one thing."""


@dataclass
class Stage:
    """The orders by what they are to the visitors, and what was written where."""

    world: World
    texts: dict[str, str] = field(default_factory=dict)
    """Marks that people wrote, by what and on which order."""
    orders: dict[str, str] = field(default_factory=dict)
    """Codes: `leak`, `mould` and `public` at AIBO5, `foreign` at OTHER."""
    photo: dict[str, str] = field(default_factory=dict)
    """Ids of photos by order."""
    tracking_code: str = ""
    """Of the order `public`."""
    walk: str = ""
    """The code of a walk whose notice asks the contractor and tells the committee."""

    meeting: str = ""
    """The code of a coordination meeting on the order `leak`, with a position."""

    works: str = ""
    """The code of announced works in the room `table-tennis`."""

    def word(self, what: str, order: str) -> str:
        """A new mark."""
        return self.texts.setdefault(f"{what} of {order}", marks.mark())


VISITORS: tuple[Visitor, ...] = (
    *(Visitor(f"handler {party}", "handler", party) for party in PARTIES),
    *(Visitor(f"lead {party}", "lead", party) for party in ("committee", "contractor", "street", "utility")),
    *(Visitor(f"observer {party}", "observer", party) for party in ("property", "street", "owners")),
    *(Visitor(f"arbiter {party}", "arbiter", party) for party in ("committee", "street", "designer")),
    Visitor("moderator", "moderator"),
    Visitor("administrator", "administrator"),
    Visitor("volunteer", "volunteer"),
    Visitor("resident owner", "resident"),
    Visitor("resident other", "resident"),
    *(
        Visitor(f"token {one}", "handler", "property", scope=one)
        for one in ("read", "report", "act", "metrics")
    ),
    Visitor("foreign lead", "lead", "committee", site="OTHER"),
    Visitor("foreign handler", "handler", "asset_company", site="OTHER"),
    Visitor("anonymous", "nobody"),
    Visitor("tracking code", "code"),
    Visitor("link", "link", "property"),
    Visitor("crew", "crew", "contractor"),
    Visitor("account", "account", "property"),
)


def _picture(name: str) -> bytes:
    """One of its own for each order, so that each has a hash of its own."""
    target = BytesIO()
    Image.new("RGB", (40 + len(name), 30), "teal").save(target, "PNG")
    return target.getvalue()


def build(world: World) -> Stage:
    """Two sites with marks in all fields; three orders, with all that people write on them."""
    stage = Stage(world)
    stage.orders["leak"] = _order(stage, "leak", "AIBO5", {"category": "leak", "origin": "pre_existing"})
    stage.orders["mould"] = _order(stage, "mould", "AIBO5", {"category": "mould", "origin": "construction"})
    stage.orders["foreign"] = _order(
        stage, "foreign", "OTHER", {"category": "leak", "origin": "pre_existing"}
    )
    stage.orders["public"] = _by_the_public(stage)
    for order in stage.orders:
        _written(stage, order)
    stage.walk = _walked(stage)
    stage.meeting = _met(stage)
    stage.works = _announced(stage)
    _told(world)
    keep(world.worker)
    return stage


def _told(world: World) -> None:
    """Notices went out now, whatever the hour, and each delivery has a step."""
    with transaction(world.worker.engine) as sql:
        sql.execute("UPDATE notice SET send_at = statement_timestamp()")
    expand(world.worker, LIVE)
    with transaction(world.worker.engine) as sql:
        ids = [row[0] for row in sql.execute("SELECT id FROM delivery").fetchall()]
        record.write(sql, [record.Happened(one, record.Step.LEASED) for one in ids], None)


def _order(stage: Stage, name: str, site: str, fields: dict[str, str]) -> str:
    """Reported by a resident who left name and number, and routed."""
    world = stage.world
    resident = world.of("resident", site=site, member=OWNER)
    body = {
        "site": site,
        "space": "table-tennis",
        "title": stage.word("title", name),
        "description": stage.word("description", name),
        "reporter": {"name": f"王{stage.word('name', name)}", "phone": _PHONES[name]},
    }
    stage.texts[f"phone of {name}"] = _PHONES[name]
    stage.texts[f"masked phone of {name}"] = f"{_PHONES[name][:3]}****{_PHONES[name][-4:]}"
    answer = resident.post(API, json=body | fields)
    assert answer.status_code == 201, answer.text
    world.route()
    return str(answer.json()["code"])


def _walked(stage: Stage) -> str:
    """One finding, and the notice of it."""
    committee, walks = stage.world.of("handler", "committee"), "/api/v1/walks"
    begun = committee.post(walks, json={"site": "AIBO5", "origin": "construction"})
    code = str(begun.json()["code"])
    fields = {"space": "hall", "hazard": "dust", "words": stage.word("finding", "walk")}
    parts = [(name, (None, text)) for name, text in fields.items()]
    assert committee.post(f"{walks}/{code}/findings", files=parts).status_code == 201
    assert committee.post(f"{walks}/{code}/finish", json={}).status_code == 200
    return code


def _met(stage: Stage) -> str:
    """The committee calls the parties of the leak together, and one says what it thinks."""
    committee, meetings = stage.world.of("handler", "committee"), "/api/v1/meetings"
    body = {
        "order": stage.orders["leak"],
        "reason": "unclear_owner",
        "meets_at": (datetime.now(UTC) + timedelta(days=1)).isoformat(),
        "place": "hall",
    }
    called = committee.post(meetings, json=body)
    assert called.status_code == 201, called.text
    code = str(called.json()["code"])
    words = {"words": stage.word("position", "meeting")}
    assert committee.post(f"{meetings}/{code}/position", json=words).status_code == 200
    return code


def _announced(stage: Stage) -> str:
    """Works that everybody is told of."""
    day = (datetime.now(UTC).date() + timedelta(days=30)).isoformat()
    body = {
        "site": "AIBO5",
        "begins": day,
        "until": day,
        "opens": "08:00:00",
        "closes": "17:00:00",
        "rooms": ["table-tennis"],
        "what": stage.word("works", "works"),
        "phone": "021-0000 0003",
    }
    told = stage.world.of("handler", "contractor").post("/api/v1/works", json=body)
    assert told.status_code == 201, told.text
    return str(told.json()["code"])


def _by_the_public(stage: Stage) -> str:
    """Reported without an account; whoever has the code comes back by it."""
    name, world = "public", stage.world
    body = {
        "site": "AIBO5",
        "space": "dance",
        "category": "loose_fixture",
        "description": stage.word("description", name),
        "reporter": {"name": f"李{stage.word('name', name)}", "phone": _PHONES[name]},
    }
    stage.texts[f"phone of {name}"] = _PHONES[name]
    stage.texts[f"masked phone of {name}"] = f"{_PHONES[name][:3]}****{_PHONES[name][-4:]}"
    answer = world.client().post("/api/v1/public/reports", json=body)
    assert answer.status_code == 201, answer.text
    world.route()
    stage.tracking_code = str(answer.json()["tracking_code"])
    return str(answer.json()["code"])


_PHONES = {
    "leak": "13911110001",
    "mould": "13911110002",
    "foreign": "13911110003",
    "public": "13911110004",
}
LEADING = {"leak": "asset_company", "mould": "contractor", "foreign": "asset_company", "public": "property"}


def _written(stage: Stage, name: str) -> None:
    """A note, a plan with its cost, a request with its reason, an outside number, a photo."""
    code, lead = stage.orders[name], LEADING[name]
    site = code.partition("-")[0]

    def post(party: str, path: str, body: Any) -> Any:
        client = stage.world.of("handler", party, site=site)
        answer = client.post(f"{API}/{code}/{path}", json=body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    post("committee", "note", {"note": stage.word("note", name)})
    post("street", "outside-number", {"system": "12345", "number": stage.word("outside", name)})
    post(lead, f"assignments/{lead}/acknowledge", {})
    post(lead, f"assignments/{lead}/contact", {"note": stage.word("contact note", name)})
    fix_by = (datetime.now(UTC) + timedelta(days=2)).isoformat()
    plan = {"plan": stage.word("plan", name), "fix_by": fix_by}
    post(lead, f"assignments/{lead}/propose-plan", plan)
    ask = {"nominee": "client", "reason": stage.word("request", name)}
    asker = "property" if lead != "property" else "contractor"
    post(asker, f"assignments/{asker}/return", ask)
    attached = stage.world.of("handler", lead, site=site).post(
        f"{API}/{code}/photos", files={"file": ("a.png", _picture(name))}, data={"purpose": "after"}
    )
    assert attached.status_code == 201, attached.text
    stage.photo[name] = str(attached.json()["photos"][0]["id"])


def client_of(stage: Stage, one: Visitor) -> Checked:
    """The visitor's client, with whatever lets him in."""
    world = stage.world
    if one.role == "nobody":
        return world.client()
    if one.role == "code":
        return world.client(**{"Tracking-Code": stage.tracking_code})
    if one.role == "link":
        return _by_link(stage, one)
    if one.role == "crew":
        return _by_crew_link(stage, one)
    if one.role == "account":
        return _by_account(stage, one)
    member = OWNER if one.name == "resident owner" else None
    holder = Holder(world.site_ids[one.site], Role(one.role), one.party, member)
    scopes = [Scope(one.scope)] if one.scope else list(Scope)
    with transaction(world.worker.engine) as sql:
        secret = create_token(sql, holder, name="t", lasts=timedelta(hours=1), scopes=scopes)
    return world.client(secret)


def _by_link(stage: Stage, one: Visitor) -> Checked:
    """Whoever holds the link of a message to the property about the leak, opened in his browser."""
    number = int(stage.orders["leak"].rpartition("-")[2])
    wanted = links.Wanted(1, StreamKey(stage.world.site_ids["AIBO5"], number), str(one.party), None)
    with transaction(stage.world.worker.engine) as sql:
        (url,) = links.mint(sql, "http://127.0.0.1:8000", [wanted], None).values()
    return _opened(stage, url)


def _by_crew_link(stage: Stage, one: Visitor) -> Checked:
    """Whoever holds a crew link of the contractor, opened in his browser."""
    wanted = crew_links.For(stage.world.site_ids["AIBO5"], str(one.party), "crew")
    with transaction(stage.world.worker.engine) as sql:
        url = crew_links.create(sql, wanted, "http://127.0.0.1:8000")
    return _opened(stage, url)


def _opened(stage: Stage, url: str) -> Checked:
    client = stage.world.client()
    opened = client.post("/l", data={"code": url.partition("#")[2]}, headers=PAGE)
    assert opened.status_code == 303, opened.text
    client.headers["x-at"] = opened.headers["location"]
    return client


def _by_account(stage: Stage, one: Visitor) -> Checked:
    """A handler of the property with a sign-in of a browser."""
    world = stage.world
    with transaction(world.worker.engine) as sql:
        account_id = accounts.create(sql, "matrix", stage.word("account name", ""))
        accounts.stand(sql, account_id, world.site_ids["AIBO5"], Role.HANDLER, party=one.party)
        agent = stage.word("agent", "")
        secret = sign_ins.begin(sql, account_id, Step.FULL, agent)
    client = world.client()
    client.cookies.set(cookie_name(world.settings), secret)
    return client
