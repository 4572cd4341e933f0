"""`deploy/` as far as a machine without Docker and systemd can tell."""

import configparser
import importlib
import re
import textwrap
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped] # comes with apprise; its types are no dependency

from services import nudges
from services.cli import alive
from services.cli.stack import own_children
from services.settings import PREFIX, Settings, SettingsError, variables
from workers.app import app

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
OURS = ("migrate", "api", "worker", "sender", "pulse")


def read(name: str) -> str:
    return (DEPLOY / name).read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(read("compose.yaml"))
    return found


def assignments(text: str, *, commented: bool = False) -> dict[str, str]:
    """NAME=value lines of an env file; with `commented` those behind a # as well."""
    line = re.compile(rf"^{'(?:# )?' if commented else ''}([A-Z][A-Z0-9_]+)=(.*)$", re.MULTILINE)
    return dict(line.findall(text))


# ── settings ────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_example_names_exactly_the_settings_that_exist() -> None:
    named = {name for name in assignments(read("env.example"), commented=True) if name.startswith(PREFIX)}
    assert named == {PREFIX + name.upper() for name in variables()}


@pytest.mark.parametrize("name", variables())
def test_the_example_says_of_each_setting_what_the_code_says(name: str) -> None:
    described = Settings.model_fields[name].description or ""
    lines = "\n".join(f"# {line}" for line in textwrap.wrap(described, 106))
    assert re.search(rf"^{re.escape(lines)}\n(# )?{PREFIX}{name.upper()}=", read("env.example"), re.MULTILINE)


def test_the_example_as_it_is_refuses_to_start_since_its_secret_is_not_filled_in() -> None:
    with pytest.raises(SettingsError, match="LIANBAN_SECRET_KEY"):
        Settings.read(assignments(read("env.example")))


def test_the_example_filled_in_is_fit_for_production() -> None:
    told = Settings.read(assignments(read("env.example")) | {"LIANBAN_SECRET_KEY": "0123456789abcdef" * 3})
    assert told.is_production


def test_the_settings_that_compose_sets_exist_and_make_a_whole(compose: dict[str, Any]) -> None:
    told = {
        name: re.sub(
            r"\$\{\w+:-([^}]*)\}",
            r"\1",
            value.replace("${DATABASE_PASSWORD:?set it in deploy/env}", "secret"),
        )
        for name, value in compose["services"]["api"]["environment"].items()
        if name.startswith(PREFIX)
    }
    assert {name.removeprefix(PREFIX).lower() for name in told} <= set(variables())
    filled = {
        "LIANBAN_SECRET_KEY": "0123456789abcdef" * 3,
        "LIANBAN_PUBLIC_URL": "https://lianban.example.org",
    }
    settings = Settings.read(told | filled)
    assert not settings.embedded_postgres
    assert not settings.embedded_valkey


def test_every_variable_of_the_compose_file_stands_in_the_example_or_has_a_default() -> None:
    wanted = re.findall(r"\$\{([A-Z_]+)(:[-?])?", read("compose.yaml"))
    named = assignments(read("env.example"))
    assert [name for name, how in wanted if name not in named and how != ":-"] == []


# ── compose ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_two_of_each_process_run_behind_a_proxy(compose: dict[str, Any]) -> None:
    services = compose["services"]
    assert {name: services[name]["deploy"]["replicas"] for name in OURS[1:]} == dict.fromkeys(OURS[1:], 2)
    assert [name for name, one in services.items() if "ports" in one] == ["proxy"]
    assert services["postgres"]["image"] == "postgres:18"
    assert services["valkey"]["image"].startswith("valkey/valkey:")


def test_every_process_is_watched_and_waits_for_the_migration(compose: dict[str, Any]) -> None:
    services = compose["services"]
    assert [name for name, one in services.items() if name != "migrate" and "healthcheck" not in one] == []
    for name in OURS[1:]:
        assert services[name]["depends_on"]["migrate"] == {"condition": "service_completed_successfully"}
    for one in services.values():
        for needed in one.get("depends_on", {}):
            assert needed in services


