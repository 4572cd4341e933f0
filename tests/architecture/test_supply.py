"""What lianban is made of: pinned, listed, allowed; and that the scans of `check` find what they are for."""

import json
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from services.cli import scans, supply
from services.cli.supply import NotPinned, Pin, pins

ROOT = Path(__file__).resolve().parents[2]
LOCKS = ("requirements.lock", "requirements-dev.lock", "deploy/build.lock")
POLICY = supply.policy_of(supply.project())
CLICK = Pin("click", "1", None, ("0" * 64,), frozenset({"lianban"}))
PINNED = "click==8.1 \\\n    --hash=sha256:" + "0" * 64 + "\n    # via lianban (pyproject.toml)\n"


# ── locks ───────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", LOCKS)
def test_every_line_of_a_lock_pins_by_hash_and_names_no_address(name: str) -> None:
    """`pins` refuses all else."""
    lock = (ROOT / name).read_text(encoding="utf-8")
    assert len(pins(lock)) == sum(not line.startswith(" ") for line in lock.splitlines())
    assert "://" not in lock


@pytest.mark.parametrize(
    "line",
    [
        "click==8.1\n",
        "click>=8.1 \\\n    --hash=sha256:" + "0" * 64 + "\n",
        "click==8.1 \\\n    --hash=md5:" + "0" * 32 + "\n",
        "--index-url https://example.org/simple\n",
        "click @ https://example.org/click.whl\n",
    ],
)
def test_a_line_without_a_hash_or_with_an_address_is_no_pin(line: str) -> None:
    with pytest.raises(NotPinned):
        pins(PINNED + line)


def test_a_pin_knows_who_needs_it() -> None:
    assert pins(PINNED) == [replace(CLICK, version="8.1")]


# ── the threat model ────────────────────────────────────────────────────────────────────────────────────────


def test_what_the_threat_model_points_at_exists() -> None:
    page = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
    pointers = re.findall(r"`((?:services|models|tests|deploy)/[\w./]+)(?:::(\w+))?`", page)
    gone = [
        (path, name)
        for path, name in pointers
        if not (ROOT / path).exists() or (name and f"def {name}(" not in (ROOT / path).read_text("utf-8"))
    ]
    assert len(pointers) > 20
    assert gone == []


# ── licences ────────────────────────────────────────────────────────────────────────────────────────────────


def test_each_package_has_a_licence_that_is_allowed() -> None:
    assert list(supply.wrong_licences(supply.runtime(), POLICY)) == []


def wrong(said: list[str], monkeypatch: pytest.MonkeyPatch, **read: str) -> str:
    monkeypatch.setattr(supply, "told_by", lambda _: said)
    return " ".join(supply.wrong_licences([CLICK], replace(POLICY, read=read)))


@pytest.mark.parametrize("licence", ["GPL-3.0-only", "MIT AND AGPL-3.0-or-later", "MIT OR SSPL-1.0"])
def test_a_licence_that_is_not_allowed_is_named_with_its_package(
    licence: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert f"click 1 is under {licence}" in wrong([licence], monkeypatch)


@pytest.mark.parametrize("said", [[], ["BSD"], ["see LICENSE.txt"]])
def test_an_unknown_licence_is_told_with_where_to_write_what_it_is(
    said: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "[tool.lianban.licences.read]" in wrong(said, monkeypatch)


def test_what_a_person_read_counts_and_what_is_not_used_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    assert wrong(["BSD"], monkeypatch, click="BSD-3-Clause") == ""
    assert "gone stands" in wrong(["MIT"], monkeypatch, gone="MIT")


# ── the SBOM ────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def sbom(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    place = tmp_path_factory.mktemp("build") / "sbom.json"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(supply, "PLACE", place)
        assert supply.main() == 0
    found: dict[str, Any] = json.loads(place.read_text(encoding="utf-8"))
    return found


def test_the_sbom_has_each_package_with_hashes_and_licence(sbom: dict[str, Any]) -> None:
    told = {
        (one["name"], one["version"], len(one["externalReferences"][0]["hashes"]), bool(one["licenses"]))
        for one in sbom["components"]
    }
    assert told == {(pin.name, pin.version, len(pin.hashes), True) for pin in supply.runtime()}


def test_all_in_the_sbom_is_needed_by_something_in_it(sbom: dict[str, Any]) -> None:
    needed = {one for entry in sbom["dependencies"] for one in entry.get("dependsOn", ())}
    assert {one["bom-ref"] for one in sbom["components"]} == needed


# ── scans ───────────────────────────────────────────────────────────────────────────────────────────────────

# In two halves, so that this file holds none of them.
PLANTED = {
    "aws": "AKIA" + "Z7QK3M5XWV2N4RTB",
    "aliyun": "LTAI" + "5tQ8mKp3vXz7RwYn2cBd",
    "dingtalk": "https://oapi.dingtalk.com/robot/send?access_" + "token=" + "4fd0c2e19a7b" * 5 + "83d1",
    "lianban": "lbt" + "_" + "Zk8Qw3RtYp6VxN2mBc7LhJf5Gd9Sa4Ke1Uo0Wi3Xr",
    "github": "ghp_" + "Zk8Qw3RtYp6VxN2mBc7LhJf5Gd9Sa4Ke1Uo0",
    "key": "-----BEGIN " + "PRIVATE KEY-----",
    "url": "postgresql://lianban:" + "Hq7vT2xw" + "@db.example.org/lianban",
    "word": "secret_key = '" + "Hq7vT2xwPz9LmR4k" + "'",
}


@pytest.mark.parametrize("kind", PLANTED)
def test_a_planted_secret_is_found(tmp_path: Path, kind: str) -> None:
    (tmp_path / "planted.py").write_text(f'FIRST = 1\nX = "{PLANTED[kind]}"\n', encoding="utf-8")
    assert [(one.file, one.line) for one in scans.secrets_in(tmp_path, ["planted.py"])][:1] == [
        ("planted.py", 2)
    ]


def test_a_secret_that_nobody_accepted_fails_the_scan(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "planted.py").write_text(f'X = "{PLANTED["aws"]}"\n', encoding="utf-8")
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    monkeypatch.setattr(scans, "ROOT", tmp_path)
    assert scans.main("secrets") == 1
    assert capsys.readouterr().out.startswith("planted.py:1 Token or key.")


def test_an_accepted_secret_is_accepted_in_its_file_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(scans, "BASELINE", tmp_path / "baseline.json")
    monkeypatch.setattr(scans, "ROOT", tmp_path)
    monkeypatch.setattr(scans, "kept_files", lambda: ["a.py"])
    (tmp_path / "a.py").write_text(f'X = "{PLANTED["aws"]}"\n', encoding="utf-8")
    assert (scans.main("accept"), scans.main("secrets")) == (0, 0)
    (tmp_path / "a.py").rename(tmp_path / "b.py")
    monkeypatch.setattr(scans, "kept_files", lambda: ["b.py"])
    assert scans.main("secrets") == 1
    assert "b.py:1" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("comment", "found"),
    [("", 1), ("  # noqa: S307", 1), ("  # noqa: S102 - another rule", 1), ("  # noqa: S307 - a reason", 0)],
)
def test_a_likely_mistake_passes_only_with_a_reason(tmp_path: Path, comment: str, found: int) -> None:
    file = tmp_path / "planted.py"
    file.write_text(f"def run(text):\n    return eval(text){comment}\n", encoding="utf-8")
    assert len(list(scans.mistakes((str(file),)))) == found


def test_a_scan_that_cannot_run_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/bin/false")
    assert list(scans.mistakes(("services/cli/scans.py",))) == ["bandit did not run: "]
