"""Channels as rows: sealed when they are saved, sealed anew when the keys are rotated."""

from collections.abc import Iterable

from models.domain.playbook.site_model import ChannelSpec
from services.addresses import BadAddress, parse_address
from services.secrets import KeyRing, is_sealed, ring
from services.store.contexts import Sql

RECORDER = "recorder"
"""The kind of channel that keeps what would have been sent; its address is a label."""


def row_of(site_id: int, channel_id: int) -> str:
    """The row that an address is sealed for."""
    return f"channel {site_id} {channel_id}"


def save_channels(sql: Sql, site_id: int, channels: Iterable[ChannelSpec]) -> None:
    """Save a new site's channels, in the order of preference. Raises BadAddress."""
    rows = []
    for i, one in enumerate(channels, start=1):
        try:
            address, endpoint = kept(site_id, i, one)
        except BadAddress as refusal:
            raise BadAddress(f"[[channel]] {i}, of {one.member or one.party}: {refusal}") from None
        rows.append((site_id, i, one.party, one.member, one.kind, address, i, endpoint))
    with sql.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO channel (site_id, id, party, member, kind, address, preference, endpoint)"
            " VALUES (%s, %s, %s, %s, %s, %s, %s, %s)",
            rows,
        )


def reseal(sql: Sql, keys: KeyRing) -> int:
    """Seal every address with the newest key, also what was plain; returns how many.

    Raises:
        CannotOpen: an address was sealed with a key that is no longer given.
        BadAddress: a plain address cannot be used.
    """
    rows = sql.execute(
        "SELECT site_id, id, kind, address FROM channel WHERE kind <> %s ORDER BY site_id, id FOR UPDATE",
        (RECORDER,),
    ).fetchall()
    for site_id, channel_id, kind, address in rows:
        row = row_of(site_id, channel_id)
        plain = keys.open(address, row) if is_sealed(address) else address
        sql.execute(
            "UPDATE channel SET address = %s, endpoint = %s WHERE (site_id, id) = (%s, %s)",
            (*_sealed(keys, kind, plain, row), site_id, channel_id),
        )
    return len(rows)


def kept(site_id: int, channel_id: int, one: ChannelSpec) -> tuple[str, str]:
    """Address and endpoint as they are saved. Raises BadAddress."""
    if one.kind == RECORDER:
        return one.address, f"{RECORDER} {site_id} {channel_id}"
    return _sealed(ring(), one.kind, one.address, row_of(site_id, channel_id))


def _sealed(keys: KeyRing, kind: str, address: str, row: str) -> tuple[str, str]:
    """The address sealed for its row, and the fingerprint of what it reaches."""
    typed = parse_address(kind, address)
    return keys.seal(address, row), keys.fingerprint(f"{kind} {typed.destination()}")
