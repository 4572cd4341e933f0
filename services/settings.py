"""Everything that a process is told from outside, read once from `LIANBAN_*`."""

import json
import os
import secrets
import stat
from collections.abc import Mapping
from functools import cache
from hashlib import sha256
from ipaddress import ip_network
from pathlib import Path
from typing import Literal, Self
from urllib.parse import quote, urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError

PREFIX = "LIANBAN_"
MARK = "LIANBAN_SUPERVISED_BY"
"""No setting: the data folder, in every process that `up` starts, and inherited by their children."""
LOCAL = frozenset({"localhost", "127.0.0.1", "::1", "0.0.0.0"})  # noqa: S104 - recognised, not listened on
"""Hosts that are this machine alone, whoever asks."""
SHORTEST_SECRET = 32
# sun_path holds 108 bytes with its closing zero; PostgreSQL's socket is the longer of the two names.
LONGEST_SOCKET = 107
POSTGRES_SOCKET = ".s.PGSQL.5432"
VALKEY_SOCKET = "valkey.sock"
CHECKOUT = Path(__file__).resolve().parents[1]


class SettingsError(Exception):
    """The environment holds a setting that lianban cannot run with; the message names the variable."""


class Settings(BaseModel):
    """The settings of a process; each field is the variable `LIANBAN_` + its name in capitals."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    env: Literal["development", "production", "test"] = Field(
        "development",
        description="What runs here. Outside development and test an unsafe default refuses to start.",
    )
    data: Path = Field(
        description="Folder of everything kept on this machine: embedded database, photos, keys, logs. "
        "Default: var/ of the checkout, else ~/.local/share/lianban, or /var/lib/lianban for root.",
    )
    host: str = Field("127.0.0.1", description="Address that the web server listens on; 0.0.0.0 for all.")
    port: int = Field(8000, ge=1, le=65535, description="Port that the web server listens on.")
    public_url: str = Field(
        description="Address under which people reach the pages; links, posters and notices carry it. "
        "Default in development: http://HOST:PORT.",
    )
    database_url: str = Field(
        repr=False,
        description="PostgreSQL 16 or newer: postgresql://user:password@host:port/name. The user needs "
        "CREATEROLE for migrations. Default: the embedded server in the data folder.",
    )
    redis_url: str = Field(
        repr=False,
        description="Valkey or Redis: redis://, rediss:// or unix://. Use a database number of its own. "
        "Default: the embedded server in the data folder.",
    )
    secret_key: SecretStr | None = Field(
        None,
        description="Signs sign-in links, cursors and commitments; at least 32 characters, kept secret and "
        "never changed. Default in development: made once, in the data folder's secret.key.",
    )
    secret_keys: SecretStr | None = Field(
        None,
        description="Seal the addresses of channels: the newest first, then older ones that still open, with "
        "commas between, each of at least 32 characters. `./lianban secrets rotate` seals all with the "
        "newest. Default: derived from LIANBAN_SECRET_KEY.",
    )
    ledger_key: SecretStr | None = Field(
        None,
        description="Signs the ledger's checkpoints; at least 32 characters, the same on every machine that "
        "shares a database. Default: made once, in the data folder's ledger.key.",
    )
    oidc: SecretStr | None = Field(
        None,
        description="The organisation's own sign-in service (OpenID Connect), a JSON object: name, issuer, "
        "client_id, client_secret. Who signs in by it needs an account here with the same e-mail address.",
    )
    smtp_url: SecretStr | None = Field(
        None,
        description="Mail server for channels that are a plain e-mail address: smtps://user:password@host:465"
        "?sender=lianban@example.org, or smtp:// for STARTTLS. What is not a letter or digit is written %XX.",
    )
    sms_url: SecretStr | None = Field(
        None,
        description="SMS gateway for channels that are a plain number: aliyun://KEY_ID:KEY_SECRET@/"
        "?sign=NAME&template=SMS_1, or tencent://SECRET_ID:SECRET_KEY@/?app=1400000000&sign=NAME&template=1. "
        "The template's parameters are code, room, what and due, in this order.",
    )
    private_addresses: bool = Field(
        default=False,
        description="Whether webhooks and services may lie at private or loopback addresses, and webhooks "
        "without TLS: a way into the network of this machine for whoever names a channel.",
    )
    photos: str | None = Field(
        None,
        description="Bucket where photos are kept, s3://bucket/prefix, if not in the data folder. Needs "
        "LIANBAN_S3_ENDPOINT, LIANBAN_S3_KEY_ID and LIANBAN_S3_SECRET.",
    )
    s3_endpoint: str | None = Field(
        None,
        description="Address of the S3 service of LIANBAN_PHOTOS; with the bucket before the host's name "
        "where the service wants it so.",
    )
    s3_region: str = Field("us-east-1", description="Region that requests to the S3 service are signed for.")
    s3_key_id: str | None = Field(
        None, description="Access key that may read and write the bucket of LIANBAN_PHOTOS."
    )
    s3_secret: SecretStr | None = Field(None, description="The secret of LIANBAN_S3_KEY_ID.")
    alerts: SecretStr | None = Field(
        None,
        description="Channels over which the operator is told what is wrong: a JSON list of kinds with "
        "their fields. Default: none; `./lianban doctor` and /metrics show it all the same.",
    )
    security_contact: str | None = Field(
        None,
        pattern=r"^(mailto:|https://|tel:)[!-~]+$",
        description="Whom to tell of a weakness, in /.well-known/security.txt: mailto:security@example.org, "
        "an https:// page or tel:. Default: none, and no such file.",
    )
    proxies: str = Field(
        "",
        description="Addresses and networks, with commas between, of the proxies in front: what they say of "
        "the caller's address and scheme (X-Forwarded-For, X-Forwarded-Proto) holds, and nobody else's word. "
        "Default: none. Behind a proxy that is not named all people share one address, and its limits.",
    )
    requests_per_address: int = Field(
        100,
        ge=1,
        le=1_000_000,
        description="Requests a second that one address may go on sending to one web process, ten seconds' "
        "worth of them at once. More are answered 429.",
    )
    requests_per_caller: int = Field(
        50,
        ge=1,
        le=1_000_000,
        description="The same for one token or one signed-in browser, wherever it calls from.",
    )
    engine_processes: int = Field(
        2,
        ge=1,
        le=64,
        description="Processes of a worker that route and let timers fire; more than the machine has cores"
        " gain nothing.",
    )
    query_seconds: int = Field(
        10,
        ge=1,
        le=30,
        description="Seconds that one statement of a web request may take in the database.",
    )
    contact_days: int = Field(
        180,
        ge=1,
        le=3650,
        description="Days after an order's end for which the reporter's name and telephone number are kept; "
        "then they are erased by themselves.",
    )
    database_pool: int = Field(
        5, ge=1, le=50, description="Connections to PostgreSQL that one process keeps at most."
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="The least important lines that are still logged."
    )
    log_format: Literal["text", "json"] = Field(
        "text", description="How log lines look: text for people, json for machines."
    )
    embedded_postgres: bool = Field(
        exclude=True, description="Not a variable: no LIANBAN_DATABASE_URL is set."
    )
    embedded_valkey: bool = Field(exclude=True, description="Not a variable: no LIANBAN_REDIS_URL is set.")

    @property
    def broker_url(self) -> str:
        """`redis_url` as Celery spells it: a Unix socket is `redis+socket://` there."""
        scheme, rest = self.redis_url.split("://", 1)
        if scheme != "unix":
            return self.redis_url
        path, _, query = rest.partition("?")
        number = dict(pair.partition("=")[::2] for pair in query.split("&")).get("db", "0")
        return f"redis+socket://{path}?virtual_host={number}"

    def secret(self) -> str:
        """`secret_key`; in development the one that the data folder keeps, made at the first call."""
        if self.secret_key is not None:
            return self.secret_key.get_secret_value()
        return kept_secret(self.data / "secret.key")

    @property
    def trusted_proxies(self) -> list[str]:
        """`proxies`, one by one."""
        return [one for one in self.proxies.replace(" ", "").split(",") if one]

    @property
    def is_local(self) -> bool:
        """Whether `public_url` is this machine alone: posters and links would lead nowhere."""
        return urlsplit(self.public_url).hostname in LOCAL

    @property
    def is_production(self) -> bool:
        """Whether real people depend on this process."""
        return self.env == "production"

    @classmethod
    def read(cls, environ: Mapping[str, str]) -> Self:
        """The settings in an environment.

        Raises:
            SettingsError: a value cannot be used, or an unsafe default would be used in production.
        """
        given = {
            name: value for name in variables() if (value := environ.get(PREFIX + name.upper(), "").strip())
        }
        if given.get("env") == "production":
            refuse_unsafe_defaults(given)
        check_urls(given)
        check_bucket(given)
        if "public_url" in given:
            given["public_url"] = given["public_url"].rstrip("/")
        values: dict[str, object] = {**defaults(given), **given}
        try:
            return cls.model_validate(values)
        except ValidationError as error:
            first = error.errors()[0]
            name = PREFIX + str(first["loc"][0]).upper()
            raise SettingsError(f"{name} is {first['input']!r}: {first['msg'].lower()}.") from None


def variables() -> tuple[str, ...]:
    """The fields that an environment may set."""
    return tuple(name for name, field in Settings.model_fields.items() if not field.exclude)


@cache
def settings() -> Settings:
    """The settings of this process, read once."""
    return Settings.read(os.environ)


def refuse_unsafe_defaults(given: Mapping[str, str]) -> None:
    """End with a sentence where production would run on a default made for development."""
    for name, why in (
        (
            "secret_key",
            "a key made on the spot would make all links and commitments worthless on the next machine",
        ),
        ("public_url", "links in notices would lead nowhere"),
        ("data", "photos and keys need a folder that is backed up"),
    ):
        if name not in given:
            raise SettingsError(f"Set {PREFIX}{name.upper()}: in production {why}.")
    if urlsplit(given["public_url"]).hostname in LOCAL:
        raise SettingsError(
            f"Set {PREFIX}PUBLIC_URL to the address that people use, not to this machine's own."
        )
    if given["public_url"].lower().startswith("http://"):
        raise SettingsError(f"{PREFIX}PUBLIC_URL must be https: sign-ins would go over the net in the clear.")


def check_urls(given: Mapping[str, str]) -> None:
    """End with a sentence where an address has a scheme that is not spoken, or a secret is too short."""
    for name, schemes in (
        ("database_url", ("postgresql", "postgres", "postgresql+psycopg")),
        ("redis_url", ("redis", "rediss", "unix")),
        ("public_url", ("https", "http")),
        ("smtp_url", ("smtps", "smtp", "smtp+insecure")),
        ("sms_url", ("aliyun", "tencent")),
    ):
        if name in given:
            check_url(PREFIX + name.upper(), given[name], schemes)
    if len(given.get("secret_key", "x" * SHORTEST_SECRET)) < SHORTEST_SECRET:
        raise SettingsError(f"{PREFIX}SECRET_KEY must have at least {SHORTEST_SECRET} characters.")
    if any(len(one.strip()) < SHORTEST_SECRET for one in given.get("secret_keys", "x" * 32).split(",")):
        raise SettingsError(f"{PREFIX}SECRET_KEYS must have at least {SHORTEST_SECRET} characters each.")
    check_alerts(given.get("alerts", "[]"))
    check_proxies(given.get("proxies", ""))


def check_bucket(given: Mapping[str, str]) -> None:
    """End with a sentence where photos shall lie in a bucket that cannot be reached with what is told."""
    if "photos" not in given:
        return
    place = urlsplit(given["photos"])
    if place.scheme != "s3" or not place.netloc or place.query or place.fragment:
        raise SettingsError(f"{PREFIX}PHOTOS must be like s3://bucket/prefix.")
    for name in ("s3_endpoint", "s3_key_id", "s3_secret"):
        if name not in given:
            raise SettingsError(f"Set {PREFIX}{name.upper()}: {PREFIX}PHOTOS names a bucket.")
    check_url(f"{PREFIX}S3_ENDPOINT", given["s3_endpoint"], ("https", "http"))


def check_alerts(text: str) -> None:
    """End with a sentence where the operator's channels are no list of channels; it does not repeat them."""
    try:
        found = json.loads(text)
    except ValueError:
        found = None
    if not isinstance(found, list) or not all(isinstance(one, dict) and "kind" in one for one in found):
        raise SettingsError(f'{PREFIX}ALERTS must be a JSON list such as [{{"kind": "email", "to": "…"}}].')


