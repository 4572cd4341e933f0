"""The whole stack with canaries in it everywhere, errors provoked on purpose, and all that it says."""

import io
import json
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
import psutil
import psycopg
import pyotp
from PIL import Image

from services.cli.stack import WORKER
from services.embedded import processes
from tests.databases import AIBO
from tests.integration.canary.canaries import CHANNELS, NAME, OF_PEOPLE, PASSWORD, PHONE, SETTINGS, WORDS
from tests.integration.test_up import Stack, free_port, wait_until

SITE = "CANARY"
PATIENCE = 240.0
"""Seconds, on a machine that is busy."""
OWN = {"Accept": "text/html", "Sec-Fetch-Site": "same-origin"}
PERSONAL = {"User-Agent": OF_PEOPLE["browser"], "X-Canary": OF_PEOPLE["header"]}
CRY = """
CREATE OR REPLACE FUNCTION canary_cry() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    RAISE EXCEPTION '金丝雀数据库的话 %', to_jsonb(NEW)
        USING DETAIL = 'Failing row contains ' || to_jsonb(NEW)::text;
END $$
"""
_CHANNEL = re.compile(r'\[\[channel\]\]\nmember = "([^"]+)"\nkind = "recorder"\naddress = "[^"]+"')


class Filled(Stack):
    """`up` with a canary in each setting that is a secret, at its most talkative."""

    def environment(self) -> dict[str, str]:
        talkative = {"LIANBAN_LOG_LEVEL": "debug", "LIANBAN_PRIVATE_ADDRESSES": "1", "LIANBAN_ENV": "test"}
        return {**super().environment(), **SETTINGS, **talkative, "COLUMNS": "200"}

    def told(self) -> dict[str, str]:
        """The environment of one more process of ours."""
        return {**self.environment(), "LIANBAN_DATA": str(self.data), "LIANBAN_PORT": str(self.port)}


