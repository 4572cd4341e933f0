"""The tree of RFC 6962: the vectors of Certificate Transparency, and proofs against their definitions."""

import hashlib
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.domain import merkle
from models.domain.merkle import EMPTY, CompactRange, Head, ProofError, leaf_hash, node_hash, root_of

# The leaves and roots that Certificate Transparency's own implementations are tested with.
DATA = [
    bytes.fromhex(text)
    for text in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
LEAVES = [leaf_hash(one) for one in DATA]
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
PATHS = {  # (leaf, size): the audit path
    (0, 1): [],
    (0, 8): [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
    (5, 8): [
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
    (2, 3): ["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"],
    (1, 5): [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ],
}
CONSISTENCY = {  # (old, new): the proof
    (1, 1): [],
    (1, 8): [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
    (6, 8): [
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
    (2, 5): [
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ],
}


def mth(leaves: Sequence[bytes]) -> bytes:
    """The definition of RFC 6962, 2.1, word for word."""
    if not leaves:
        return EMPTY
    if len(leaves) == 1:
        return leaves[0]
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return node_hash(mth(leaves[:split]), mth(leaves[split:]))


class Tree:
    """All nodes of a tree, and how often one was read."""

    def __init__(self, leaves: Sequence[bytes]) -> None:
        self.range, self.kept = CompactRange(), {}
        for leaf in leaves:
            for level, index, node in self.range.append(leaf):
                self.kept[level, index] = node

    def __call__(self, level: int, index: int) -> bytes:
        return self.kept[level, index]


def leaves_of(count: int) -> list[bytes]:
    return [leaf_hash(number.to_bytes(4)) for number in range(count)]


@pytest.mark.parametrize("size", range(len(ROOTS)))
def test_the_roots_are_those_of_certificate_transparency(size: int) -> None:
    assert root_of(LEAVES[:size]).hex() == ROOTS[size]


@pytest.mark.parametrize(("index", "size"), PATHS)
def test_the_audit_paths_are_those_of_certificate_transparency(index: int, size: int) -> None:
    path = merkle.inclusion_path(index, size, Tree(LEAVES))
    assert [one.hex() for one in path] == PATHS[index, size]
    merkle.check_inclusion(LEAVES[index], index, size, path, bytes.fromhex(ROOTS[size]))


@pytest.mark.parametrize(("old", "new"), CONSISTENCY)
def test_the_consistency_proofs_are_those_of_certificate_transparency(old: int, new: int) -> None:
    path = merkle.consistency_path(old, new, Tree(LEAVES))
    assert [one.hex() for one in path] == CONSISTENCY[old, new]
    merkle.check_consistency(Head(old, bytes.fromhex(ROOTS[old])), Head(new, bytes.fromhex(ROOTS[new])), path)


def test_every_proof_of_every_small_tree_holds() -> None:
    leaves = leaves_of(33)
    for size in range(34):
        tree, root = Tree(leaves[:size]), mth(leaves[:size])
        assert tree.range.root() == root
        for index in range(size):
            path = merkle.inclusion_path(index, size, tree)
            merkle.check_inclusion(leaves[index], index, size, path, root)
        for old in range(size + 1):
            proof = merkle.consistency_path(old, size, tree)
            merkle.check_consistency(Head(old, mth(leaves[:old])), Head(size, root), proof)


@given(st.integers(1, 600), st.data())
def test_a_proof_holds_for_its_leaf_its_place_and_its_root_alone(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    leaves = leaves_of(size)
    tree = Tree(leaves)
    root, path = tree.range.root(), merkle.inclusion_path(index, size, tree)
    merkle.check_inclusion(leaves[index], index, size, path, root)
    elsewhere = data.draw(st.integers(0, size).filter(lambda one: one != index))
    wrong = hashlib.sha256(b"wrong").digest()
    bad: list[tuple[bytes, int, int, list[bytes], bytes]] = [
        (wrong, index, size, path, root),
        (leaves[index], elsewhere, size, path, root),
        (leaves[index], index, size, [*path, wrong], root),
        (leaves[index], index, size, path, wrong),
    ]
    if path:
        cut = data.draw(st.integers(0, len(path) - 1))
        bad.append((leaves[index], index, size, path[:cut] + path[cut + 1 :], root))
        bad.append((leaves[index], index, size, [*path[:cut], wrong, *path[cut + 1 :]], root))
    for attempt in bad:
        with pytest.raises(ProofError):
            merkle.check_inclusion(*attempt)


@given(st.integers(1, 600), st.data())
def test_a_tree_that_was_rewritten_has_no_consistency_proof(size: int, data: st.DataObject) -> None:
    old = data.draw(st.integers(1, size))
    changed = data.draw(st.integers(0, old - 1))
    leaves = leaves_of(size)
    before = Head(old, root_of(leaves[:old]))
    merkle.check_consistency(
        before, Head(size, root_of(leaves)), merkle.consistency_path(old, size, Tree(leaves))
    )
    leaves[changed] = hashlib.sha256(b"rewritten").digest()
    proof = merkle.consistency_path(old, size, Tree(leaves))
    with pytest.raises(ProofError):
        merkle.check_consistency(before, Head(size, root_of(leaves)), proof)


@given(st.integers(2, 600), st.data())
def test_a_consistency_proof_with_another_step_does_not_hold(size: int, data: st.DataObject) -> None:
    old = data.draw(st.integers(1, size - 1))
    leaves = leaves_of(size)
    before, after = Head(old, root_of(leaves[:old])), Head(size, root_of(leaves))
    proof = merkle.consistency_path(old, size, Tree(leaves))
    place = data.draw(st.integers(0, len(proof) - 1))
    wrong = hashlib.sha256(b"wrong").digest()
    for bad in (
        proof[:place] + proof[place + 1 :],
        [*proof, wrong],
        [*proof[:place], wrong, *proof[place + 1 :]],
    ):
        with pytest.raises(ProofError):
            merkle.check_consistency(before, after, bad)


@given(st.lists(st.integers(0, 50), max_size=20))
def test_appending_piece_by_piece_gives_the_tree_of_all(pieces: list[int]) -> None:
    leaves, kept = leaves_of(sum(pieces)), CompactRange()
    begin = 0
    for piece in pieces:
        grown = CompactRange(kept.size, kept.hashes)
        grown.extend(leaves[begin : begin + piece])
        kept, begin = grown, begin + piece
    assert kept.root() == mth(leaves)
    assert len(kept.hashes) == kept.size.bit_count()


@pytest.mark.parametrize(("index", "size"), [(0, 0), (3, 3), (-1, 3)])
def test_there_is_no_path_of_a_leaf_that_is_not_there(index: int, size: int) -> None:
    with pytest.raises(ValueError, match="no leaf"):
        merkle.inclusion_path(index, size, Tree(LEAVES))
    with pytest.raises(ProofError, match="no leaf"):
        merkle.check_inclusion(LEAVES[0], index, size, [], LEAVES[0])


@pytest.mark.parametrize(("old", "new"), [(4, 3), (-1, 3)])
def test_a_longer_tree_is_no_beginning_of_a_shorter(old: int, new: int) -> None:
    with pytest.raises(ValueError, match="not the beginning"):
        merkle.consistency_path(old, new, Tree(LEAVES))
    with pytest.raises(ProofError, match="longer"):
        merkle.check_consistency(Head(old, LEAVES[0]), Head(new, LEAVES[0]), [])