def check_proxies(text: str) -> None:
    """End with a sentence where what is to be believed is no list of networks, or is everybody."""
    for one in filter(None, text.replace(" ", "").split(",")):
        try:
            everybody = ip_network(one).prefixlen == 0
        except ValueError as error:
            raise SettingsError(f"{PREFIX}PROXIES must be addresses or networks: {error}.") from None
        if everybody:
            raise SettingsError(f"{PREFIX}PROXIES names everybody: then anybody may say who he is.")


def check_url(name: str, url: str, schemes: tuple[str, ...]) -> None:
    """End with a sentence where an address cannot be one; it may hold a password and is not repeated."""
    try:
        parts = urlsplit(url)
        _ = parts.port  # read to be checked
    except ValueError as error:
        raise SettingsError(f"{name} is no address: {str(error).lower()}.") from None
    if parts.scheme not in schemes:
        raise SettingsError(f"{name} must start with {schemes[0]}://.")
    if parts.scheme in {"http", "https"} and (not parts.hostname or parts.query or parts.fragment):
        raise SettingsError(f"{name} must be like https://lianban.example.org, with nothing after it.")


def unknown(environ: Mapping[str, str]) -> list[str]:
    """The variables of an environment that look like settings and are none: misspelt, as a rule."""
    known = {MARK, *(PREFIX + name.upper() for name in variables())}
    return sorted(name for name in environ if name.startswith(PREFIX) and name not in known)


