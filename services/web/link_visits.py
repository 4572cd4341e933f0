"""An opened link's page may be looked at again without the link, for a while.

The cookie names the link by its hash, and is asked about as the link is: whoever revokes the link ends the
visits, too.
"""

from starlette.requests import Request
from starlette.responses import Response

from services.crew_links import CrewLink
from services.links import Link
from services.web import visits

_LETTERS = 16
"""Of the hash, in the path: enough to tell links apart, nothing to open one with."""


def path_of(link: Link | CrewLink) -> str:
    """Where the opened link is."""
    return link.folder + link.digest[:_LETTERS]


def keep(request: Request, response: Response, link: Link | CrewLink) -> None:
    """Let the browser show the page again."""
    visits.keep(request, response, path_of(link), link.digest, lasts=link.visit)


def visited(request: Request, path: str) -> str | None:
    """The hash of the link that this browser opened at a path, if that is not too long ago."""
    return visits.visited(request, path)
