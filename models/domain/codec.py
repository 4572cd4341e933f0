"""One codec for events and states: frozen dataclasses to JSON values and back.

Supported field types: str, int, bool, StrEnum, datetime (UTC), date, frozen dataclasses, ``X | None``,
``tuple[X, ...]``, ``frozenset[X]`` and ``Mapping[str, X]``. There are no floats in the domain, so that the
canonical bytes of ``ledger.canonical`` never depend on how a number is printed. Fields that are None or empty
are left out; reading gives them their default again.
"""

import types
import typing
from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from functools import lru_cache
from typing import Any, TypeVar, Union

T = TypeVar("T")
Json = dict[str, Any]
Coder = Callable[[Any], Any]


class UncodableTypeError(TypeError):
    """A field has a type that the codec does not know; use one that its module docstring lists."""


def encode(value: object) -> Json:
    """The JSON object of a dataclass instance, with only str, int, bool, list and dict inside."""
    return typing.cast("Json", _encoder_of(value.__class__)(value))


def decode(kind: type[T], image: Json) -> T:
    """The instance of `kind` that `encode` made `image` from. Unknown keys are an error (TypeError)."""
    return typing.cast("T", _decoder_of(kind)(image))


@lru_cache(1024)
def instant(value: datetime) -> str:
    """RFC 3339 text of an instant in UTC, e.g. ``2026-11-22T01:12:00.000001Z``. ValueError without a zone.

    The events of a command and the state that they leave share their few instants, so some are kept.
    """
    if value.tzinfo is None:
        raise ValueError(f"{value} has no time zone")
    utc = value if value.tzinfo is UTC else value.astimezone(UTC)
    return utc.isoformat()[:-6] + "Z"


def _as_is(value: Any) -> Any:  # noqa: ANN401 - a codec passes any JSON value through
    return value


_encoders: dict[Any, Coder] = {}
_decoders: dict[Any, Coder] = {}


def _encoder_of(kind: Any) -> Coder:  # noqa: ANN401
    """Made once a type; two threads may both make one, and either is right."""
    made = _encoders.get(kind)
    if made is None:
        made = _encoders[kind] = _encoder(kind)
    return made


def _decoder_of(kind: Any) -> Coder:  # noqa: ANN401
    made = _decoders.get(kind)
    if made is None:
        made = _decoders[kind] = _decoder(kind)
    return made


def _encoder(kind: Any) -> Coder:  # noqa: ANN401 - typing constructs have no common type
    origin, args = typing.get_origin(kind), typing.get_args(kind)
    if origin in {Union, types.UnionType}:
        return _optional(_encoder_of(_only(args)))
    if origin is tuple:
        item = _encoder_of(args[0])
        return lambda many: [item(one) for one in many]
    if origin is frozenset:
        item = _encoder_of(args[0])
        return lambda many: sorted(item(one) for one in many)
    if origin in {dict, Mapping}:
        item = _encoder_of(args[1])
        return lambda pairs: {str(key): item(one) for key, one in pairs.items()}
    if is_dataclass(kind):
        return _dataclass_encoder(kind)
    return _plain_encoder(kind)


def _plain_encoder(kind: Any) -> Coder:  # noqa: ANN401
    if kind is datetime:
        return instant
    if kind is date:
        return lambda value: typing.cast("date", value).isoformat()
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return lambda value: value.value
    if kind in {str, int, bool}:
        return _as_is
    raise UncodableTypeError(kind)


def _dataclass_encoder(kind: Any) -> Coder:  # noqa: ANN401
    hints = typing.get_type_hints(kind)
    names = [field.name for field in fields(kind)]
    parts = [_encoder_of(hints[name]) for name in names]

    # Written out, as `dataclasses` does with `__init__`: a loop over the fields took half as long again.
    scope: dict[str, Any] = {f"part_{name}": part for name, part in zip(names, parts, strict=True)}
    lines = "".join(_written_out(name, part) for name, part in zip(names, parts, strict=True))
    scope["emptyable"] = _EMPTYABLE
    exec(f"def encode_fields(value):\n    image = {{}}\n{lines}    return image\n", scope)  # noqa: S102 - fixed names
    made: Coder = scope["encode_fields"]
    return made


def _written_out(name: str, part: Coder) -> str:
    """How one field is encoded: None and what is empty are left out."""
    held = f"    held = value.{name}\n"
    if part is _as_is:
        return f"{held}    if held is not None:\n        image[{name!r}] = held\n"
    told = "held is not None and (held or held.__class__ not in emptyable)"
    return f"{held}    if {told}:\n        image[{name!r}] = part_{name}(held)\n"


_EMPTYABLE: set[Any] = {tuple, dict, frozenset, types.MappingProxyType}


def _decoder(kind: Any) -> Coder:  # noqa: ANN401
    origin, args = typing.get_origin(kind), typing.get_args(kind)
    if origin in {Union, types.UnionType}:
        return _optional(_decoder_of(_only(args)))
    if origin is tuple:
        item = _decoder_of(args[0])
        return lambda many: tuple(item(one) for one in many)
    if origin is frozenset:
        item = _decoder_of(args[0])
        return lambda many: frozenset(item(one) for one in many)
    if origin in {dict, Mapping}:
        item = _decoder_of(args[1])
        return lambda pairs: {key: item(one) for key, one in pairs.items()}
    if is_dataclass(kind):
        return _dataclass_decoder(kind)
    return _plain_decoder(kind)


def _plain_decoder(kind: Any) -> Coder:  # noqa: ANN401
    if kind is datetime:
        return datetime.fromisoformat
    if kind is date:
        return date.fromisoformat
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return kind
    if kind in {str, int, bool}:
        return _as_is
    raise UncodableTypeError(kind)


def _dataclass_decoder(kind: Any) -> Coder:  # noqa: ANN401
    hints = typing.get_type_hints(kind)
    parts = {field.name: _decoder_of(hints[field.name]) for field in fields(kind)}
    empties: list[tuple[str, Callable[[], Any]]] = []
    for field in fields(kind):
        make = _empty(hints[field.name])
        if make is not None and field.default is MISSING and field.default_factory is MISSING:
            empties.append((field.name, make))

    def decode_fields(image: Json) -> object:
        values = {name: parts[name](held) for name, held in image.items()}
        for name, make in empties:
            if name not in values:
                values[name] = make()
        return kind(**values)

    return decode_fields


def _empty(hint: Any) -> Callable[[], Any] | None:  # noqa: ANN401
    """What a left-out field without a default meant: the empty container, or None."""
    origin = typing.get_origin(hint)
    if origin in {Union, types.UnionType}:
        return lambda: None
    if origin in {dict, Mapping}:
        return dict
    return origin if origin in {tuple, frozenset} else None


def _only(args: tuple[Any, ...]) -> Any:  # noqa: ANN401
    real = [arg for arg in args if arg is not type(None)]
    if len(real) != 1:
        raise UncodableTypeError(args)
    return real[0]


def _optional(inner: Coder) -> Coder:
    if inner is _as_is:
        return _as_is
    return lambda value: None if value is None else inner(value)
