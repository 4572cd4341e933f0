from pathlib import Path

import pytest

from services.settings import Settings, SettingsError, kept_secret, socket_folder, unknown, variables

PRODUCTION = {
    "LIANBAN_ENV": "production",
    "LIANBAN_DATA": "/srv/lianban",
    "LIANBAN_PUBLIC_URL": "https://lianban.example",
    "LIANBAN_SECRET_KEY": "k" * 40,
}


def test_development_needs_no_variable_at_all() -> None:
    settings = Settings.read({})
    assert settings.public_url == "http://127.0.0.1:8000"
    assert settings.embedded_postgres
    assert settings.embedded_valkey


def test_production_starts_when_every_unsafe_default_is_replaced() -> None:
    assert Settings.read(PRODUCTION).is_production


@pytest.mark.parametrize("name", ["LIANBAN_DATA", "LIANBAN_PUBLIC_URL", "LIANBAN_SECRET_KEY"])
def test_production_refuses_an_unsafe_default_and_names_the_variable(name: str) -> None:
    with pytest.raises(SettingsError, match=f"Set {name}:"):
        Settings.read({key: value for key, value in PRODUCTION.items() if key != name})


def test_production_refuses_an_address_that_only_this_machine_understands() -> None:
    with pytest.raises(SettingsError, match="LIANBAN_PUBLIC_URL"):
        Settings.read({**PRODUCTION, "LIANBAN_PUBLIC_URL": "http://localhost:8000"})


def test_production_refuses_to_send_sign_ins_in_the_clear() -> None:
    with pytest.raises(SettingsError, match="https"):
        Settings.read({**PRODUCTION, "LIANBAN_PUBLIC_URL": "http://lianban.example"})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("LIANBAN_DATABASE_URL", "sqlite:///x.db"),
        ("LIANBAN_DATABASE_URL", "postgresql://u@host:many/x"),
        ("LIANBAN_REDIS_URL", "amqp://host"),
        ("LIANBAN_REDIS_URL", "redis://host:70000/0"),
        ("LIANBAN_PUBLIC_URL", "https://"),
        ("LIANBAN_PUBLIC_URL", "https://lianban.example/?a=b"),
        ("LIANBAN_PUBLIC_URL", "lianban.example"),
        ("LIANBAN_SECRET_KEY", "short"),
        ("LIANBAN_ALERTS", "somebody@example.org"),
        ("LIANBAN_ALERTS", '[{"to": "somebody@example.org"}]'),
        ("LIANBAN_PROXIES", "*"),
        ("LIANBAN_PROXIES", "proxy.example.org"),
        ("LIANBAN_PROXIES", "127.0.0.1, 0.0.0.0/0"),
        ("LIANBAN_PROXIES", "::/0"),
        ("LIANBAN_PROXIES", "10.0.0.1/8"),
        ("LIANBAN_REQUESTS_PER_ADDRESS", "0"),
        ("LIANBAN_QUERY_SECONDS", "3600"),
        ("LIANBAN_PORT", "eighty"),
        ("LIANBAN_PORT", "70000"),
        ("LIANBAN_ENV", "prod"),
    ],
)
def test_a_value_that_cannot_be_used_is_refused_by_the_name_of_its_variable(name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=name):
        Settings.read({name: value})


def test_an_address_that_cannot_be_used_is_refused_without_its_password() -> None:
    with pytest.raises(SettingsError) as refused:
        Settings.read({"LIANBAN_DATABASE_URL": "postgresql://u:canary@host:many/x"})
    assert "canary" not in str(refused.value)


def test_links_have_one_slash_whether_or_not_the_address_ends_with_one() -> None:
    assert Settings.read({"LIANBAN_PUBLIC_URL": "https://lianban.example/"}).public_url == (
        "https://lianban.example"
    )


def test_a_misspelt_setting_is_noticed() -> None:
    told = {"LIANBAN_DATABASEURL": "x", "LIANBAN_PORT": "8000", "HOME": "/", "LIANBAN_SUPERVISED_BY": "x"}
    assert unknown(told) == ["LIANBAN_DATABASEURL"]


def test_an_empty_variable_counts_as_not_set() -> None:
    assert Settings.read({"LIANBAN_DATABASE_URL": "", "LIANBAN_PORT": " "}).embedded_postgres


def test_a_given_server_takes_the_place_of_the_embedded_one() -> None:
    told = {"LIANBAN_DATABASE_URL": "postgresql://u:p@db/x", "LIANBAN_REDIS_URL": "redis://cache/3"}
    settings = Settings.read(told)
    assert not settings.embedded_postgres
    assert not settings.embedded_valkey
    assert settings.broker_url == "redis://cache/3"


def test_the_embedded_broker_is_spelled_as_celery_reads_it() -> None:
    settings = Settings.read({"LIANBAN_DATA": "/srv/lianban"})
    assert settings.redis_url == "unix:///srv/lianban/run/valkey.sock?db=0"
    assert settings.broker_url == "redis+socket:///srv/lianban/run/valkey.sock?virtual_host=0"


def test_passwords_do_not_show_when_settings_are_printed() -> None:
    told = {**PRODUCTION, "LIANBAN_DATABASE_URL": "postgresql://u:canary@db/x"}
    assert "canary" not in repr(Settings.read(told))
    assert "kkkk" not in repr(Settings.read(told))


def test_the_default_public_address_can_be_called_when_all_addresses_are_listened_on() -> None:
    settings = Settings.read({"LIANBAN_HOST": "0.0.0.0", "LIANBAN_PORT": "9000"})
    assert settings.public_url == "http://127.0.0.1:9000"


def test_every_setting_says_what_it_is_for() -> None:
    assert all(Settings.model_fields[name].description for name in variables())


def test_the_secret_of_development_is_made_once_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    file = tmp_path / "data" / "secret.key"
    first = kept_secret(file)
    assert kept_secret(file) == first
    assert len(first) >= 32
    assert file.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in file.parent.iterdir()] == ["secret.key"]


def test_sockets_move_to_a_short_folder_when_the_data_folder_is_deep() -> None:
    assert socket_folder(Path("/srv/lianban")) == Path("/srv/lianban/run")
    deep = socket_folder(Path("/srv") / ("x" * 100))
    assert len(str(deep / ".s.PGSQL.5432")) < 108
    assert deep != socket_folder(Path("/srv") / ("y" * 100))