def test_our_containers_can_change_nothing_but_their_data(compose: dict[str, Any]) -> None:
    for name in OURS:
        one = compose["services"][name]
        assert one["read_only"] is True
        assert one["cap_drop"] == ["ALL"]
        assert one["security_opt"] == ["no-new-privileges:true"]
        assert one["volumes"] == ["data:/var/lib/lianban"]
        assert one["env_file"] == "env"
        assert {one["environment"][secret] for secret in ("POSTGRES_PASSWORD", "DATABASE_PASSWORD")} == {""}


def test_volumes_and_networks_are_declared(compose: dict[str, Any]) -> None:
    for one in compose["services"].values():
        named = [volume.split(":")[0] for volume in one.get("volumes", []) if not volume.startswith("./")]
        assert set(named) <= set(compose["volumes"])
        assert set(one["networks"]) <= set(compose["networks"])
        files = [volume.split(":")[0] for volume in one.get("volumes", []) if volume.startswith("./")]
        assert [file for file in files if not (DEPLOY / file).exists()] == []


def test_the_commands_are_those_of_up(compose: dict[str, Any]) -> None:
    """One spelling of each process, whoever starts it."""
    commands = {child.name: child.command[1:] for child in own_children(Settings.read({}))}
    for name in ("worker", "sender", "pulse"):
        assert compose["services"][name]["command"][1:] == list(commands[name]), name
    # A long option stands there as two words, or as one with =.
    ours = " ".join(compose["services"]["api"]["command"][1:]).replace("=", " ").split()
    theirs = " ".join(commands["api"]).replace("=", " ").split()
    differs = {"--host", "--port"}
    assert options(ours, differs) == options(theirs, differs)


def options(words: list[str], but: set[str]) -> list[str]:
    return [word for place, word in enumerate(words) if word not in but and words[place - 1] not in but]


def test_what_the_commands_name_is_there(compose: dict[str, Any]) -> None:
    scripts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["scripts"]
    assert compose["services"]["migrate"]["command"][0] in scripts
    for name in ("services.api.app", "workers.app", "workers.pulse", *scripts.values()):
        module, _, attribute = name.partition(":")
        assert (ROOT / f"{module.replace('.', '/')}.py").is_file()
        if attribute:
            assert hasattr(importlib.import_module(module), attribute)
    commands = [compose["services"][name]["command"] for name in ("worker", "sender")]
    queues = {queue for command in commands for queue in command[command.index("-Q") + 1].split(",")}
    assert queues == {nudges.queue(lane).name for lane in nudges.LANES}


def test_the_health_checks_ask_what_can_be_asked(compose: dict[str, Any]) -> None:
    for name in ("worker", "sender", "pulse"):
        *_, module, question = compose["services"][name]["healthcheck"]["test"]
        assert module == alive.__name__
        assert question in alive.QUESTIONS


def test_a_worker_has_longer_to_stop_than_its_own_soft_shutdown(compose: dict[str, Any]) -> None:
    for name in ("worker", "sender"):
        seconds = int(compose["services"][name]["stop_grace_period"].removesuffix("s"))
        assert seconds > app.conf.worker_soft_shutdown_timeout


def test_the_proxy_forwards_to_the_api_and_keeps_the_figures_inside() -> None:
    text = read("Caddyfile")
    assert text.count("{") == text.count("}")
    assert "dynamic a api 8000" in text
    assert "respond /metrics 404" in text
    assert "flush_interval -1" in text


def test_the_database_s_owner_is_no_superuser() -> None:
    script = read("postgres/10-lianban.sh")
    assert "CREATEROLE NOSUPERUSER NOBYPASSRLS" in script
    assert (DEPLOY / "postgres/10-lianban.sh").stat().st_mode & 0o111


# ── the image ───────────────────────────────────────────────────────────────────────────────────────────────


