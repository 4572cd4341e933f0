"""Apprise as a Notifier: one service a call, in the caller's thread, and only what it tells truthfully.

Apprise answers True or False and swallows the exception. Whether a message was refused or may have arrived
is read from what it had in hand when it logged the failure; that log goes nowhere else, since it names
addresses. E-mail uses Apprise's writer and connection one by one, since there even the log says nothing.
"""

import logging
import re
import smtplib
import sys
import warnings
from threading import local
from typing import Protocol, cast

from apprise import Apprise, AppriseAsset, NotifyFormat
from requests.exceptions import ConnectionError as BrokenConnection
from requests.exceptions import ConnectTimeout
from urllib3.exceptions import MaxRetryError, NewConnectionError

from services.notify.addresses import BadAddress, Email, MailServer, Service, parse_address
from services.notify.channels import Accepted, Message, Outcome, Refused, Unknown

with warnings.catch_warnings():
    # Its PGP support, which is off here, tries `imghdr`, deprecated since Python 3.11.
    warnings.simplefilter("ignore", DeprecationWarning)
    from apprise.plugins.email.base import NotifyEmail
    from apprise.plugins.email.smtp import SMTP_DEFAULT_PORTS, AppriseSMTPController

LONGEST_WORDS = 200
SENDER_NAME = "联办 lianban"
UNREACHED = "The service could not be reached; nothing was sent."
BROKEN = "The connection broke or timed out after sending began."

SMTP_SECONDS = 4
"""To connect, and for each answer of the mail server."""

_MESSAGE_ID = re.compile(r"(?m)^Message-ID: .*$")
_FAILED = re.compile(r"(?:error|code)=5\d\d(?:\d\d)?\b")
"""A server's own failure, as the plugins word it (ntfy has codes of five digits): it may have taken it."""


class _Plugin(Protocol):
    def notify(self, *, body: str, title: str, body_format: NotifyFormat) -> bool: ...


class _Witness(logging.Filter):
    """Remembers, by thread, what Apprise said since `start`, and the exception that it was handling.

    It lets no record pass: they name topics, chats and addresses, and more below WARNING.
    """

    def __init__(self) -> None:
        super().__init__()
        self._seen = local()

    def start(self) -> None:
        self._seen.words, self._seen.error = [], None

    def filter(self, record: logging.LogRecord) -> bool:
        if record.levelno >= logging.WARNING:
            self._seen.words = [*getattr(self._seen, "words", []), record.getMessage()]
            self._seen.error = sys.exc_info()[1] or getattr(self._seen, "error", None)
        return False

    @property
    def error(self) -> BaseException | None:
        found: BaseException | None = self._seen.error
        return found

    @property
    def words(self) -> str:
        return " ".join(self._seen.words)


class AppriseNotifier:
    """Sends e-mail and to the services of `addresses.KINDS`; a refusal is told as one, see `Notifier`.

    A call ends within about 8 s: 4 to connect, 4 for each read. A server that drips its answer is cut off
    only by the hard limit of the worker's task.
    """

    def __init__(self, mail_server: MailServer | None = None) -> None:
        self._mail_server = mail_server
        self._asset = AppriseAsset(
            app_id="lianban",
            app_desc="lianban",
            http_redirects=False,
            async_mode=False,
            secure_logging=True,
            storage_mode="memory",
            pgp_autogen=False,
            pem_autogen=False,
        )
        self._witness = _witness()

    def send(self, message: Message) -> Outcome:
        """See `Notifier`."""
        try:
            address = parse_address(message.kind, message.address)
            if isinstance(address, Email):
                return self._mail(message, address)
            return self._post(message, cast("Service", address))
        except BadAddress as refusal:
            return Refused(str(refusal))

    def _post(self, message: Message, address: Service) -> Outcome:
        self._witness.start()
        parts = {**address.built(), "format": "text", "include_image": False}
        plugin = cast("_Plugin | None", Apprise.instantiate(parts, asset=self._asset))
        if plugin is None:
            raise BadAddress(f"The {message.kind} channel's token or address is not one of that service.")
        if plugin.notify(body=message.body, title=message.title, body_format=NotifyFormat.TEXT):
            return Accepted()
        return _failure(self._witness.error, _scrubbed(self._witness.words, address.secrets()))

    def _mail(self, message: Message, address: Email) -> Outcome:
        server = address.server or self._mail_server
        if server is None:
            raise BadAddress("The email channel names no mail server, and the installation has none.")
        return _mailed(message, address, server)


