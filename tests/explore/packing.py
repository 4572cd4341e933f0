"""States as bytes, to wait in the frontier and to be handed between processes."""

import copyreg
import io
import pickle
from collections.abc import Callable
from dataclasses import fields
from operator import attrgetter
from typing import Any

from models.domain.orders import state
from models.domain.streams import TextRef
from tests.explore.expand import Node


def _reducer(kind: type[Any]) -> Callable[[Any], tuple[type[Any], tuple[Any, ...]]]:
    values = attrgetter(*(field.name for field in fields(kind)))
    return lambda one: (kind, values(one))


# What dataclasses with slots do by themselves takes twice as long.
_KINDS: tuple[type[Any], ...] = (
    state.Order,
    state.Assignment,
    state.Deadline,
    state.NextStep,
    state.Request,
    state.Plan,
    state.PlaybookPin,
    state.Reporter,
    state.OutsideNumber,
    TextRef,
)
_TABLE = copyreg.dispatch_table | {kind: _reducer(kind) for kind in _KINDS}


def packed(node: Node) -> bytes:
    """A node as bytes."""
    image = io.BytesIO()
    pickler = pickle.Pickler(image)
    pickler.dispatch_table = _TABLE
    pickler.dump(tuple(node))
    return image.getvalue()


def unpacked(image: bytes) -> Node:
    """The node again."""
    return Node(*pickle.loads(image))
