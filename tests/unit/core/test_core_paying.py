"""Who pays: the first line of the rule that holds, with all lines up to it."""

from datetime import date

import pytest

from models.domain.directory import Capacity
from models.domain.orders.paying import CULPRIT, FUND, Circumstance, Cover, Facts, Ground, propose
from models.domain.words import Origin

PARTIES = {
    Capacity.CONTRACTOR: "contractor",
    Capacity.UTILITY: "utility",
    Capacity.PROPERTY: "property",
    Capacity.ASSET_COMPANY: "asset_company",
}
DAY = date(2026, 3, 9)
ROOF = Cover("防水", date(2025, 12, 1), date(2030, 12, 1))
OVER = Cover("装修", date(2020, 1, 1), date(2022, 1, 1))
U, P, C, W, M = Origin.UNKNOWN, Origin.PRE_EXISTING, Origin.CONSTRUCTION, Origin.WARRANTY, Origin.MISUSE


def facts(
    origin: Origin, circumstance: Circumstance | None = None, *covers: Cover, failed: bool = False
) -> Facts:
    return Facts(
        DAY, origin, failed_acceptance=failed, covers=covers, circumstance=circumstance, parties=PARTIES
    )


@pytest.mark.parametrize(
    ("known", "ground", "payer"),
    [
        (facts(C), Ground.REWORK, "contractor"),
        (facts(U, None, failed=True), Ground.REWORK, "contractor"),
        (facts(U, None, ROOF), Ground.WARRANTY, "contractor"),
        (facts(W), Ground.WARRANTY, "contractor"),
        (facts(W, None, OVER), None, None),
        (facts(P, None, ROOF), Ground.OLD_DEFECT, "asset_company"),
        (facts(U, Circumstance.UTILITY_SIDE), Ground.UTILITY, "utility"),
        (facts(M, None, ROOF), Ground.DAMAGE, CULPRIT),
        (facts(M, Circumstance.UTILITY_SIDE), Ground.DAMAGE, CULPRIT),
        (facts(U, Circumstance.SHARED_PART, OVER), Ground.SHARED, FUND),
        (facts(U, Circumstance.SHARED_PART, ROOF), Ground.WARRANTY, "contractor"),
        (facts(U, Circumstance.UPKEEP), Ground.UPKEEP, "property"),
        (facts(P), Ground.OLD_DEFECT, "asset_company"),
        (facts(U), None, None),
    ],
)
def test_the_first_line_that_holds_names_who_pays(
    known: Facts, ground: Ground | None, payer: str | None
) -> None:
    proposed = propose(known)
    assert (proposed.ground, proposed.payer) == (ground, payer)


def test_the_last_day_of_a_warranty_is_inside_it_and_the_next_is_not() -> None:
    last = Cover("防水", date(2025, 1, 1), DAY)
    before = Cover("防水", date(2025, 1, 1), date(2026, 3, 8))
    assert propose(facts(U, None, last)).ground is Ground.WARRANTY
    assert propose(facts(U, None, before)).ground is None


def test_a_warranty_names_its_own_contractor() -> None:
    assert propose(facts(U, None, Cover("防水", DAY, DAY, "roofer"))).payer == "roofer"


def test_all_lines_up_to_the_one_that_holds_are_told() -> None:
    grounds = [(one.ground, one.holds) for one in propose(facts(U, Circumstance.UTILITY_SIDE)).reasons]
    assert grounds == [(Ground.REWORK, False), (Ground.WARRANTY, False), (Ground.UTILITY, True)]