def _witness() -> _Witness:
    """The one witness of the process; nothing that Apprise logs goes anywhere else."""
    logger = logging.getLogger("apprise")
    logger.setLevel(logging.WARNING)
    found = next((one for one in logger.filters if isinstance(one, _Witness)), None)
    if found is None:
        found = _Witness()
        logger.addFilter(found)
    return found


def _scrubbed(words: str, secrets: list[str]) -> str:
    for secret in secrets:
        words = words.replace(secret, "…")
    return words[:LONGEST_WORDS]


def _failure(error: BaseException | None, words: str) -> Outcome:
    """Refused where the service answered so or was never reached, else unknown."""
    if error is not None:
        return Refused(UNREACHED) if _never_reached(error) else Unknown(BROKEN)
    if _FAILED.search(words):
        return Unknown(f"The service failed. {words}"[:LONGEST_WORDS])
    return Refused(words or "The service refused it without a word.")


def _never_reached(error: BaseException) -> bool:
    if isinstance(error, ConnectTimeout):
        return True
    cause = error.args[0] if isinstance(error, BrokenConnection) and error.args else None
    return isinstance(cause, MaxRetryError) and isinstance(cause.reason, NewConnectionError)


class _Post(AppriseSMTPController):
    """Apprise's connection to a mail server, without the net that hides in which way sending failed."""

    def sendmail(self, from_addr: str, to_addrs: list[str], message: str) -> bool:
        """Hand one message over; raises what smtplib raises."""
        cast("smtplib.SMTP", self._socket).sendmail(from_addr, to_addrs, message)
        return True


def _mailed(message: Message, address: Email, server: MailServer) -> Outcome:
    """Write it, connect, hand it over."""
    written = _written(message, address, server)
    password = server.password.get_secret_value() if server.password else None
    post = _Post(
        host=server.host,
        port=server.port or SMTP_DEFAULT_PORTS[server.security],
        secure_mode=server.security,
        user=server.user,
        password=password,
        socket_connect_timeout=SMTP_SECONDS,
    )
    try:
        with post:
            return _handed_over(post, server.sender, address.to, written)
    except smtplib.SMTPResponseException as refusal:
        return Refused(f"The mail server answered {refusal.smtp_code} before it had the message.")
    except (OSError, smtplib.SMTPException, RuntimeError) as error:
        # Only connecting raises this far: `_handed_over` keeps what happens afterwards.
        return Refused(f"The mail server could not be used: {type(error).__name__}.")


def _handed_over(post: _Post, sender: str, to: str, written: str) -> Outcome:
    try:
        post.sendmail(sender, [to], written)
    except smtplib.SMTPRecipientsRefused as refusal:
        code = next(iter(refusal.recipients.values()))[0]
        return Refused(f"The mail server refused the recipient ({code}).")
    except smtplib.SMTPResponseException as refusal:
        return Refused(f"The mail server refused it ({refusal.smtp_code}).")
    except (OSError, smtplib.SMTPException):
        return Unknown(BROKEN)
    return Accepted()


def _written(message: Message, address: Email, server: MailServer) -> str:
    """The e-mail as it goes over the wire; the same delivery again has the same id, so it is shown once."""
    mails = NotifyEmail.prepare_emails(
        subject=message.title,
        body=message.body,
        from_addr=(SENDER_NAME, server.sender),
        to=[(False, address.to)],
        smtp_host=server.host,
        notify_format=NotifyFormat.TEXT,
        headers={"X-Application": "lianban"},
    )
    text: str = next(iter(mails)).body
    own = f"Message-ID: <lianban-{message.delivery_id}@{server.sender.partition('@')[2]}>"
    return _MESSAGE_ID.sub(own, text, count=1)
