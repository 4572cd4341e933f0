"""Addresses of channels, by kind: typed fields, never a URL that somebody typed.

Only kinds whose refusals Apprise reads truthfully are served. Where a service answers HTTP 200 with an
error code in the body (DingTalk, WeCom bot, Feishu, Lark, ServerChan, Bark), Apprise takes that for sent.
"""

import json
from collections.abc import Mapping
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError

_HOST = r"^[A-Za-z0-9]([A-Za-z0-9.\-]{0,251}[A-Za-z0-9])?$"
_EMAIL = r"^[^\s@<>\",;]{1,64}@[A-Za-z0-9.\-]{1,253}$"
_PORT = Field(None, ge=1, le=65535)


class BadAddress(ValueError):
    """The channel's kind or address cannot be used; its message is a sentence without the address in it."""


class Address(BaseModel):
    """Base of all kinds: frozen, nothing unknown."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class MailServer(BaseModel):
    """By which server mail leaves; the default of e-mail channels that name none."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    host: str = Field(pattern=_HOST)
    sender: str = Field(pattern=_EMAIL)
    port: int | None = _PORT
    security: Literal["starttls", "ssl", "insecure"] = "starttls"
    user: str | None = None
    password: SecretStr | None = None


class Email(Address):
    """E-mail; the address may be plain where the installation has a mail server of its own."""

    to: str = Field(pattern=_EMAIL)
    server: MailServer | None = None


class Service(Address):
    """A service that Apprise reaches by HTTP."""

    def built(self) -> Mapping[str, Any]:
        """The typed parts from which Apprise makes its plugin."""
        raise NotImplementedError

    def secrets(self) -> list[str]:
        """Whatever must not turn up in words or logs: all texts of it."""
        held = (
            value.get_secret_value() if isinstance(value, SecretStr) else value
            for value in (getattr(self, name) for name in type(self).model_fields)
        )
        return sorted((one for one in held if isinstance(one, str) and one), key=len, reverse=True)


class Ntfy(Service):
    """ntfy: a topic on a server, for phones without an account."""

    host: str = Field(pattern=_HOST)
    topic: str = Field(pattern=r"^[A-Za-z0-9_\-]{1,64}$")
    port: int | None = _PORT
    secure: bool = True
    token: SecretStr | None = None

    def built(self) -> Mapping[str, Any]:
        """See Service."""
        parts = {
            "schema": "ntfys" if self.secure else "ntfy",
            "mode": "private",
            "host": self.host,
            "port": self.port,
            "targets": [self.topic],
        }
        if self.token is not None:
            parts |= {"token": self.token.get_secret_value(), "auth": "token"}
        return parts


class Telegram(Service):
    """A Telegram bot that writes to a chat."""

    token: SecretStr
    chat: str = Field(pattern=r"^-?[0-9]{1,20}$")

    def built(self) -> Mapping[str, Any]:
        """See Service."""
        token = self.token.get_secret_value()
        return {"schema": "tgram", "bot_token": token, "targets": [self.chat], "detect_owner": False}


class PushPlus(Service):
    """推送加: a person's WeChat, by the token that PushPlus gave."""

    token: SecretStr

    def built(self) -> Mapping[str, Any]:
        """See Service."""
        return {"schema": "pushplus", "token": self.token.get_secret_value()}


class WxPusher(Service):
    """WxPusher: a person's WeChat, by the application's token and the person's UID."""

    token: SecretStr
    user: str = Field(pattern=r"^UID_[A-Za-z0-9]{1,64}$")

    def built(self) -> Mapping[str, Any]:
        """See Service."""
        return {"schema": "wxpusher", "token": self.token.get_secret_value(), "targets": [self.user]}


KINDS: Mapping[str, type[Address]] = {
    "email": Email,
    "ntfy": Ntfy,
    "telegram": Telegram,
    "pushplus": PushPlus,
    "wxpusher": WxPusher,
}
"""The kinds of channels that go outside."""


def parse_address(kind: str, text: str) -> Address:
    """The typed address of a channel: a JSON object, or plain where one text says it all.

    Raises:
        BadAddress: the kind is not served, or a field is missing, unknown or malformed.
    """
    model = KINDS.get(kind)
    if model is None:
        raise BadAddress(
            f"Channels of the kind {kind!r} are not served, since a refusal there could not be told from a"
            f" delivery. Use recorder, {', '.join(KINDS)}."
        )
    try:
        return model.model_validate(_fields(model, text))
    except ValidationError as error:
        first = error.errors(include_input=False)[0]
        where = ".".join(map(str, first["loc"])) or "address"
        raise BadAddress(f"The {kind} channel's {where}: {first['msg'].lower()}.") from None


def _fields(model: type[Address], text: str) -> object:
    if model is Email and not text.lstrip().startswith("{"):
        return {"to": text.strip()}
    try:
        return json.loads(text)
    except ValueError:
        return text
