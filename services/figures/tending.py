"""What the pulse does for the figures every few seconds."""

from services.execute import Shop
from services.figures import keeping, subscribing


def tend(shop: Shop) -> bool:
    """Tell of reports that are due, and copy some of what has changed; whether there is more to copy."""
    subscribing.tell(shop)
    return keeping.keep(shop) == keeping.BATCH