def defaults(given: Mapping[str, str]) -> dict[str, object]:
    """What a process uses where it is told nothing, and the derived flags."""
    data = Path(given["data"]).expanduser().absolute() if "data" in given else default_data()
    sockets = socket_folder(data)
    return {
        "data": data,
        "public_url": f"http://{dialled(given.get('host', '127.0.0.1'))}:{given.get('port', '8000')}",
        "database_url": f"postgresql://lianban@/lianban?host={quote(str(sockets), safe='')}",
        "redis_url": f"unix://{quote(str(sockets / VALKEY_SOCKET))}?db=0",
        "embedded_postgres": "database_url" not in given,
        "embedded_valkey": "redis_url" not in given,
    }


def dialled(host: str) -> str:
    """The host to call on this machine for an address that is listened on, as it stands in a URL."""
    if host in {"0.0.0.0", "::"}:  # noqa: S104 - recognised, not listened on
        return "127.0.0.1"
    return f"[{host}]" if ":" in host else host


def default_data() -> Path:
    """The data folder of a process that is not told one."""
    if (CHECKOUT / "pyproject.toml").is_file():
        if os.geteuid() != 0 or is_open_to_all(CHECKOUT):
            return CHECKOUT / "var"
    elif os.geteuid() != 0:
        return Path.home() / ".local" / "share" / "lianban"
    # As root the embedded servers run as `nobody`, who cannot get into /root and the like.
    return Path("/var/lib/lianban")