@dataclass
class Everywhere:
    """What was done and what was said: by place, all text that somebody outside may come to read."""

    stack: Filled
    places: dict[str, str] = field(default_factory=dict)
    canaries: dict[str, str] = field(default_factory=dict)
    """Those that were made on the way: tokens, links, codes, seeds."""
    problems: list[str] = field(default_factory=list)
    order: str = ""

    # ── by command line ──────────────────────────────────────────────────────────────────────────────────

    def cli(self, *words: str, **more: str) -> str:
        """What a command says, on both ways out."""
        done = subprocess.run(
            [sys.executable, "-m", "services.cli.main", *words],
            env=self.stack.told() | more,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        return done.stdout + done.stderr

    def load_site(self) -> None:
        """The example's site, its people reached over every kind of channel at canaries' addresses."""
        folder = Path(tempfile.mkdtemp(prefix="lianban-test-"))
        shutil.copytree(AIBO, folder, dirs_exist_ok=True)
        left = iter(CHANNELS * 3)

        def outside(block: re.Match[str]) -> str:
            kind, address = next(left, ("recorder", "x"))
            text = address if isinstance(address, str) else json.dumps(address)
            return f'[[channel]]\nmember = "{block[1]}"\nkind = "{kind}"\naddress = \'{text}\''

        site = (AIBO / "site.toml").read_text(encoding="utf-8")
        (folder / "site.toml").write_text(_CHANNEL.sub(outside, site), encoding="utf-8")
        self.places["load"] = self.cli("load", str(folder), "--code", SITE)
        shutil.rmtree(folder)

    def make_tokens(self) -> dict[str, str]:
        made = {}
        for party, role in (("committee", "lead"), ("property", "handler"), ("asset_company", "handler")):
            words = ("token", "create", "--site", SITE, "--party", party, "--role", role)
            made[party] = self.cli(*words).splitlines()[0]
            self.canaries[f"token of {party}"] = made[party]
        return made

    # ── by HTTP ──────────────────────────────────────────────────────────────────────────────────────────

    @contextmanager
    def browser(self, token: str | None = None, port: int | None = None) -> Iterator[httpx2.Client]:
        known = {"Authorization": f"Bearer {token}"} if token else {}
        url = f"http://127.0.0.1:{port or self.stack.port}"
        with httpx2.Client(base_url=url, headers=PERSONAL | known, timeout=60) as client:
            client.cookies.set("canary", OF_PEOPLE["cookie"])
            yield client

    def ask(self, client: httpx2.Client, method: str, path: str, **more: Any) -> httpx2.Response:
        """A request with a canary in its query; what is refused is kept, to be looked through."""
        # Actions take no query: one that has it is refused before anything else is looked at.
        plain = method == "POST" and path.startswith("/api/")
        query = {} if plain else {"q": OF_PEOPLE["query"], "phone": PHONE}
        answer = client.request(method, path, params=query, **more)
        if answer.status_code >= 400 and "problem" in answer.headers.get("content-type", ""):
            self.problems.append(answer.text)
        return answer

    def report(self, client: httpx2.Client) -> httpx2.Response:
        body = {
            "site": SITE,
            "space": "table-tennis",
            "category": "leak",
            "origin": "pre_existing",
            "severity": "danger",
            "description": WORDS,
            "title": OF_PEOPLE["title"],
            "reporter": {"name": NAME, "phone": PHONE},
        }
        key = {"Idempotency-Key": OF_PEOPLE["idempotency key"]} if not self.order else {}
        return self.ask(client, "POST", "/api/v1/orders", json=body, headers=key)

    def work(self, tokens: Mapping[str, str]) -> None:
        """An order with all that people write, and everything that is refused on the way."""
        with self.browser(tokens["committee"]) as client:
            answer = self.report(client)
            assert answer.status_code == 201, answer.text
            self.order = answer.json()["code"]
            for body in (
                {
                    "site": SITE,
                    "space": "hall",
                    "description": {"said": WORDS},
                    "name": NAME,
                    "unknown": PHONE,
                },
                {
                    "site": SITE,
                    "space": "hall",
                    "description": WORDS,
                    "reporter": {"name": NAME, "phone": NAME},
                },
                {"site": SITE, "space": "hall", "description": WORDS, "severity": WORDS},
                {"site": WORDS, "space": PHONE, "description": ""},
            ):
                assert self.ask(client, "POST", "/api/v1/orders", json=body).status_code in {404, 422}
            broken = f'{{"description": "{WORDS}'.encode()
            as_json = {"Content-Type": "application/json"}
            bad = self.ask(client, "POST", "/api/v1/orders", content=broken, headers=as_json)
            assert bad.status_code == 422
            self.ask(client, "GET", f"/api/v1/orders/{self.order}/nothing")
            self.ask(client, "POST", f"/api/v1/orders/{self.order}/verify", json={"note": WORDS})
            self.ask(client, "POST", f"/api/v1/orders/{self.order}/note", json={"note": WORDS})
        sent = (
            "SELECT d.id FROM delivery d JOIN site s ON s.id = d.site_id"
            f" WHERE s.code = '{SITE}' AND d.state <> 'queued'"
        )
        wait_until(lambda: self.rows(sent), within=PATIENCE)
        with self.browser(tokens["property"]) as client:
            self.photos(client)
        with self.browser("lbt_" + "x" * 43) as client:
            assert self.ask(client, "GET", "/api/v1/orders").status_code == 401

    def photos(self, client: httpx2.Client) -> None:
        exif = Image.Exif()
        exif[0x010E] = OF_PEOPLE["words in EXIF"]
        target = io.BytesIO()
        Image.new("RGB", (40, 30)).save(
            target, "JPEG", exif=exif, comment=OF_PEOPLE["words in EXIF"].encode()
        )
        whole = target.getvalue()
        for name, content, status in (
            (f"{OF_PEOPLE['name of a file']}.jpg", whole, 201),
            (f"{OF_PEOPLE['name of a file']}\r\nX-Evil: 1.jpg", whole[:-200], 422),
            (f"../{OF_PEOPLE['name of a file']}.svg", b"<svg>" + WORDS.encode(), 415),
        ):
            path = f"/api/v1/orders/{self.order}/photos"
            answer = self.ask(
                client, "POST", path, files={"file": (name, content)}, data={"purpose": "before"}
            )
            assert answer.status_code == status, answer.text

    def sign_in(self) -> None:
        """Every way in, and every way to be turned away."""
        link = re.search(r"/sign-in/set-up#(\S+)", self.stack.output.read_text())
        assert link is not None
        self.canaries["link of the set-up"] = link[1]
        who = {"login": OF_PEOPLE["mail address"], "name": OF_PEOPLE["person of an account"]}
        with self.browser() as client:
            form = {**who, "secret": link[1], "password": PASSWORD}
            assert self.ask(client, "POST", "/sign-in/set-up", data=form, headers=OWN).status_code == 303
            self.enrol(client)
            self.ask(client, "POST", "/me/password", data={"old": PASSWORD, "new": "1"}, headers=OWN)
            form = {"old": PASSWORD, "new": OF_PEOPLE["another password"]}
            self.ask(client, "POST", "/me/password", data=form, headers=OWN)
            self.canaries |= {
                f"cookie {name}": value for name, value in client.cookies.items() if len(value) > 30
            }
        with self.browser() as client:
            wrong = {"login": OF_PEOPLE["mail address"], "password": OF_PEOPLE["wrong password"]}
            assert self.ask(client, "POST", "/sign-in/password", data=wrong, headers=OWN).status_code == 401
            right = wrong | {"password": OF_PEOPLE["another password"]}
            assert self.ask(client, "POST", "/sign-in/password", data=right, headers=OWN).status_code == 303
            for code in (OF_PEOPLE["wrong code"], self.canaries["recovery code"]):
                self.ask(client, "POST", "/sign-in/second", data={"code": code}, headers=OWN)
            self.ask(
                client,
                "POST",
                "/sign-in",
                data={"secret": f"x#{self.canaries['link of the set-up']}"},
                headers=OWN,
            )
            self.ask(client, "POST", "/sign-in/outside", headers=OWN)
        self.code()

    def enrol(self, client: httpx2.Client) -> None:
        page = client.get("/sign-in/enrol", headers=OWN).text
        seed = re.search(r"<code>([A-Z2-7 ]+)</code>", page)
        sealed = re.search(r'name="sealed" value="([^"]+)"', page)
        assert seed is not None
        assert sealed is not None
        self.canaries["seed"] = seed[1].replace(" ", "")
        form = {"code": pyotp.TOTP(self.canaries["seed"]).now(), "sealed": sealed[1]}
        page = self.ask(client, "POST", "/sign-in/enrol", data=form, headers=OWN).text
        found = re.findall(r"<li><code>([^<]+)</code>", page)
        assert found
        self.canaries["recovery code"] = found[0]
        self.canaries["sealed seed"] = sealed[1]

    def code(self) -> None:
        """A one-time code over a member's channel, a right one and a wrong one."""
        login = "c4n4ry-handler"
        words = ("--site", "AIBO5", "--party", "property", "--member", "qian-weiguo")
        told = self.cli("account", "add", login, "--role", "handler", "--name", NAME, *words)
        self.canaries["link of an account"] = told.split("#")[-1].strip()
        with self.browser() as client:
            self.ask(client, "POST", "/sign-in/code/ask", data={"login": login}, headers=OWN)
            bodies = "SELECT body FROM phone WHERE stream_id = 0"
            wait_until(lambda: self.rows(bodies), within=PATIENCE)
            code = re.search(r"(?<!\d)\d{6}(?!\d)", self.rows(bodies)[0][0])
            assert code is not None
            self.canaries["one-time code"] = code[0]
            for typed in ("000000", code[0]):
                self.ask(client, "POST", "/sign-in/code", data={"code": typed}, headers=OWN)

    # ── errors on purpose ────────────────────────────────────────────────────────────────────────────────

    def rows(self, statement: str) -> list[tuple[Any, ...]]:
        """What the lanes would read."""
        with psycopg.connect(self.stack.database_url) as sql:
            sql.execute("SET ROLE lianban_worker")
            return sql.execute(statement.encode()).fetchall()

    def change(self, statement: str) -> None:
        """As the owner of the database."""
        with psycopg.connect(self.stack.database_url) as sql:
            sql.execute(statement.encode())

    def log(self, name: str) -> str:
        return _text(self.stack.data / "logs" / f"{name}.log")

    @contextmanager
    def failing(self, table: str) -> Iterator[None]:
        """Whoever writes to a table is refused with an error that repeats the whole row."""
        self.change(CRY)
        self.change(
            f"CREATE TRIGGER canary BEFORE INSERT OR UPDATE ON {table}"
            " FOR EACH ROW EXECUTE FUNCTION canary_cry()"
        )
        try:
            yield
        finally:
            self.change(f"DROP TRIGGER canary ON {table}")

    def break_things(self, tokens: Mapping[str, str]) -> None:
        with self.browser(tokens["committee"]) as client:
            for table in ("private_row", "event", "idempotency"):
                with self.failing(table):
                    answer = self.report(client)
                    assert answer.status_code in {500, 201}, answer.text
            with self.failing("tries"):
                data = {"login": OF_PEOPLE["mail address"], "password": OF_PEOPLE["wrong password"]}
                self.ask(client, "POST", "/sign-in/password", data=data, headers=OWN)
            with self.failing("photo"), self.browser(tokens["property"]) as other:
                target = io.BytesIO()
                Image.new("RGB", (41, 30)).save(target, "PNG")
                files = {"file": (f"{OF_PEOPLE['name of a file']}.png", target.getvalue())}
                assert (
                    self.ask(other, "POST", f"/api/v1/orders/{self.order}/photos", files=files).status_code
                    == 500
                )
            for table, log, word in (
                ("heartbeat", "pulse", "cycle_failed"),
                ("heartbeat", "worker", "celery.app.trace"),
                ("delivery", "sender", "failed"),
                ("notice", "worker", "failed"),
            ):
                before = self.log(log).count(word)
                with self.failing(table):
                    self.report(client)
                    self.wait_for_word(log, word, before)

    def wait_for_word(self, log: str, word: str, before: int) -> None:
        wait_until(lambda: self.log(log).count(word) > before, within=PATIENCE)

    def others(self, tokens: Mapping[str, str]) -> None:
        """A web server with an access log, told to say all; a worker whose broker has a password."""
        port = free_port()
        web = [
            sys.executable,
            "-m",
            "uvicorn",
            "--factory",
            "services.api.app:create_app",
            "--port",
            str(port),
        ]
        with self.running("web server with access log", [*web, "--log-level", "trace"]):
            wait_until(lambda: _answers(port), within=PATIENCE)
            with self.browser(tokens["committee"], port) as client:
                self.ask(client, "GET", f"/api/v1/orders/{self.order}")
                self.ask(client, "GET", f"/l/{'abcdefgh' * 4}", headers=OWN)
                with self.failing("private_row"):
                    self.report(client)
        broker = {"LIANBAN_REDIS_URL": "redis://me:canary-broker-password@127.0.0.1:9/0"}
        with self.running("worker without its broker", [*WORKER, "-Q", "lianban.route"], **broker) as said:
            wait_until(lambda: "Cannot connect" in _text(said), within=PATIENCE)

    @contextmanager
    def running(self, name: str, command: list[str] | tuple[str, ...], **more: str) -> Iterator[Path]:
        log = self.stack.data / f"{len(self.places)}.other.txt"
        with log.open("wb") as output:
            process = subprocess.Popen(
                list(command), env=self.stack.told() | more | {"PYTHONPATH": str(AIBO.parents[2])},
                cwd=self.stack.data, stdout=output, stderr=output, start_new_session=True,
            )  # fmt: skip
        try:
            yield log
        finally:
            for one in (*psutil.Process(process.pid).children(recursive=True), psutil.Process(process.pid)):
                with suppress(psutil.NoSuchProcess):
                    one.terminate()
            process.wait(30)
            self.places[name] = _text(log)

    # ── all that is said ─────────────────────────────────────────────────────────────────────────────────

    def gather(self, tokens: Mapping[str, str]) -> None:
        """Read everything that comes out."""
        with self.browser(tokens["committee"]) as client:
            self.places["metrics"] = client.get("/metrics").text
            self.places["health"] = client.get("/health/ready").text + client.get("/health/engine").text
            self.places["OpenAPI"] = client.get("/openapi.json").text
        self.places["problems"] = "\n".join(self.problems)
        for words in ("doctor", "audit", "timers", "dead list", f"notices {self.order}", "account list",
                      "token list", "ledger verify", f"links {self.order}"):  # fmt: skip
            self.places[words.replace(self.order, "CODE")] = self.cli(*words.split())
        export = self.stack.data / "export.zip"
        self.places["ledger export"] = self.cli("ledger", "export", self.order, str(export)) + _unzipped(
            export
        )
        backup = self.stack.data / "backup.zip"
        self.places["backup"] = self.cli("backup", str(backup)) + _unzipped(backup, "manifest.json")
        away = {"LIANBAN_DATABASE_URL": "postgresql://me:canary-database-password@127.0.0.1:9/x"}
        self.places["doctor without a database"] = self.cli("doctor", **away) + self.cli("orders", **away)
        self.places["notices"] = "\n".join(
            " ".join(row) for row in self.rows("SELECT title, body FROM phone WHERE stream_id > 0")
        )
        self.places["alerts"] = "\n".join(
            " ".join(row) for row in self.rows("SELECT name, key, words FROM alert")
        )
        self.places["quarantine"] = str(self.rows("SELECT error FROM dead"))
        self.places["service record"] = str(self.rows("SELECT words FROM delivery_step"))
        self.list_processes()
        for log in sorted((self.stack.data / "logs").iterdir()):
            self.places[f"log of {log.stem}"] = self.log(log.stem)

    def list_processes(self) -> None:
        """Command lines of all; environments of those that need to know nothing."""
        ours = {one.pid: one for one in self.stack.left()}
        family = [child for one in list(ours.values()) for child in one.children(recursive=True)]
        lines, environments = [], []
        for one in {*ours.values(), *family}:
            with suppress(psutil.Error):
                lines.append(" ".join(one.cmdline()))
                if one.name() in {"postgres", "valkey-server"} or "services.pictures.child" in lines[-1]:
                    environments.append(str(one.environ()))
        self.places["command lines"] = "\n".join(lines)
        self.places["environments of servers and decoder"] = "\n".join(environments)


def _text(file: Path) -> str:
    return file.read_text(encoding="utf-8", errors="replace")


def _answers(port: int) -> bool:
    with suppress(httpx2.HTTPError):
        return httpx2.get(f"http://127.0.0.1:{port}/health/live", timeout=2).status_code == 200
    return False


def _unzipped(file: Path, *names: str) -> str:
    """The texts in an archive."""
    with zipfile.ZipFile(file) as archive:
        return "\n".join(archive.read(name).decode(errors="replace") for name in names or archive.namelist())


@contextmanager
def searched() -> Iterator[Everywhere]:
    """Everything done, and everything that was said read."""
    folder = Path(tempfile.mkdtemp(prefix="lianban-test-"))
    folder.chmod(0o711)
    made = Everywhere(stack := Filled(folder))
    try:
        stack.start(within=PATIENCE)
        wait_until(lambda: "Sign in" in stack.output.read_text(), within=PATIENCE)
        made.load_site()
        tokens = made.make_tokens()
        made.sign_in()
        made.work(tokens)
        made.break_things(tokens)
        made.others(tokens)
        made.gather(tokens)
        yield made
    finally:
        if not stack.has_ended():
            stack.end()
        processes.end(stack.left())
        shutil.rmtree(stack.data)
