"""A site whose clock the test turns: what is due in days is due now."""

from datetime import timedelta

from services.replay.driver import Driver
from services.store.contexts import read_sites
from services.store.transactions import transaction
from tests.integration.api.conftest import World


def days_pass(world: World, days: int, *, site: str = "OTHER") -> None:
    """Route, fire and send as it would be by then; the site's clock moves only so from now on."""
    site_id = world.site_ids[site]
    with transaction(world.worker.engine, [site_id]) as sql:
        sql.execute(
            "UPDATE site SET clock = 'virtual', virtual_now = statement_timestamp()"
            " WHERE id = %s AND clock <> 'virtual'",
            (site_id,),
        )
        now = read_sites(sql, [site_id])[site_id].virtual_now
    assert now is not None
    Driver(world.worker, site_id).advance(now + timedelta(days=days))
