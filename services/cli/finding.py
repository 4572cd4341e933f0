"""What `lianban doctor` finds: one line, how bad it is, and what to do."""

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """How bad it is; FAIL keeps something from working."""

    OK = "OK"
    WARN = "WARN"
    FAIL = "FAIL"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    level: Level
    topic: str
    told: str
    remedy: str = ""


def ok(topic: str, told: str) -> Finding:
    """It is as it should be."""
    return Finding(Level.OK, topic, told)


def warn(topic: str, told: str, remedy: str) -> Finding:
    """It works, and somebody should look at it."""
    return Finding(Level.WARN, topic, told, remedy)


def fail(topic: str, told: str, remedy: str) -> Finding:
    """It does not work."""
    return Finding(Level.FAIL, topic, told, remedy)
