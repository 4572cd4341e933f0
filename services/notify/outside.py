"""The Notifier that goes outside: opens the address, sends over its service, tells what became of it."""

from typing import Self

from services import addresses as a
from services.gateways import Aliyun, MailServer, Tencent, mail_server, sms_gateway
from services.notify.channels import ByHand, Message, Outcome, Refused, Unknown
from services.notify.outside_mail import mailed
from services.notify.outside_sms import sms_request
from services.notify.outside_webhook import webhook_outcome, webhook_request
from services.notify.outside_wire import Broken, Unreached, Wire
from services.secrets import CannotOpen, KeyRing, is_sealed, ring_of
from services.settings import Settings
from services.store.channels import row_of


class Outside:
    """Sends over every kind of `addresses.KINDS`, see `Notifier`; it answers within the wire's patience."""

    def __init__(
        self,
        keys: KeyRing | None = None,
        *,
        mail: MailServer | None = None,
        sms: Aliyun | Tencent | None = None,
        wire: Wire | None = None,
    ) -> None:
        self._keys = keys
        self._mail, self._sms = mail, sms
        self._wire = wire or Wire()

    @classmethod
    def told(cls, settings: Settings) -> Self:
        """By the settings of a process. Raises SettingsError."""
        return cls(
            ring_of(settings),
            mail=mail_server(settings.smtp_url),
            sms=sms_gateway(settings.sms_url),
            wire=Wire(private=settings.private_addresses),
        )

    def send(self, message: Message) -> Outcome:
        """See `Notifier`."""
        try:
            return self._sent(message, a.parse_address(message.kind, self._opened(message)))
        except (a.BadAddress, Unreached) as refusal:
            return Refused(str(refusal))
        except CannotOpen as refusal:
            return Refused(f"The channel's address cannot be opened. {refusal}")
        except Broken as broken:
            return Unknown(str(broken))

    def _opened(self, message: Message) -> str:
        if not is_sealed(message.address):
            return message.address
        if self._keys is None or message.channel_id is None:
            raise CannotOpen(CannotOpen.__doc__)
        return self._keys.open(message.address, row_of(message.site_id, message.channel_id))

    def _sent(self, message: Message, address: a.Address) -> Outcome:
        match address:
            case a.Spoken():
                return ByHand()
            case a.Email():
                return self._by_mail(message, address)
            case a.Webhook():
                return webhook_outcome(self._wire.post(webhook_request(message, address)))
            case a.Sms():
                return self._by_sms(message, address)
        return self._by_apprise(message, address)

    def _by_mail(self, message: Message, address: a.Email) -> Outcome:
        server = address.server or self._mail
        if server is None:
            raise a.BadAddress("The channel names no mail server, and LIANBAN_SMTP_URL is not set.")
        return mailed(message, address.to, server, self._wire)

    def _by_sms(self, message: Message, address: a.Sms) -> Outcome:
        gateway = address.gateway or self._sms
        if gateway is None:
            raise a.BadAddress("The channel names no SMS gateway, and LIANBAN_SMS_URL is not set.")
        request, reading = sms_request(message, address.number, gateway)
        secrets = [*address.secrets(), *a.texts(gateway), address.number.removeprefix("+86")]
        return reading.outcome(self._wire.post(request), secrets)

    def _by_apprise(self, message: Message, address: a.Address) -> Outcome:
        from services.notify.outside_apprise import SERVICES, written  # noqa: PLC0415 - 30 MB, where it is used

        reply = self._wire.post(written(message, address))
        return SERVICES[type(address)].reading.outcome(reply, address.secrets())
