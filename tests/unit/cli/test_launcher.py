"""`./lianban` itself, which nothing but Python has to be there for."""

import importlib.util
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def launcher(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The script over an environment of one package, made from a lock of one line."""
    loader = SourceFileLoader("lianban_launcher", str(ROOT / "lianban"))
    spec = importlib.util.spec_from_loader(loader.name, loader)
    assert spec is not None
    script = importlib.util.module_from_spec(spec)
    loader.exec_module(script)
    venv = tmp_path / ".venv"
    (venv / "bin").mkdir(parents=True)
    (venv / "bin" / "python").touch(mode=0o700)
    (venv / "lib" / "python3.11" / "site-packages" / "typer").mkdir(parents=True)
    (tmp_path / "requirements.lock").write_text("typer==0.29\n")
    for name, path in (
        ("VENV", venv),
        ("PYTHON", venv / "bin" / "python"),
        ("STAMP", venv / "stamp"),
        ("LOCK", tmp_path / "requirements.lock"),
    ):
        monkeypatch.setattr(script, name, path)
    script.STAMP.write_text("\n".join([script.fingerprint(), *script.installed()]))
    return script


def test_an_environment_of_the_present_lock_is_taken_as_it_is(launcher: ModuleType) -> None:
    assert launcher.is_current()


def test_an_environment_of_another_lock_is_renewed(launcher: ModuleType) -> None:
    launcher.LOCK.write_text("typer==0.30\n")
    assert not launcher.is_current()
    assert not launcher.is_of_this_lock()


def test_an_environment_that_lost_a_package_is_made_anew(launcher: ModuleType) -> None:
    next(launcher.VENV.glob("lib/*/site-packages/typer")).rmdir()
    assert not launcher.is_current()
    assert launcher.is_of_this_lock()


def test_a_package_more_does_no_harm(launcher: ModuleType) -> None:
    (next(launcher.VENV.glob("lib/*/site-packages")) / "ipdb").mkdir()
    assert launcher.is_current()
