"""Boston's format, and files made of a few rows of it."""

import csv
import io
from collections.abc import Callable
from pathlib import Path

import pytest

from services.replay.municipal.format import Format, find_format
from services.replay.municipal.rows import Reading, read_rows

FORMATS = Path(__file__).resolve().parents[3] / "deploy" / "formats"
COLUMNS = (
    *("case_enquiry_id", "open_dt", "target_dt", "closed_dt", "ontime", "case_status", "closure_reason"),
    *("case_title", "subject", "reason", "type", "queue", "department", "location", "neighborhood"),
    *("latitude", "longitude", "source"),
)
PLAIN = {
    "case_enquiry_id": "1",
    "open_dt": "2011-07-05 09:00:00",
    "target_dt": "2011-07-12 09:00:00",
    "closed_dt": "2011-07-06 10:30:00",
    "ontime": "ONTIME",
    "case_title": "Rodent Activity",
    "reason": "Housing",
    "type": "Bed Bugs",
    "department": "ISD",
    "neighborhood": "Dorchester",
}


@pytest.fixture(scope="session")
def boston() -> Format:
    return find_format(FORMATS, "boston311")


def file_of(*changes: dict[str, str]) -> bytes:
    """A file with one row for each set of cells that differ from a plain row."""
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    writer.writeheader()
    for number, one in enumerate(changes, start=1):
        writer.writerow(dict.fromkeys(COLUMNS, "") | PLAIN | {"case_enquiry_id": str(number)} | one)
    return text.getvalue().encode()


@pytest.fixture
def read(boston: Format) -> Callable[..., Reading]:
    return lambda *changes: read_rows(file_of(*changes), boston)