def is_open_to_all(folder: Path) -> bool:
    """Whether every user may pass through a folder and all those above it."""
    return all(path.stat().st_mode & stat.S_IXOTH for path in (folder, *folder.parents))


def socket_folder(data: Path) -> Path:
    """Where the embedded servers' sockets lie: in the data folder, or in /tmp where its path is too long."""
    near = data / "run"
    if len(os.fsencode(near / POSTGRES_SOCKET)) <= LONGEST_SOCKET:
        return near
    name = sha256(os.fsencode(data)).hexdigest()[:16]
    return Path(f"/tmp/lianban-{name}")  # noqa: S108 - made with mode 0700, refused when another's


def make_data_folder(data: Path) -> None:
    """Make the data folder and those above it where they are missing; what exists is left as it is.

    Root's can be passed through by all (not listed), since the embedded servers run as `nobody`.
    """
    mode = 0o711 if os.geteuid() == 0 else 0o700
    for folder in (*reversed(data.parents), data):
        if not folder.is_dir():
            folder.mkdir(exist_ok=True)
            folder.chmod(mode)  # whatever the umask says


def kept_secret(file: Path) -> str:
    """The secret in a file that only its owner reads; made at the first call, once however many call."""
    if not file.exists():
        make_data_folder(file.parent)
        draft = file.with_name(f".{file.name}.{os.getpid()}")
        draft.touch(mode=0o600)
        draft.write_text(secrets.token_urlsafe(48))
        try:
            # A link, unlike a rename, does not replace what another process was quicker to make.
            file.hardlink_to(draft)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return file.read_text()
