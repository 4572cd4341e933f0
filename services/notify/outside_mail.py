"""E-mail: handed to a mail server step by step, so that each answer counts for what it is."""

import smtplib
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from email.headerregistry import Address as Mailbox
from email.message import EmailMessage
from email.policy import SMTP

from services.addresses import BadAddress
from services.gateways import MailServer
from services.notify.channels import Accepted, Message, Outcome, Refused, Unknown
from services.notify.outside_wire import Broken, Unreached, Wire, tls

SENDER_NAME = "联办 lianban"
PORTS = {"starttls": 587, "ssl": 465, "insecure": 25}
_OK = 250
_TAKEN = range(250, 252)
"""251 is 'not local, will forward'."""
_NO = range(400, 600)


def mailed(message: Message, to: str, server: MailServer, wire: Wire) -> Outcome:
    """Hand one e-mail over for one recipient; the same deliveries have the same Message-ID."""
    written = _written(message, to, server.sender)
    with wire.reached(server.host, server.port or PORTS[server.security], anywhere=True) as (sock, _):
        try:
            with _session(sock, server) as smtp:
                return _handed_over(smtp, server.sender, to, written)
        except smtplib.SMTPResponseException as refusal:
            return Refused(f"The mail server answered {refusal.smtp_code} before it had the message.")
        except (OSError, smtplib.SMTPException, ValueError) as error:
            # Only what comes before the text raises this far, see `_handed_over`.
            raise Unreached(f"The mail server could not be used: {type(error).__name__}.") from None


class _Smtp(smtplib.SMTP):
    """smtplib on a connection that is there already; this hook is how its own TLS variant connects."""

    def __init__(self, sock: socket.socket, server: MailServer) -> None:
        self._given = sock
        name = server.sender.partition("@")[2]
        super().__init__(server.host, server.port or PORTS[server.security], local_hostname=name)

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:  # noqa: ARG002 - smtplib's
        return self._given


@contextmanager
def _session(sock: socket.socket, server: MailServer) -> Iterator[smtplib.SMTP]:
    if server.security == "ssl":
        sock = tls().wrap_socket(sock, server_hostname=server.host)
    smtp = _Smtp(sock, server)
    try:
        if server.security == "starttls":
            smtp.starttls(context=tls())
        if server.user is not None and server.password is not None:
            smtp.login(server.user, server.password.get_secret_value())
        yield smtp
        with suppress(OSError, smtplib.SMTPException):
            smtp.quit()
    finally:
        smtp.close()


def _handed_over(smtp: smtplib.SMTP, sender: str, to: str, written: bytes) -> Outcome:
    smtp.ehlo_or_helo_if_needed()
    code, _ = smtp.mail(sender)
    if code != _OK:
        return Refused(f"The mail server refused the sender ({code}).")
    code, _ = smtp.rcpt(to)
    if code not in _TAKEN:
        return Refused(f"The mail server refused the recipient ({code}).")
    try:
        code, _ = smtp.data(written)
    except smtplib.SMTPDataError as refusal:
        return Refused(f"The mail server refused it ({refusal.smtp_code}).")
    except (OSError, smtplib.SMTPException):
        raise Broken(Broken.__doc__) from None
    if code in _NO:
        return Refused(f"The mail server refused it ({code}).")
    return Accepted() if code == _OK else Unknown(f"The mail server answered {code}.")


def _written(message: Message, to: str, sender: str) -> bytes:
    mail = EmailMessage(policy=SMTP)
    user, _, domain = sender.partition("@")
    try:
        mail["From"] = Mailbox(SENDER_NAME, user, domain)
        mail["To"] = to
    except ValueError:
        raise BadAddress("The email channel's address or sender cannot be written into a message.") from None
    mail["Subject"] = " ".join(message.title.split())
    carried = "-".join(map(str, (message.delivery_id, *message.others)))
    mail["Message-ID"] = f"<lianban-{carried}@{domain}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(message.body, cte="base64")
    return mail.as_bytes()
