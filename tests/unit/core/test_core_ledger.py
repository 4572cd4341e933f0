"""Canonical bytes, the chain, commitments."""

import hashlib
import hmac
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.domain.codec import encode
from models.domain.ledger import GENESIS, Link, canonical, chained, commitment, first_broken
from models.domain.streams import StreamKey
from tests.unit.core.kit import leak

KEY = StreamKey(1, 17)


def chain(payloads: list[bytes], key: StreamKey = KEY) -> list[Link]:
    links, previous = [], GENESIS
    for seq, payload in enumerate(payloads, start=1):
        previous = chained(key, seq, previous, payload)
        links.append(Link(seq, payload, previous))
    return links


@pytest.fixture
def links() -> list[Link]:
    return chain([canonical(encode(event)) for event in leak().events()])


def test_canonical_bytes_are_those_of_rfc_8785() -> None:
    # The strings and literals of RFC 8785, 3.2.2, without its numbers: the domain has no floats.
    image = {"string": '€$\u000f\nA\'B"\\\\"/', "literals": [None, True, False]}
    expected = '{"literals":[null,true,false],"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}'
    assert canonical(image) == expected.encode()


def test_canonical_bytes_have_sorted_keys_and_no_space() -> None:
    assert canonical({"b": 1, "a": {"d": [], "c": ""}}) == b'{"a":{"c":"","d":[]},"b":1}'


def test_canonical_bytes_escape_nothing_that_need_not_be() -> None:
    assert (
        canonical("\u007f\u2028乒乓/\b\t\n\f\r\u0001") == '"\u007f\u2028乒乓/\\b\\t\\n\\f\\r\\u0001"'.encode()
    )


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text("abcdef_", max_size=4), inner),
    )
)
def test_canonical_bytes_read_back_as_what_was_written(image: object) -> None:
    assert json.loads(canonical(image)) == image
    assert canonical(json.loads(canonical(image))) == canonical(image)


def test_a_lone_surrogate_has_no_bytes() -> None:
    with pytest.raises(UnicodeEncodeError):
        canonical("\ud800")


def test_a_chain_holds_up_to_its_head(links: list[Link]) -> None:
    assert first_broken(KEY, links) is None
    assert first_broken(KEY, links, head=links[-1].digest) is None


def test_the_hash_covers_domain_stream_place_previous_and_bytes() -> None:
    expected = hashlib.sha256(b"lianban.event.v1\x001/17/1\x00" + bytes(32) + b"{}").digest()
    assert chained(KEY, 1, GENESIS, b"{}") == expected


@pytest.mark.parametrize("place", range(8))
def test_an_edited_event_is_found(links: list[Link], place: int) -> None:
    links[place] = Link(place + 1, links[place].payload + b" ", links[place].digest)
    assert first_broken(KEY, links) == place + 1


@pytest.mark.parametrize("place", range(8))
def test_a_deleted_event_is_found(links: list[Link], place: int) -> None:
    head = links[-1].digest
    del links[place]
    assert first_broken(KEY, links, head=head) == place + 1


@pytest.mark.parametrize("place", range(7))
def test_events_in_another_order_are_found(links: list[Link], place: int) -> None:
    links[place], links[place + 1] = links[place + 1], links[place]
    assert first_broken(KEY, links) == place + 1


def test_an_event_edited_with_its_own_hash_breaks_the_next(links: list[Link]) -> None:
    digest = chained(KEY, 3, links[1].digest, b"{}")
    links[2] = Link(3, b"{}", digest)
    assert first_broken(KEY, links) == 4


def test_a_cut_tail_is_found_against_the_head(links: list[Link]) -> None:
    head = links[-1].digest
    assert first_broken(KEY, links[:-1]) is None
    assert first_broken(KEY, links[:-1], head=head) == len(links)
    assert first_broken(KEY, [], head=head) == 1


def test_a_chain_cannot_be_moved_to_another_stream(links: list[Link]) -> None:
    assert first_broken(StreamKey(1, 18), links) == 1


def test_a_commitment_needs_its_key() -> None:
    secret = bytes(range(32))
    assert commitment(secret, b"text") == hmac.new(secret, b"text", "sha256").hexdigest()
    assert commitment(secret, b"text") != commitment(bytes(32), b"text")
    assert commitment(secret, b"text") != commitment(secret, b"Text")
