"""The settings' mail server and SMS gateway: typed, and refused without the URL in the sentence."""

import pytest

from services.gateways import Aliyun, MailServer, Tencent, mail_server, sms_gateway
from services.settings import Settings, SettingsError


def told(**urls: str) -> Settings:
    return Settings.read({f"LIANBAN_{name.upper()}": url for name, url in urls.items()})


def test_a_mail_url_is_a_typed_server() -> None:
    url = "smtps://lianban:p%40ss@mail.example.org:465?sender=lianban@example.org"
    server = mail_server(told(smtp_url=url).smtp_url)
    assert isinstance(server, MailServer)
    assert (server.host, server.port, server.security, server.user) == (
        "mail.example.org",
        465,
        "ssl",
        "lianban",
    )
    assert server.password is not None
    assert server.password.get_secret_value() == "p@ss"


def test_an_sms_url_is_a_typed_gateway() -> None:
    found = sms_gateway(told(sms_url="aliyun://ID:KEY@/?sign=%E8%81%94%E5%8A%9E&template=SMS_1").sms_url)
    assert isinstance(found, Aliyun)
    assert (found.sign, found.template) == ("联办", "SMS_1")
    other = sms_gateway(told(sms_url="tencent://ID:KEY@/?app=1400&sign=x&template=44").sms_url)
    assert isinstance(other, Tencent)


def test_without_urls_there_are_neither() -> None:
    assert (mail_server(None), sms_gateway(None)) == (None, None)


@pytest.mark.parametrize(
    ("name", "url", "what"),
    [
        ("smtp_url", "smtp://u:SECRET@mail.example.org", "sender"),
        ("smtp_url", "http://u:SECRET@mail.example.org", "smtps://"),
        ("smtp_url", "smtp://u:SECRET@mail.example.org:99999?sender=a@b.c", "no address"),
        ("sms_url", "aliyun://ID:SECRET@/?sign=x", "template"),
        ("sms_url", "aliyun://ID:SECRET@/?sign=x&template=SMS_1&host=evil.example", "host"),
    ],
)
def test_a_url_that_cannot_be_used_is_named_without_its_secrets(name: str, url: str, what: str) -> None:
    def read() -> object:
        given = told(**{name: url})
        return mail_server(given.smtp_url), sms_gateway(given.sms_url)

    with pytest.raises(SettingsError) as refusal:
        read()
    assert f"LIANBAN_{name.upper()}" in str(refusal.value)
    assert what in str(refusal.value)
    assert "SECRET" not in str(refusal.value)


def test_settings_do_not_show_their_secrets() -> None:
    keys = {"secret_keys": "SECRET" * 8, "smtp_url": "smtp://u:SECRET@h.example?sender=a@b.c"}
    assert "SECRET" not in repr(told(**keys))


def test_short_keys_are_refused() -> None:
    with pytest.raises(SettingsError, match="LIANBAN_SECRET_KEYS"):
        told(secret_keys=f"{'x' * 40},short")
