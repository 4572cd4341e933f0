"""The Merkle tree of RFC 6962 (Certificate Transparency): append-only, provable piece by piece.

A *node* is the root of a perfect subtree: ``(level, index)`` covers the leaves from ``index << level`` to
``(index + 1) << level``. Who proves something hands in a way to read nodes; nothing here holds a whole tree.
"""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

EMPTY = hashlib.sha256(b"").digest()
"""The root of a tree without leaves (RFC 6962, 2.1)."""

Nodes = Callable[[int, int], bytes]
"""Reads the node at (level, index)."""


class ProofError(ValueError):
    """The proof does not hold: the tree, the leaf or the proof is another one."""


def leaf_hash(data: bytes) -> bytes:
    """The hash of a leaf, told apart from an inner node by its first byte."""
    return hashlib.sha256(b"\0" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of an inner node."""
    return hashlib.sha256(b"\1" + left + right).digest()


@dataclass(slots=True)
class CompactRange:
    """A growing tree by the roots of its perfect subtrees, the largest first: at most 64 hashes.

    Appending is O(1) on average; the number of hashes is the number of ones in `size`.
    """

    size: int = 0
    hashes: tuple[bytes, ...] = ()

    def append(self, leaf: bytes) -> list[tuple[int, int, bytes]]:
        """Add a leaf's hash; the nodes that it completes as (level, index, hash), the leaf itself first."""
        hashes, level, index, node = list(self.hashes), 0, self.size, leaf
        made = [(level, index, node)]
        while index & 1:
            node = node_hash(hashes.pop(), node)
            level, index = level + 1, index >> 1
            made.append((level, index, node))
        self.hashes = (*hashes, node)
        self.size += 1
        return made

    def extend(self, leaves: Iterable[bytes]) -> None:
        """Add leaves' hashes."""
        for leaf in leaves:
            self.append(leaf)

    def root(self) -> bytes:
        """The root of the tree as it is now."""
        if not self.hashes:
            return EMPTY
        *left, root = self.hashes
        for node in reversed(left):
            root = node_hash(node, root)
        return root


def root_of(leaves: Iterable[bytes]) -> bytes:
    """The root over leaves' hashes."""
    tree = CompactRange()
    tree.extend(leaves)
    return tree.root()


def range_hash(begin: int, end: int, nodes: Nodes) -> bytes:
    """MTH of the leaves from `begin` to before `end`, where `begin` starts a subtree of that width."""
    parts = []
    while begin < end:
        level = (end - begin).bit_length() - 1
        parts.append(nodes(level, begin >> level))
        begin += 1 << level
    if not parts:
        return EMPTY
    *left, root = parts
    for node in reversed(left):
        root = node_hash(node, root)
    return root


def inclusion_path(index: int, size: int, nodes: Nodes) -> list[bytes]:
    """The audit path of leaf `index` in the tree of `size` leaves, its sibling first (RFC 6962, 2.1.1).

    Raises:
        ValueError: there is no such leaf.
    """
    if not 0 <= index < size:
        raise ValueError(f"there is no leaf {index} in a tree of {size}")
    path, begin, end = [], 0, size
    while end - begin > 1:
        middle = begin + _split(end - begin)
        if index < middle:
            path.append(range_hash(middle, end, nodes))
            end = middle
        else:
            path.append(range_hash(begin, middle, nodes))
            begin = middle
    return path[::-1]


def consistency_path(old: int, new: int, nodes: Nodes) -> list[bytes]:
    """The proof that the tree of `old` leaves is the beginning of that of `new` (RFC 6962, 2.1.2).

    Raises:
        ValueError: not 0 <= old <= new.
    """
    if not 0 <= old <= new:
        raise ValueError(f"a tree of {old} is not the beginning of one of {new}")
    path: list[bytes] = []
    begin, end, whole = 0, new, True
    if old == 0:
        return path
    while old != end:
        middle = begin + _split(end - begin)
        if old <= middle:
            path.append(range_hash(middle, end, nodes))
            end = middle
        else:
            path.append(range_hash(begin, middle, nodes))
            begin, whole = middle, False
    if not whole:
        path.append(range_hash(begin, end, nodes))
    return path[::-1]


def _split(width: int) -> int:
    """The largest power of two smaller than `width`."""
    return 1 << ((width - 1).bit_length() - 1)


def check_inclusion(leaf: bytes, index: int, size: int, path: Sequence[bytes], root: bytes) -> None:
    """Raise ProofError unless `path` leads from the leaf's hash at `index` to `root` (RFC 9162, 2.1.3.2)."""
    if not 0 <= index < size:
        raise ProofError(f"there is no leaf {index} in a tree of {size}")
    node, at, last = leaf, index, size - 1
    for sibling in path:
        if last == 0:
            raise ProofError("the inclusion proof is too long")
        if at & 1 or at == last:
            node = node_hash(sibling, node)
            while at and not at & 1:
                at, last = at >> 1, last >> 1
        else:
            node = node_hash(node, sibling)
        at, last = at >> 1, last >> 1
    if last != 0 or node != root:
        raise ProofError(f"leaf {index} is not in the tree of {size} with this root")


@dataclass(frozen=True, slots=True)
class Head:
    """A tree as somebody saw it: its size and its root."""

    size: int
    root: bytes


def check_consistency(old: Head, new: Head, path: Sequence[bytes]) -> None:
    """Raise ProofError unless `path` proves that `new` only added leaves to `old` (RFC 9162, 2.1.4.2)."""
    if not 0 <= old.size <= new.size:
        raise ProofError(f"the tree of {old.size} is longer than that of {new.size}")
    if old.size in {0, new.size}:
        if path or old.root != (EMPTY if old.size == 0 else new.root):
            raise ProofError(f"the trees of {old.size} and of {new.size} differ")
        return
    steps = [old.root, *path] if old.size & (old.size - 1) == 0 else list(path)
    if not steps:
        raise ProofError("the consistency proof is empty")
    if _followed(old.size, new.size, steps) != (old.root, new.root):
        raise ProofError(f"the tree of {new.size} does not begin with that of {old.size}")


def _followed(old: int, new: int, steps: Sequence[bytes]) -> tuple[bytes, bytes]:
    """The roots of the old and of the new tree that a consistency proof leads to."""
    at, last = old - 1, new - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    first = second = steps[0]
    for step in steps[1:]:
        if last == 0:
            raise ProofError("the consistency proof is too long")
        if at & 1 or at == last:
            first, second = node_hash(step, first), node_hash(step, second)
            while at and not at & 1:
                at, last = at >> 1, last >> 1
        else:
            second = node_hash(second, step)
        at, last = at >> 1, last >> 1
    if last != 0:
        raise ProofError("the consistency proof is too short")
    return first, second
