"""By what e-mail and SMS leave: typed, from a channel's own address or from the settings' URL."""

from typing import Annotated, Literal, TypeVar
from urllib.parse import parse_qs, unquote, urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, ValidationError

from services.settings import PREFIX, Settings, SettingsError

HOST = r"^[A-Za-z0-9]([A-Za-z0-9.\-]{0,251}[A-Za-z0-9])?$"
EMAIL = r"^[^\s@<>\",;]{1,64}@[A-Za-z0-9.\-]{1,253}$"
PORT = Field(None, ge=1, le=65535)
M = TypeVar("M", bound=BaseModel)
_IN_TOKENS = frozenset("-_.:")


def one_word(secret: SecretStr) -> SecretStr:
    """A token as services give them. Raises ValueError for what could become part of something else."""
    text = secret.get_secret_value()
    if not text or not all(
        letter.isascii() and (letter.isalnum() or letter in _IN_TOKENS) for letter in text
    ):
        raise ValueError("write letters, digits and - _ . : alone")
    return secret


Token = Annotated[SecretStr, AfterValidator(one_word)]


class MailServer(BaseModel):
    """By which server mail leaves; the default of e-mail channels that name none."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    host: str = Field(pattern=HOST)
    sender: str = Field(pattern=EMAIL)
    port: int | None = PORT
    security: Literal["starttls", "ssl", "insecure"] = "starttls"
    user: str | None = None
    password: SecretStr | None = None


class Aliyun(BaseModel):
    """阿里云短信服务: an access key, an approved signature, and a template of code, room, what and due."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    provider: Literal["aliyun"] = "aliyun"
    key_id: Token
    key_secret: Token
    sign: str = Field(min_length=1, max_length=30)
    template: str = Field(pattern=r"^SMS_[0-9]{1,20}$")


class Tencent(BaseModel):
    """腾讯云短信: an access key, an application, and a template of {1} code {2} room {3} what {4} due."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    provider: Literal["tencent"] = "tencent"
    key_id: Token
    key_secret: Token
    app: str = Field(pattern=r"^[0-9]{1,20}$")
    sign: str = Field(min_length=1, max_length=30)
    template: str = Field(pattern=r"^[0-9]{1,20}$")
    region: str = Field("ap-guangzhou", pattern=r"^[a-z0-9\-]{1,30}$")


SmsGateway = Annotated[Aliyun | Tencent, Field(discriminator="provider")]
_PROVIDERS: dict[str, type[Aliyun | Tencent]] = {"aliyun": Aliyun, "tencent": Tencent}
_SECURITY = {"smtps": "ssl", "smtp": "starttls", "smtp+insecure": "insecure"}


def mail_server(url: SecretStr | None) -> MailServer | None:
    """The server of ``LIANBAN_SMTP_URL``. Raises SettingsError without the URL in it."""
    if url is None:
        return None
    parts = urlsplit(url.get_secret_value())
    fields = {"host": parts.hostname, "port": parts.port, "security": _SECURITY.get(parts.scheme)}
    return _typed(
        "SMTP_URL", MailServer, fields | _given(user=parts.username, password=parts.password), parts.query
    )


def sms_gateway(url: SecretStr | None) -> Aliyun | Tencent | None:
    """The gateway of ``LIANBAN_SMS_URL``. Raises SettingsError without the URL in it."""
    if url is None:
        return None
    parts = urlsplit(url.get_secret_value())
    fields = _given(key_id=parts.username, key_secret=parts.password)
    return _typed("SMS_URL", _PROVIDERS[parts.scheme], fields, parts.query)


def check_gateways(told: Settings) -> None:
    """End with a sentence where mail or SMS could not leave, before the first notice is due.

    Raises:
        SettingsError: one of the URLs cannot be used.
    """
    mail_server(told.smtp_url)
    sms_gateway(told.sms_url)


def _given(**fields: str | None) -> dict[str, object]:
    """What a URL has, as it was before it became part of one."""
    return {name: unquote(text) for name, text in fields.items() if text is not None}


def _typed(variable: str, model: type[M], fields: dict[str, object], query: str) -> M:
    more = {key: values[-1] for key, values in parse_qs(query).items()}
    try:
        return model.model_validate(fields | more)
    except ValidationError as error:
        first = error.errors(include_input=False)[0]
        where = ".".join(map(str, first["loc"]))
        raise SettingsError(f"{PREFIX}{variable}: {where}: {first['msg'].lower()}.") from None
