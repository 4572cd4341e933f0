"""Addresses of channels, by kind: typed fields, never a URL that somebody typed to be called as it is.

Only kinds whose refusals are told apart from deliveries are served; `tests/integration/notify_contract`
replays a refusal of each.
"""

import json
import re
from base64 import b64decode
from collections.abc import Iterator, Mapping
from typing import Annotated, ClassVar
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, ValidationError

from services.gateways import EMAIL, HOST, PORT, MailServer, SmsGateway, Token, one_word

SHORTEST_WEBHOOK_SECRET = 16
WEBHOOK_KEY = "whsec_"
"""Before a key as Standard Webhooks writes it: base64; what comes without it is the key itself."""
WEBHOOK_KEY_BYTES = range(24, 65)


class BadAddress(ValueError):
    """The channel's kind or address cannot be used; its message is a sentence without the address in it."""


class Address(BaseModel):
    """Base of all kinds: frozen, nothing unknown."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    plain: ClassVar[str | None] = None
    """The field that stands alone where an address is plain text."""
    reaches: ClassVar[tuple[str, ...]] = ("token",)
    """The fields that say what is reached, whatever else is needed to get in."""

    def destination(self) -> str:
        """What is reached; the same for all channels that lead there."""
        return json.dumps([_text(getattr(self, name)) for name in self.reaches])

    def secrets(self) -> list[str]:
        """Whatever must not turn up in words or logs: all texts of it, the longest first."""
        return sorted(set(texts(self)), key=len, reverse=True)


def _text(value: object) -> str:
    return value.get_secret_value() if isinstance(value, SecretStr) else str(value)


def texts(model: BaseModel) -> Iterator[str]:
    """All texts in it, secret or not."""
    for _, value in model:
        if isinstance(value, BaseModel):
            yield from texts(value)
        elif isinstance(value, str | SecretStr) and _text(value):
            yield _text(value)


def _number(text: str) -> str:
    """A telephone number with its country; one without is of China. Raises ValueError."""
    digits = re.sub(r"[ \-]", "", text)
    if re.fullmatch(r"1[3-9][0-9]{9}", digits):
        return f"+86{digits}"
    if re.fullmatch(r"\+[1-9][0-9]{6,14}", digits):
        return digits
    raise ValueError("write 13812345678, or a number with its country as +8613812345678")


def _anything(text: str) -> str:
    """A number that a person dials: an extension and a landline will do. Raises ValueError."""
    if not re.fullmatch(r"[+0-9][0-9 \-]{2,30}(转[0-9]{1,6})?", text):
        raise ValueError("write the number that is dialled")
    return text


def _webhook(url: str) -> str:
    """A URL without anything that is not the endpoint. Raises ValueError."""
    parts = urlsplit(url)
    if parts.scheme not in {"https", "http"} or not re.fullmatch(HOST[1:-1], parts.hostname or ""):
        raise ValueError("write https://host/path")
    if parts.username or parts.password or parts.fragment or re.search(r"[^!-~]", url):
        raise ValueError("leave out user, password, #fragment and what is not ascii")
    _ = parts.port  # read to be checked
    return url


def _long(secret: SecretStr) -> SecretStr:
    if secret.get_secret_value().startswith(WEBHOOK_KEY):
        if len(_decoded(secret)) not in WEBHOOK_KEY_BYTES:
            raise ValueError(f"write {WEBHOOK_KEY} and 24 to 64 bytes in base64")
        return secret
    if len(one_word(secret).get_secret_value()) < SHORTEST_WEBHOOK_SECRET:
        raise ValueError(f"write at least {SHORTEST_WEBHOOK_SECRET} letters and digits")
    return secret


def _decoded(secret: SecretStr) -> bytes:
    try:
        return b64decode(secret.get_secret_value().removeprefix(WEBHOOK_KEY), validate=True)
    except ValueError:
        return b""


class Email(Address):
    """E-mail; the address may be plain where the installation has a mail server of its own."""

    plain = "to"
    reaches = ("to",)

    to: str = Field(pattern=EMAIL)
    server: MailServer | None = None


class Sms(Address):
    """A text message by an approved template; plain where the installation has a gateway of its own."""

    plain = "number"
    reaches = ("number",)

    number: Annotated[str, AfterValidator(_number)]
    gateway: SmsGateway | None = None


class Webhook(Address):
    """A party's own endpoint: JSON, signed as Standard Webhooks has it, under an id that stays."""

    reaches = ("url",)

    url: Annotated[str, AfterValidator(_webhook)]
    secret: Annotated[SecretStr, AfterValidator(_long)]

    @property
    def key(self) -> bytes:
        """What signs."""
        text = self.secret.get_secret_value()
        return _decoded(self.secret) if text.startswith(WEBHOOK_KEY) else text.encode()


class Spoken(Address):
    """A person telephones and says so afterwards: 电话已告知."""

    plain = "number"
    reaches = ("number",)

    number: Annotated[str, AfterValidator(_anything)]


class DingTalk(Address):
    """钉钉 group robot; with a secret its messages are signed (加签)."""

    token: Token
    secret: Token | None = None


class WeComBot(Address):
    """企业微信 group robot, by the key of its webhook; Apprise's `wecom://` is PushPlus instead."""

    reaches = ("key",)

    key: Token


class Feishu(Address):
    """飞书 group robot; with a secret its messages are signed (签名校验)."""

    token: Token
    secret: Token | None = None


class Ntfy(Address):
    """ntfy: a topic on a server, for phones without an account."""

    reaches = ("host", "port", "topic")

    host: str = Field(pattern=HOST)
    topic: str = Field(pattern=r"^[A-Za-z0-9_\-]{1,64}$")
    port: int | None = PORT
    secure: bool = True
    token: Token | None = None


class Telegram(Address):
    """A Telegram bot that writes to a chat."""

    reaches = ("token", "chat")

    token: Token
    chat: str = Field(pattern=r"^-?[0-9]{1,20}$")


class PushPlus(Address):
    """推送加: a person's WeChat, by the token that PushPlus gave."""

    token: Token


class WxPusher(Address):
    """WxPusher: a person's WeChat, by the application's token and the person's UID."""

    reaches = ("token", "user")

    token: Token
    user: str = Field(pattern=r"^UID_[A-Za-z0-9]{1,64}$")


KINDS: Mapping[str, type[Address]] = {
    "dingtalk": DingTalk,
    "wecom_bot": WeComBot,
    "feishu": Feishu,
    "sms": Sms,
    "email": Email,
    "webhook": Webhook,
    "spoken": Spoken,
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
        raise BadAddress(
            f"The {kind} channel's {where}: {first['msg'].removeprefix('Value error, ').lower()}."
        ) from None


def _fields(model: type[Address], text: str) -> object:
    if model.plain is not None and not text.lstrip().startswith("{"):
        return {model.plain: text.strip()}
    try:
        return json.loads(text)
    except ValueError:
        return text