def stages() -> list[list[str]]:
    lines = re.sub(
        r"\\\n", " ", re.sub(r"^\s*#.*\n", "", read("Dockerfile"), flags=re.MULTILINE)
    ).splitlines()
    found: list[list[str]] = []
    for line in filter(None, map(str.strip, lines)):
        if line.startswith("FROM "):
            found.append([])
        found[-1].append(line)
    return found


def test_the_image_is_made_in_two_stages_and_runs_as_nobody_in_particular() -> None:
    build, final = stages()
    assert build[0] == "FROM python:3.13-slim AS build"
    assert final[0] == "FROM python:3.13-slim"
    user = next(line for line in final if line.startswith("USER "))
    assert int(user.split()[1].split(":")[0]) > 0
    assert final.index(user) < len(final) - 1


def test_everything_in_the_image_is_checked_by_its_hash_and_nothing_is_compiled() -> None:
    build, final = stages()
    installs = [part for line in build for part in line.split("&&") if "pip install" in part]
    for part in installs:
        pinned = "--require-hashes" in part and "--only-binary=:all:" in part
        assert pinned or "--no-deps --no-index /wheels/" in part, part
    assert not any("pip" in line or "apt-get" in line for line in final)
    for name in ("requirements.lock", "deploy/build.lock"):
        text = (ROOT / name).read_text(encoding="utf-8")
        pins = re.findall(r"^[a-z0-9][a-z0-9._-]*==.*$", text, re.MULTILINE)
        assert pins
        assert all(pin.endswith("\\") for pin in pins), name


def test_what_the_image_copies_is_there_and_not_ignored() -> None:
    build, _ = stages()
    copied = [word for line in build if line.startswith("COPY") for word in line.split()[1:-1]]
    kept = re.findall(r"^!(.+)$", read("Dockerfile.dockerignore"), re.MULTILINE)
    assert set(copied) == set(kept)
    assert [path for path in copied if not (ROOT / path).exists()] == []


# ── systemd ─────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def unit() -> configparser.ConfigParser:
    parser = configparser.ConfigParser(strict=False, interpolation=None)
    parser.optionxform = str  # type: ignore[assignment,method-assign] # keys of a unit file have capitals
    parser.read_string(read("systemd/lianban.service"))
    return parser


def test_the_unit_runs_up_as_its_own_user_and_lets_it_end_its_children(
    unit: configparser.ConfigParser,
) -> None:
    service = unit["Service"]
    assert service["ExecStart"] == "/opt/lianban/bin/lianban up"
    assert service["User"] == "lianban"
    assert service["EnvironmentFile"] == "/etc/lianban/env"
    assert f"LIANBAN_DATA=/var/lib/{service['StateDirectory']}" == service["Environment"]
    assert service["KillMode"] == "mixed"
    assert unit["Install"]["WantedBy"] == "multi-user.target"


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("ProtectSystem", "strict"),
        ("ProtectHome", "yes"),
        ("PrivateTmp", "yes"),
        ("PrivateDevices", "yes"),
        ("NoNewPrivileges", "yes"),
        ("CapabilityBoundingSet", ""),
        ("RestrictAddressFamilies", "AF_UNIX AF_INET AF_INET6"),
        ("ProtectKernelTunables", "yes"),
        ("ProtectControlGroups", "yes"),
        ("RestrictNamespaces", "yes"),
        ("SystemCallArchitectures", "native"),
        ("UMask", "0077"),
    ],
)
def test_the_unit_is_closed(unit: configparser.ConfigParser, key: str, value: str) -> None:
    assert unit["Service"][key] == value


def test_the_unit_waits_longer_than_all_children_together_may_take(unit: configparser.ConfigParser) -> None:
    graces = [child.grace.total_seconds() for child in own_children(Settings.read({}))]
    assert float(unit["Service"]["TimeoutStopSec"]) > sum(graces)


def test_the_settings_that_the_readme_names_exist() -> None:
    named = set(re.findall(r"LIANBAN_[A-Z_]+", read("README.md")))
    assert named <= {PREFIX + name.upper() for name in variables()}
