"""What lianban is made of: its locked packages and their licences; writes the SBOM. For `lianban check`."""

import re
import sys
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model import ExternalReference, ExternalReferenceType, HashAlgorithm, HashType, XsUri
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.output.json import JsonV1Dot6
from cyclonedx.spdx import is_expression
from license_expression import get_spdx_licensing
from packageurl import PackageURL
from packaging.markers import Marker

ROOT = Path(__file__).resolve().parents[2]
PLACE = ROOT / "build" / "sbom.json"

PIN = re.compile(
    r"""^(?P<name>[a-z0-9][a-z0-9._-]*)==(?P<version>\S+)(?:[ ];[ ](?P<marker>.+?))?[ ]\\\n
    (?P<hashes>(?:[ ]{4}--hash=sha256:[0-9a-f]{64}[ ]\\\n)*[ ]{4}--hash=sha256:[0-9a-f]{64}\n)
    (?P<needed_by>(?:[ ]{4}\#[ ].*\n)*)""",
    re.MULTILINE | re.VERBOSE,
)


class NotPinned(Exception):
    """A line of a lock is no version with hashes; compile it anew with `./lianban lock`."""


@dataclass(frozen=True, slots=True)
class Pin:
    """One package of a lock, and which others asked for it."""

    name: str
    version: str
    marker: str | None
    hashes: tuple[str, ...]
    needed_by: frozenset[str]

    @property
    def is_for_this_machine(self) -> bool:
        """Whether it is installed here: some are for other systems or older Pythons alone."""
        return self.marker is None or Marker(self.marker).evaluate()


@dataclass(frozen=True, slots=True)
class Policy:
    """`[tool.lianban.licences]`: what may be used, and what people read in packages that do not say it."""

    allowed: frozenset[str]
    read: Mapping[str, str]


def pins(lock: str) -> list[Pin]:
    """The packages of a lock.

    Raises:
        NotPinned: something in it is not pinned by hashes, or says where to load from.
    """
    left = PIN.sub("", lock).strip()
    if left:
        raise NotPinned(left.splitlines()[0])
    return [
        Pin(
            one["name"],
            one["version"],
            one["marker"],
            tuple(re.findall("[0-9a-f]{64}", one["hashes"])),
            frozenset(
                re.findall(
                    r"#(?: via| +) +([a-z0-9][a-z0-9._-]*)(?: \(.+\))?$", one["needed_by"], re.MULTILINE
                )
            ),
        )
        for one in PIN.finditer(lock)
    ]


def policy_of(project: Mapping[str, Any]) -> Policy:
    """The policy in pyproject.toml."""
    told = project["tool"]["lianban"]["licences"]
    return Policy(frozenset(told["allowed"]), told["read"])


def told_by(name: str) -> list[str]:
    """What an installed package says of its licence, the newest way of saying it first."""
    about = metadata.metadata(name)
    return [about[field].strip() for field in ("License-Expression", "License") if field in about]


def licence_of(pin: Pin, policy: Policy) -> str | None:
    """The SPDX expression: what the package says, else what somebody read in its licence file."""
    return next((one for one in told_by(pin.name) if is_expression(one)), policy.read.get(pin.name))


def wrong_licences(used: list[Pin], policy: Policy) -> Iterator[str]:
    """A sentence for each package that is unknown or not allowed, with what to do."""
    spdx = get_spdx_licensing()
    for pin in used:
        licence = licence_of(pin, policy)
        if licence is None:
            yield (
                f"{pin.name} {pin.version} names no SPDX licence (it says {told_by(pin.name)}). Read its "
                "licence file and write what it is under [tool.lianban.licences.read] in pyproject.toml."
            )
            continue
        # All of them, also where a package offers a choice: which one is chosen is for a person to write.
        for key in sorted(set(spdx.license_keys(licence)) - policy.allowed):
            yield (
                f"{pin.name} {pin.version} is under {licence}, and {key} is not allowed. Take another "
                "package; or, if lianban may be given away with it, add it to [tool.lianban.licences]."
            )
    for name in sorted(policy.read.keys() - {pin.name for pin in used}):
        yield f"{name} stands under [tool.lianban.licences.read] and is not used: remove it there."


def sbom(used: list[Pin], policy: Policy) -> Bom:
    """Every package that is installed to run lianban, with its licence, hashes, and what needs it."""
    root = Component(
        name="lianban",
        version=project()["project"]["version"],
        type=ComponentType.APPLICATION,
        bom_ref="lianban",
    )
    bom = Bom()
    bom.metadata.component = root
    made = {pin.name: component(pin, licence_of(pin, policy)) for pin in used}
    for one in made.values():
        bom.components.add(one)
    for parent, name in ((root, "lianban"), *((one, name) for name, one in made.items())):
        bom.register_dependency(parent, [made[pin.name] for pin in used if name in pin.needed_by])
    return bom


def component(pin: Pin, licence: str | None) -> Component:
    """One package; the hashes are those of all files that the lock lets in, one of which is installed."""
    purl = PackageURL("pypi", None, pin.name, pin.version)
    files = ExternalReference(
        type=ExternalReferenceType.DISTRIBUTION,
        url=XsUri(purl.to_string()),
        hashes=[HashType(alg=HashAlgorithm.SHA_256, content=one) for one in pin.hashes],
    )
    return Component(
        name=pin.name,
        version=pin.version,
        purl=purl,
        bom_ref=purl.to_string(),
        licenses=[LicenseFactory().make_from_string(licence)] if licence else [],
        external_references=[files],
    )


def project() -> dict[str, Any]:
    """pyproject.toml."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def runtime() -> list[Pin]:
    """What is installed here to run lianban."""
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    return [pin for pin in pins(lock) if pin.is_for_this_machine]


def main() -> int:
    """Write the SBOM and print what is wrong with licences; 1 when something is."""
    used, policy = runtime(), policy_of(project())
    wrong = list(wrong_licences(used, policy))
    sys.stdout.writelines(f"{sentence}\n" for sentence in wrong)
    PLACE.parent.mkdir(exist_ok=True)
    JsonV1Dot6(sbom(used, policy)).output_to_file(str(PLACE), allow_overwrite=True, indent=2)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
