"""Coming in: by password and second factor, by a code, by the first set-up; and what each refuses."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pyotp
import pytest

from models.domain.streams import Role
from services.identity import accounts, setting_up
from services.notify.direct import send_by
from services.store.transactions import transaction
from tests.integration.api.people_kit import PASSWORD, account, code_on_phone

if TYPE_CHECKING:
    from tests.integration.api.conftest import World

OWN = {"Accept": "text/html,application/xhtml+xml", "Sec-Fetch-Site": "same-origin"}


def enter(client: Any, login: str, password: str = PASSWORD) -> Any:
    return client.post("/sign-in/password", data={"login": login, "password": password}, headers=OWN)


def seed_on(page: Any) -> tuple[str, str]:
    """The seed that a page shows for typing, and the sealed one in its form."""
    seed = re.search(r"<code>([A-Z2-7 ]+)</code>", page.text)
    sealed = re.search(r'name="sealed" value="([^"]+)"', page.text)
    assert seed is not None
    assert sealed is not None
    return seed[1].replace(" ", ""), sealed[1]


def with_second(world: World, client: Any, login: str) -> tuple[str, list[str]]:
    """Sign a lead in, and set the second factor up: its seed and the recovery codes."""
    assert enter(client, login).headers["location"] == "/sign-in/enrol"
    seed, sealed = seed_on(client.get("/sign-in/enrol", headers=OWN))
    code = pyotp.TOTP(seed).now()
    page = client.post("/sign-in/enrol", data={"code": code, "sealed": sealed}, headers=OWN)
    assert page.status_code == 200, page.text
    return seed, re.findall(r"<li><code>([^<]+)</code>", page.text)


# ── password ────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_handler_signs_in_with_a_password_and_acts_as_what_he_is(world: World) -> None:
    client, login = world.client(), account(world)
    assert enter(client, login.upper()).headers["location"] == "/"
    page = client.get("/me", headers=OWN)
    assert login in page.text
    assert "爱博五村物业服务处 · 经办人" in page.text


@pytest.mark.parametrize("login", ["known", "unknown"])
def test_a_wrong_password_and_an_unknown_name_get_the_same_answer(world: World, login: str) -> None:
    typed = account(world) if login == "known" else "nobody-here"
    answer = enter(world.client(), typed, "not the right one")
    assert answer.status_code == 401
    assert "登录名或密码不对" in answer.text
    assert answer.text.replace(typed, "") == enter(world.client(), "n0body", "x").text.replace("n0body", "")


def test_the_sixth_try_is_not_made_though_the_password_is_right(world: World) -> None:
    login = account(world)
    for _ in range(5):
        assert enter(world.client(), login, "wrong").status_code == 401
    assert enter(world.client(), login).status_code == 429


def test_a_shut_account_gets_nobody_in_and_its_sign_ins_end_at_once(world: World) -> None:
    client, login = world.client(), account(world)
    enter(client, login)
    with transaction(world.worker.engine) as sql:
        found = accounts.by_login(sql, login)
        assert found is not None
        accounts.disable(sql, found.id)
    assert client.get("/me", headers=OWN).headers["location"] == "/sign-in"
    assert enter(world.client(), login).status_code == 401


def test_a_weak_password_is_refused_and_the_old_one_stays(world: World) -> None:
    client, login = world.client(), account(world)
    enter(client, login)
    for weak in ("password123", "12345678901", f"{login}{login}"):
        answer = client.post("/me/password", data={"old": PASSWORD, "new": weak}, headers=OWN)
        assert answer.status_code == 422
    assert enter(world.client(), login).status_code == 303


def test_another_password_signs_the_other_browsers_out_and_this_one_stays(world: World) -> None:
    here, there, login = world.client(), world.client(), account(world)
    enter(here, login)
    enter(there, login)
    new = "another four unlikely words"
    answer = here.post("/me/password", data={"old": PASSWORD, "new": new}, headers=OWN)
    assert answer.headers["location"] == "/me?changed"
    assert here.get("/me", headers=OWN).status_code == 200
    assert there.get("/me", headers=OWN).headers["location"] == "/sign-in"


def test_a_sign_in_is_listed_and_ended_by_its_owner(world: World) -> None:
    here, there, login = world.client(), world.client(**{"User-Agent": "Lost Phone"}), account(world)
    enter(here, login)
    enter(there, login)
    page = here.get("/me", headers=OWN)
    assert "Lost Phone" in page.text
    (digest,) = re.findall(r'name="digest" value="([0-9a-f]{64})"', page.text)
    here.post("/me/end", data={"digest": digest}, headers=OWN)
    assert there.get("/me", headers=OWN).headers["location"] == "/sign-in"
    assert here.get("/me", headers=OWN).status_code == 200


def test_ones_own_page_names_site_and_party_and_tells_the_sites_time(world: World) -> None:
    client, login, other = world.client(), f"u{uuid4().hex[:8]}", world.site_ids["OTHER"]
    with transaction(world.worker.engine) as sql:
        sql.execute("UPDATE site SET zone = 'Europe/Berlin' WHERE id = %s", (other,))
        account_id = accounts.create(sql, login, "钱卫国")
        accounts.stand(sql, account_id, other, Role.HANDLER, party="property", member=None)
        accounts.set_password(sql, accounts.by_id(sql, account_id), PASSWORD)
    enter(client, login)
    with transaction(world.worker.engine) as sql:
        sql.execute(
            "UPDATE sign_in SET created_at = '2026-01-05T12:00:00Z' WHERE account_id = %s", (account_id,)
        )
    page = client.get("/me", params={"lang": "en"}, headers=OWN).text
    assert "since Mon 5 Jan 13:00" in page
    assert "Aibo Fifth Village Community Service Station · Property management · handler" in page


def test_nobody_ends_another_accounts_sign_in(world: World) -> None:
    mine, theirs = world.client(), world.client()
    enter(mine, account(world))
    other = account(world)
    enter(theirs, other)
    with transaction(world.worker.engine) as sql:
        found = accounts.by_login(sql, other)
        assert found is not None
        row = sql.execute("SELECT digest FROM sign_in WHERE account_id = %s", (found.id,)).fetchone()
        assert row is not None
    mine.post("/me/end", data={"digest": row[0]}, headers=OWN)
    assert theirs.get("/me", headers=OWN).status_code == 200


def test_each_sign_in_has_a_secret_of_its_own_and_only_its_hash_is_kept(world: World) -> None:
    client, login = world.client(), account(world)
    first = enter(client, login).cookies["lianban"]
    second = enter(client, login).cookies["lianban"]
    assert first != second
    with transaction(world.worker.engine) as sql:
        kept = str(sql.execute("SELECT * FROM sign_in").fetchall())
    assert first not in kept
    assert second not in kept


# ── second factor ───────────────────────────────────────────────────────────────────────────────────────────


def test_a_lead_gets_nowhere_before_a_second_factor_is_set_up(world: World) -> None:
    client, login = world.client(), account(world, Role.LEAD)
    assert enter(client, login).headers["location"] == "/sign-in/enrol"
    assert client.get("/", headers=OWN).headers["location"] == "/sign-in"
    _, codes = with_second(world, client, login)
    assert client.get("/", headers=OWN).status_code == 200
    assert len(set(codes)) == 10


def test_the_second_factor_is_asked_for_and_a_code_is_taken_once(world: World) -> None:
    login = account(world, Role.LEAD)
    seed, _ = with_second(world, world.client(), login)
    client = world.client()
    assert enter(client, login).headers["location"] == "/sign-in/second"
    assert client.get("/", headers=OWN).headers["location"] == "/sign-in"
    used = pyotp.TOTP(seed).now()  # the one that confirmed the set-up
    assert client.post("/sign-in/second", data={"code": used}, headers=OWN).status_code == 401
    coming = pyotp.TOTP(seed).at(datetime.now(UTC) + timedelta(seconds=30))
    assert client.post("/sign-in/second", data={"code": coming}, headers=OWN).headers["location"] == "/"
    assert client.get("/", headers=OWN).status_code == 200


def test_a_recovery_code_stands_in_once(world: World) -> None:
    login = account(world, Role.LEAD)
    _, codes = with_second(world, world.client(), login)
    first, second = world.client(), world.client()
    for client in (first, second):
        enter(client, login)
    typed = codes[0].upper().replace("-", " ")
    assert first.post("/sign-in/second", data={"code": typed}, headers=OWN).headers["location"] == "/"
    assert second.post("/sign-in/second", data={"code": codes[0]}, headers=OWN).status_code == 401


def test_second_codes_cannot_be_tried_without_end(world: World) -> None:
    login = account(world, Role.LEAD)
    _, codes = with_second(world, world.client(), login)
    client = world.client()
    enter(client, login)
    for _ in range(5):
        client.post("/sign-in/second", data={"code": "000000"}, headers=OWN)
    assert client.post("/sign-in/second", data={"code": codes[0]}, headers=OWN).status_code == 429


def test_the_seed_is_sealed_and_recovery_codes_are_hashed(world: World) -> None:
    seed, codes = with_second(world, world.client(), account(world, Role.LEAD))
    with transaction(world.worker.engine) as sql:
        kept = str(sql.execute("SELECT * FROM account").fetchall())
        kept += str(sql.execute("SELECT * FROM recovery_code").fetchall())
    assert seed not in kept
    assert codes[0] not in kept


# ── a code over a channel ───────────────────────────────────────────────────────────────────────────────────


def test_what_runs_in_the_sender_and_in_the_pulse_sends_a_code(world: World) -> None:
    """Over the channel of the member; a second look finds nothing."""
    client, login = world.client(), account(world)
    client.post("/sign-in/code/ask", data={"login": login}, headers=OWN)
    assert (send_by(world.settings, world.worker.engine), send_by(world.settings, world.worker.engine)) == (
        1,
        0,
    )
    with transaction(world.worker.engine) as sql:
        row = sql.execute("SELECT body FROM phone WHERE stream_id = 0 ORDER BY id DESC LIMIT 1").fetchone()
    code = re.search(r"\d{6}", row[0]) if row else None
    assert code is not None
    assert client.post("/sign-in/code", data={"code": code[0]}, headers=OWN).headers["location"] == "/"


def test_a_code_over_the_members_channel_lets_its_browser_in_once(world: World) -> None:
    client, login = world.client(), account(world)
    asked = client.post("/sign-in/code/ask", data={"login": login}, headers=OWN)
    assert asked.headers["location"] == "/sign-in/code"
    code = code_on_phone(world)
    assert client.post("/sign-in/code", data={"code": code}, headers=OWN).headers["location"] == "/"
    assert client.get("/me", headers=OWN).status_code == 200


def test_a_code_is_worth_nothing_in_another_browser(world: World) -> None:
    asking, other, login = world.client(), world.client(), account(world)
    asking.post("/sign-in/code/ask", data={"login": login}, headers=OWN)
    other.post("/sign-in/code/ask", data={"login": "nobody-here"}, headers=OWN)
    code = code_on_phone(world)
    assert other.post("/sign-in/code", data={"code": code}, headers=OWN).status_code == 401
    assert asking.post("/sign-in/code", data={"code": code}, headers=OWN).headers["location"] == "/"


def test_the_sixth_code_is_refused_though_it_is_right_and_whatever_became_of_the_broker(world: World) -> None:
    client, login = world.client(), account(world)
    client.post("/sign-in/code/ask", data={"login": login}, headers=OWN)
    code = code_on_phone(world)
    wrong = f"{(int(code) + 1) % 1_000_000:06}"
    for _ in range(5):
        assert client.post("/sign-in/code", data={"code": wrong}, headers=OWN).status_code == 401
    assert client.post("/sign-in/code", data={"code": code}, headers=OWN).status_code == 401


def test_whether_there_is_an_account_cannot_be_seen_when_a_code_is_asked_for(world: World) -> None:
    known = world.client().post("/sign-in/code/ask", data={"login": account(world)}, headers=OWN)
    unknown = world.client().post("/sign-in/code/ask", data={"login": "nobody"}, headers=OWN)
    assert (known.status_code, known.headers["location"]) == (
        unknown.status_code,
        unknown.headers["location"],
    )
    code_on_phone(world)


# ── first set-up ────────────────────────────────────────────────────────────────────────────────────────────


def test_the_first_set_up_makes_an_administrator_once(world: World) -> None:
    with transaction(world.worker.engine) as sql:
        sql.execute("DELETE FROM account")
        secret = setting_up.create(sql, world.site_ids["AIBO5"])
        other = setting_up.create(sql, world.site_ids["AIBO5"])
    client, form = world.client(), {"login": "shen", "name": "沈慧珍", "password": PASSWORD}
    weak = client.post("/sign-in/set-up", data=form | {"secret": secret, "password": "123"}, headers=OWN)
    assert weak.status_code == 422
    assert 'value="沈慧珍"' in weak.text
    made = client.post("/sign-in/set-up", data=form | {"secret": secret}, headers=OWN)
    assert made.headers["location"] == "/sign-in/enrol"
    late = world.client().post("/sign-in/set-up", data=form | {"secret": other}, headers=OWN)
    assert late.status_code == 410
    with transaction(world.worker.engine) as sql:
        found = accounts.by_login(sql, "shen")
        assert found is not None
        (standing,) = accounts.standings(sql, found.id)
    assert (standing.role, standing.party) == (Role.ADMINISTRATOR, None)


# ── several sites ───────────────────────────────────────────────────────────────────────────────────────────


def test_an_account_sees_each_of_its_sites_as_what_it_stands_there(world: World) -> None:
    client, login = world.client(), account(world)
    with transaction(world.worker.engine) as sql:
        found = accounts.by_login(sql, login)
        assert found is not None
        accounts.stand(sql, found.id, world.site_ids["OTHER"], Role.OBSERVER, party="street")
    enter(client, login)
    page = client.get("/me", headers=OWN)
    assert "AIBO5" in page.text
    assert "OTHER" in page.text
