"""What the board and the pages of rooms say of announced works."""

from services.execute import Shop
from services.matters.works.reading import is_told, public_works
from services.matters.works.views import Told, told_of
from services.store.transactions import transaction
from services.views.language import Language


def told_works(shop: Shop, site_id: int, language: Language, space: str | None = None) -> list[Told]:
    """Those of a site, the first to begin at the top; those in a room, where one is named."""
    with transaction(shop.engine, [site_id]) as sql:
        found = [one for one in public_works(shop, sql, site_id) if is_told(one)]
    return [told_of(one, language) for one in found if space is None or space in one.state.plan.rooms]
