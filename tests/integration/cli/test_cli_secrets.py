"""`lianban secrets rotate` and channels as they lie in the database."""

import json
from dataclasses import dataclass
from pathlib import Path

import pytest

from services.execute import Shop
from services.notify.channels import Accepted, Message
from services.notify.outside import Outside
from services.notify.outside_wire import Wire
from services.secrets import is_sealed, ring, ring_of
from services.settings import Settings, settings
from services.store.transactions import transaction
from tests.databases import AIBO
from tests.integration.cli.conftest import Cli
from tests.integration.notify_contract.far_end import Far, Http, serving

CANARY = "c4n4ryc4n4ryc4n4ryc4n4ry"
OLD, NEW = "old" * 11, "new" * 11
CHANNELS = f"""
[[channel]]
party = "committee"
kind = "dingtalk"
address = {{ token = "{CANARY}", secret = "SEC1" }}

[[channel]]
party = "property"
kind = "dingtalk"
address = {{ token = "{CANARY}" }}

[[channel]]
member = "tang-ayong"
kind = "sms"
address = "13812345678"
"""


@dataclass
class Rows:
    shop: Shop

    def all(self) -> list[tuple[int, int, str, str, str]]:
        with transaction(self.shop.engine) as sql:
            return sql.execute(
                "SELECT site_id, id, kind, address, endpoint FROM channel WHERE kind <> 'recorder'"
                " ORDER BY id"
            ).fetchall()


@pytest.fixture
def rows(shop: Shop, environment: pytest.MonkeyPatch) -> Rows:
    with_keys(environment, OLD)
    return Rows(shop)


def with_keys(environment: pytest.MonkeyPatch, *keys: str) -> Settings:
    environment.setenv("LIANBAN_SECRET_KEYS", ",".join(keys))
    settings.cache_clear()
    ring.cache_clear()
    return settings()


def load(cli: Cli, folder: Path, channels: str, code: int = 0) -> str:
    site = (AIBO / "site.toml").read_text(encoding="utf-8")
    (folder / "site.toml").write_text(site + channels, encoding="utf-8")
    for name in ("playbook.toml", "floorplan.svg"):
        (folder / name).write_text((AIBO / name).read_text(encoding="utf-8"), encoding="utf-8")
    return cli("load", str(folder), code=code).output


def test_what_a_sites_file_names_lies_sealed_in_the_database(cli: Cli, rows: Rows, tmp_path: Path) -> None:
    said = load(cli, tmp_path, CHANNELS)
    kept = rows.all()
    assert [is_sealed(row[3]) for row in kept] == [True] * 3
    assert not any(secret in said + str(kept) for secret in (CANARY, "SEC1", "13812345678"))


def test_channels_of_one_robot_are_one_endpoint(cli: Cli, rows: Rows, tmp_path: Path) -> None:
    load(cli, tmp_path, CHANNELS)
    robot, same, phone = (row[4] for row in rows.all())
    assert robot == same != phone


def test_recorders_are_endpoints_of_their_own_and_stay_labels(cli: Cli, shop: Shop, tmp_path: Path) -> None:
    load(cli, tmp_path, "")
    with transaction(shop.engine) as sql:
        kept = sql.execute("SELECT endpoint, address FROM channel").fetchall()
    assert len({row[0] for row in kept}) == len(kept)
    assert not any(is_sealed(row[1]) for row in kept)


def test_a_channel_that_cannot_be_used_adds_nothing(cli: Cli, rows: Rows, tmp_path: Path) -> None:
    bad = f'\n[[channel]]\nparty = "committee"\nkind = "dingtalk"\naddress = {{ tokn = "{CANARY}" }}\n'
    said = load(cli, tmp_path, bad, code=1)
    assert "of committee: The dingtalk channel's token: field required." in " ".join(said.split())
    assert CANARY not in said
    assert rows.all() == []


def test_rotating_seals_all_anew_and_the_old_key_can_go(
    cli: Cli, rows: Rows, tmp_path: Path, environment: pytest.MonkeyPatch
) -> None:
    load(cli, tmp_path, CHANNELS)
    before = rows.all()
    with_keys(environment, NEW, OLD)
    cli("secrets", "rotate")
    keys = ring_of(with_keys(environment, NEW))
    after = rows.all()
    assert {row[3].split(":")[2] for row in after} == {keys.newest}
    assert [row[4] for row in after] == [row[4] for row in before]
    first = after[0]
    assert json.loads(keys.open(first[3], f"channel {first[0]} {first[1]}"))["token"] == CANARY


def test_rotating_without_the_key_that_sealed_changes_nothing(
    cli: Cli, rows: Rows, tmp_path: Path, environment: pytest.MonkeyPatch
) -> None:
    load(cli, tmp_path, CHANNELS)
    before = rows.all()
    with_keys(environment, NEW)
    said = " ".join(cli("secrets", "rotate", code=1).output.split())
    assert "nothing was changed" in said
    assert rows.all() == before


def test_rotating_seals_addresses_that_lie_plain_from_before(cli: Cli, rows: Rows, tmp_path: Path) -> None:
    load(cli, tmp_path, CHANNELS)
    with transaction(rows.shop.engine) as sql:
        sql.execute("UPDATE channel SET address = '13812345678', endpoint = 'x' WHERE kind = 'sms'")
    cli("secrets", "rotate")
    last = rows.all()[-1]
    assert is_sealed(last[3])
    assert last[4] != "x"


def test_a_sealed_address_is_opened_for_its_own_row_alone(cli: Cli, rows: Rows, tmp_path: Path) -> None:
    far = Far(204)
    with serving(Http, far) as port:
        url = f"http://127.0.0.1:{port}/hook"
        fields = f'{{ url = "{url}", secret = "{CANARY}" }}'
        load(cli, tmp_path, f'\n[[channel]]\nparty = "committee"\nkind = "webhook"\naddress = {fields}\n')
        site_id, channel_id, kind, address, _ = rows.all()[0]
        outside = Outside(ring(), wire=Wire(2.0, private=True))
        said = [
            outside.send(
                Message(
                    *(1, site_id, 1, "committee", None, kind, address, "zh", ("x",), "t", "b"), channel_id=one
                )
            )
            for one in (channel_id, channel_id + 1, None)
        ]
    assert said[0] == Accepted()
    assert len(far.got) == 1
    assert all("cannot be opened" in getattr(one, "words", "") for one in said[1:])
