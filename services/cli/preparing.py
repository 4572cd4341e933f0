"""`up`'s side of `first_steps`: run it beside other starts, and know when that is safe."""

import json
import subprocess
import sys
from hashlib import sha256
from types import TracebackType
from typing import Self

from services.cli.stack import own_environment
from services.embedded.errors import ChildDidNotStart
from services.embedded.supervisor import tail
from services.settings import CHECKOUT, Settings

VERSIONS = CHECKOUT / "models" / "migrations" / "versions"


class FirstSteps:
    """The process that migrates, loads the example and makes sign-in links; ended when its block is left."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.log = settings.data / "logs" / "first_steps.log"
        self.stamp = settings.data / "up.schema"
        self.log.parent.mkdir(exist_ok=True, mode=0o700)
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "services.cli.first_steps"],
                env=own_environment(settings),
                cwd=settings.data,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=log,
                start_new_session=True,
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self.process.poll() is None:
            self.process.terminate()
            self.process.communicate()

    @property
    def changes_nothing(self) -> bool:
        """Whether the database has the present schema already, so that the API may start beside it.

        A guess from what the last run left: it is right but for a database that was exchanged under the same
        address, and there the API is early by a second.
        """
        try:
            return self.stamp.read_text() == fingerprint(self.settings)
        except OSError:
            return False

    def finish(self) -> list[tuple[str, str]]:
        """Wait for its end; the sign-in links as pairs of label and address.

        Raises:
            ChildDidNotStart: it failed.
        """
        answer, _ = self.process.communicate()
        if self.process.returncode:
            reason = "the database could not be brought up to date"
            raise ChildDidNotStart("it", reason, self.log, tail(self.log))
        self.stamp.write_text(fingerprint(self.settings))
        return [(label, url) for label, url in json.loads(answer)]


def fingerprint(settings: Settings) -> str:
    """The schema that this code wants, in the database that it is told."""
    digest = sha256(settings.database_url.encode())
    for version in sorted(VERSIONS.glob("*.py")):
        digest.update(version.read_bytes())
    return digest.hexdigest()
