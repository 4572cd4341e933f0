"""Two scans of the sources for `lianban check`: likely mistakes (bandit), and secrets (detect-secrets).

`python -m services.cli.scans code|secrets`; `accept` writes down that what stands there now is no secret.
"""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from detect_secrets.core.secrets_collection import SecretsCollection
from detect_secrets.plugins import aws, github_token, gitlab_token, jwt, npm, private_key, pypi_token, slack
from detect_secrets.plugins.base import RegexBasedDetector
from detect_secrets.settings import transient_settings

ROOT = Path(__file__).resolve().parents[2]
SOURCES = ("services", "models", "workers", "lianban")
BASELINE = ROOT / ".secrets.baseline"
"""Examples in docs and settings, invented secrets of tests; hashes only, without line numbers."""
NO_SECRETS = re.compile(r"\.lock$|^tests/data/|^\.secrets\.baseline$")
"""Hashes of packages, and a city's public file."""


class Secret(NamedTuple):
    """What looks like one; the hash is detect-secrets' own."""

    file: str
    line: int
    kind: str
    hash: str


class Tokens(RegexBasedDetector):
    """Tokens known by their form: those of detect-secrets, and those that this project handles.

    One detector instead of eleven, since each is called anew for every line. None is of mere randomness:
    Merkle roots and hashes of files are what this project tests.
    """

    secret_type = "Token or key"  # noqa: S105 - the name of a kind
    denylist = (
        *aws.AWSKeyDetector.denylist,
        *github_token.GitHubTokenDetector.denylist,
        *gitlab_token.GitLabTokenDetector.denylist,
        *jwt.JwtTokenDetector.denylist,
        *npm.NpmDetector.denylist,
        *private_key.PrivateKeyDetector.denylist,
        *pypi_token.PypiTokenDetector.denylist,
        *slack.SlackDetector.denylist,
        # 阿里云, 腾讯云, DingTalk's seal and robot, WeCom's robot, Feishu's, and lianban's own tokens.
        re.compile(r"\bLTAI[0-9A-Za-z]{16,26}\b"),
        re.compile(r"\bAKID[0-9A-Za-z]{32}\b"),
        re.compile(r"\bSEC[0-9a-f]{64}\b"),
        re.compile(r"access_token=[0-9a-f]{64}\b"),
        re.compile(r"/cgi-bin/webhook/send\?key=[0-9a-f]{8}-[0-9a-f-]{27}"),
        re.compile(r"/open-apis/bot/v2/hook/[0-9a-f]{8}-[0-9a-f-]{27}"),
        re.compile(r"\blbt_[0-9A-Za-z_-]{40,}"),
    )


SETTINGS = {
    "plugins_used": [
        {"name": "BasicAuthDetector"},
        {"name": "KeywordDetector"},
        {"name": Tokens.__name__, "path": f"file://{Path(__file__).resolve()}"},
    ],
    "filters_used": [
        {"path": f"detect_secrets.filters.heuristic.is_{one}"}
        for one in ("indirect_reference", "not_alphanumeric_string", "sequential_string", "templated_secret")
    ],
}


def mistakes(paths: tuple[str, ...]) -> Iterator[str]:
    """What bandit finds, but for lines that say why it is well: `# noqa: S608 - reason`, as ruff reads them.

    bandit's B608 is ruff's S608; so one comment answers both.
    """
    command = [sys.executable, "-m", "bandit", "-q", "-r", "-c", "pyproject.toml", "-f", "json", *paths]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if not done.stdout:
        yield f"bandit did not run: {done.stderr.strip()}"
        return
    report = json.loads(done.stdout)
    yield from (f"{one['filename']}: {one['reason']}" for one in report["errors"])
    for one in report["results"]:
        if not is_explained(one):
            place = f"{one['filename']}:{one['line_number']} {one['test_id']}"
            comment = f"# noqa: S{one['test_id'][1:]} - reason"
            yield f"{place} {one['issue_text']} If it is well, say why: {comment}"


def is_explained(finding: dict[str, Any]) -> bool:
    """Whether a line of the finding names its rule with a reason."""
    lines = (ROOT / finding["filename"]).read_text(encoding="utf-8").splitlines()
    told = "\n".join(lines[number - 1] for number in finding["line_range"])
    return bool(re.search(rf"# noqa: .*\bS{finding['test_id'][1:]}\b.* - \S", told))


def kept_files() -> list[str]:
    """What git keeps or would keep, but for what holds hashes alone."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    names = sorted(set(filter(None, listed.split("\0"))))
    return [name for name in names if not NO_SECRETS.search(name) and (ROOT / name).is_file()]


def secrets_in(root: Path, names: list[str]) -> list[Secret]:
    """What looks like a secret in some files under a folder."""
    found = SecretsCollection(root=str(root))
    with transient_settings(SETTINGS):
        found.scan_files(*names)
    return sorted(Secret(name, one.line_number, one.type, one.secret_hash) for name, one in found)


def known() -> set[tuple[str, str, str]]:
    """What somebody looked at and accepted: file, kind, hash."""
    kept = json.loads(BASELINE.read_text(encoding="utf-8"))
    return {(one["file"], one["kind"], one["hash"]) for one in kept}


def accept(found: list[Secret]) -> None:
    """Write what was found into the baseline."""
    kept = [{"file": one.file, "kind": one.kind, "hash": one.hash} for one in found]
    BASELINE.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")


def unknown_secrets() -> Iterator[str]:
    """A sentence for each secret that nobody accepted, with what to do."""
    accepted = known()
    for one in secrets_in(ROOT, kept_files()):
        if (one.file, one.kind, one.hash) not in accepted:
            yield (
                f"{one.file}:{one.line} {one.kind}. Take it out, and change it where it is used if it was "
                "ever committed. If it is none: .venv/bin/python -m services.cli.scans accept"
            )


def main(what: str) -> int:
    """Print what a scan finds; 1 when it finds something."""
    if what == "accept":
        accept(secrets_in(ROOT, kept_files()))
        return 0
    told = list(mistakes(SOURCES) if what == "code" else unknown_secrets())
    sys.stdout.writelines(f"{sentence}\n" for sentence in told)
    return 1 if told else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
