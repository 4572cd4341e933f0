"""The recorder under the same contract: what it says of a message is what is in its table."""

import pytest
from sqlalchemy import Engine

from services.notify.channels import Accepted, Recorder
from services.store.transactions import transaction
from tests.databases import empty
from tests.integration.notify_contract.lines import BODY, message


@pytest.fixture(scope="module")
def engine(migrated_url: str, worker_engine: Engine) -> Engine:
    empty(migrated_url)
    return worker_engine


def kept(engine: Engine) -> list[tuple[str, str]]:
    with transaction(engine) as sql:
        return sql.execute("SELECT address, title || E'\\n' || body FROM phone ORDER BY id").fetchall()


def test_a_delivery_is_kept_once_however_often_it_is_sent(engine: Engine) -> None:
    recorder = Recorder(engine)
    said = [recorder.send(message("recorder", "值班电话", delivery_id=1)) for _ in range(2)]
    assert said == [Accepted(), Accepted()]
    assert kept(engine) == [("值班电话", f"AIBO5-17 乒乓房 请主办\n{BODY}")]


def test_the_address_of_another_kind_is_not_kept(engine: Engine) -> None:
    Recorder(engine).send(message("sms", "13812345678", delivery_id=2))
    assert kept(engine)[-1][0] == "sms"
