"""The statements that the engine issues for one order, recorded and written down as a script of pgbench.

Recorded, not written anew, so that the comparison follows every change of the engine: the same statements on
the same rows under the same role, but one order a transaction, and no decision, no JSON and no hash to make.
What differs from order to order (its number, ids that must be unique) is an expression over the number;
everything else goes along as the bytes that the engine sent.
"""

import json
import os
import re
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import psycopg
from psycopg.types.json import Jsonb

from services.store.engine import DatabaseRole
from tests.bench.servers import Bench, Broken

ORDER = ":order"
_PLACE = re.compile(r"%(?:\((\w+)\))?[sbt](?:::(\w+(?:\[\])?))?")
_SPEED = re.compile(r"tps = ([0-9.]+)")
_FAILED = re.compile(r"number of failed transactions: ([1-9][0-9]*)")


@dataclass
class Recorder(AbstractContextManager["Recorder"]):
    """Notes what every connection of this process executes, while it is entered."""

    noted: list[tuple[str, Any]] = field(default_factory=list)

    def __enter__(self) -> Self:
        self._own = psycopg.Connection.execute

        def execute(connection: Any, query: Any, params: Any = None, **more: Any) -> Any:
            self.noted.append((query if isinstance(query, str) else bytes(query).decode(), params))
            return self._own(connection, query, params, **more)

        setattr(psycopg.Connection, "execute", execute)  # noqa: B010 - for a moment, and put back
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        setattr(psycopg.Connection, "execute", self._own)  # noqa: B010


@dataclass
class Script:
    """A transaction for pgbench: its text, and the values that it refers to."""

    lines: list[str] = field(default_factory=list)
    values: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, noted: Sequence[tuple[str, Any]], unique: Mapping[str, str]) -> "Script":
        """A script of statements; `unique` are expressions for values that differ from order to order."""
        made = cls()
        for query, params in noted:
            made.lines.append(f"{made.filled(query, params, unique)};")
        return made

    def of_writes(self) -> "Script":
        """Without what is only read or locked: all that somebody needs who checks nothing."""
        kept = [line for line in self.lines if line.startswith(("INSERT", "SELECT set_config"))]
        return Script(kept, self.values)

    def write(self, file: Path) -> None:
        """Keep it for another process."""
        file.write_text(json.dumps({"lines": self.lines, "values": self.values}))

    @classmethod
    def read(cls, file: Path) -> "Script":
        """What was kept."""
        return cls(**json.loads(file.read_text()))

    def parametrised(self) -> list[tuple[str, dict[str, str]]]:
        """The statements as psycopg takes them, each with its values; `order` is left to be given."""
        made = []
        for line in self.lines:
            used = {name: value for name, value in self.values.items() if f":{name}:" in line}
            query = re.sub(r"(?<!:):(order|v[0-9]+)\b", r"%(\1)s", line.replace("%", "%%"))
            made.append((query, used))
        return made

    def filled(self, query: str, params: Any, unique: Mapping[str, str]) -> str:
        """A statement whose places are expressions over the order's number, or names of values."""
        ordered = iter(params if isinstance(params, Sequence) else ())

        def fill(found: re.Match[str]) -> str:
            value = params[found[1]] if found[1] else next(ordered)
            text = self.expression(value, found[2], unique)
            return f"{text}::{found[2]}" if found[2] else text

        return " ".join(_PLACE.sub(fill, query).replace("%%", "%").split())

    def expression(self, value: Any, cast: str | None, unique: Mapping[str, str]) -> str:
        """A value in SQL."""
        if isinstance(value, list) and any(str(one) in unique for one in value):
            return f"ARRAY[{', '.join(self.expression(one, None, unique) for one in value)}]"
        if str(value) in unique:
            return unique[str(value)]
        if value is None:
            return "NULL"
        name = f"v{len(self.values)}"
        self.values[name] = literal(value)
        return f":{name}" if cast else f":{name}::{kind_of(value)}"


_KINDS: Mapping[type, str] = {
    bool: "boolean",
    int: "bigint",
    datetime: "timestamptz",
    timedelta: "interval",
    bytes: "bytea",
    Jsonb: "jsonb",
}


def kind_of(value: Any) -> str:
    """The type of a value in PostgreSQL, where the statement does not say it."""
    if isinstance(value, list):
        return f"{kind_of(value[0])}[]"
    return _KINDS.get(type(value), "text")


def literal(value: Any) -> str:
    """A value as PostgreSQL reads it from text."""
    if isinstance(value, Jsonb):
        return json.dumps(value.obj)
    if isinstance(value, list):  # the engine's own kinds of lists have only bytes
        value = list(value)
    made = psycopg.adapt.Transformer().get_dumper(value, psycopg.adapt.PyFormat.TEXT).dump(value)
    return bytes(made or b"").decode()


def pgbench(
    bench: Bench,
    script: Script,
    *,
    clients: int,
    each: int,
    first: int,
    role: DatabaseRole = DatabaseRole.WORKER,
) -> float:
    """Transactions a second of a script: `clients` at once, `each` so many, orders numbered from `first` on.

    Raises:
        Broken: pgbench failed; what it said is in the error.
    """
    file = bench.folder / "script.sql"
    head = [f"\\set order {first} + :client_id * {each} + :done", "\\set done :done + 1"]
    file.write_text("\n".join([*head, "BEGIN;", *script.lines, "COMMIT;"]) + "\n")
    # Row-level security is in force, as for the engine.
    told = {**os.environ, "PGOPTIONS": f"-c role={role}"}
    values = [word for name, value in script.values.items() for word in ("-D", f"{name}={value}")]
    command = [
        str(bench.postgres.programs / "pgbench"),
        *("-n", "-M", "prepared", "-c", str(clients), "-j", "1", "-t", str(each), "-D", "done=0"),
        *values,
        *("-f", str(file), bench.postgres.url),
    ]
    done = subprocess.run(command, env=told, capture_output=True, text=True, check=False)
    speed = _SPEED.search(done.stdout)
    if done.returncode or speed is None or _FAILED.search(done.stdout):
        raise Broken(f"pgbench ended with {done.returncode}: {done.stderr[-800:]}")
    return float(speed[1])
