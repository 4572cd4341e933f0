"""Column types that several tables share, and the one metadata of the schema."""

from typing import Any

from sqlalchemy import ARRAY, BigInteger, Column, DateTime, Integer, LargeBinary, String
from sqlalchemy.dialects.postgresql import JSONB


def instant(*, null: bool = False, **more: Any) -> Column[Any]:  # noqa: ANN401 - Column's own keywords
    """An instant, kept with its time zone."""
    return Column(DateTime(timezone=True), nullable=null, **more)


def words(*, null: bool = False) -> Column[Any]:
    """A list of codes."""
    return Column(ARRAY(String), nullable=null)


def json(*, null: bool = False) -> Column[Any]:
    """A JSON object."""
    return Column(JSONB, nullable=null)


def big(*, null: bool = False, key: bool = False) -> Column[Any]:
    """A 64-bit whole number."""
    return Column(BigInteger, nullable=null, primary_key=key, autoincrement=False)


def small(*, null: bool = False, key: bool = False) -> Column[Any]:
    """A 32-bit whole number."""
    return Column(Integer, nullable=null, primary_key=key, autoincrement=False)


def raw(*, null: bool = False, **more: Any) -> Column[Any]:  # noqa: ANN401
    """Bytes: hashes, keys, canonical payloads."""
    return Column(LargeBinary, nullable=null, **more)
