"""Where one can go: the pages of the menu, by what the policy lets the caller do."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from models.domain.policy import Permission
from services.callers import Caller


@dataclass(frozen=True, slots=True)
class Way:
    """A line of the menu."""

    href: str
    name: str
    icon: str
    here: bool


def ways(caller: Caller, path: str, say: Callable[[str], str]) -> list[Way]:
    """The menu of a caller who is at a path."""
    return [
        Way(href, say(name), icon, href == path or (href != "/" and path.startswith(href)))
        for href, (name, icon, permission) in WAYS.items()
        if any(caller.may(permission, site) for site in caller.site_ids)
    ]


def _(words: str) -> str:
    """Marks words for the catalogues."""
    return words


WAYS: Mapping[str, tuple[str, str, Permission]] = {
    "/": (_("工单"), "clipboard-list", Permission.SEE_ORDERS),
    "/today": (_("今日待办"), "list-todo", Permission.SEE_FIGURES),
    "/inbox": (_("提醒"), "bell", Permission.KEEP_ROSTER),
    "/report": (_("代人报修"), "message-square-plus", Permission.REPORT),
    "/board": (_("看板"), "layout-grid", Permission.SEE_FIGURES),
    "/street": (_("总览"), "building-2", Permission.SEE_FIGURES),
    "/together": (_("共商"), "users-round", Permission.SEE_WALKS),
    "/walk": (_("巡查"), "footprints", Permission.SEE_WALKS),
    "/posters": (_("海报"), "qr-code", Permission.MANAGE_PEOPLE),
    "/crew": (_("施工链接"), "link", Permission.MANAGE_PEOPLE),
    "/duty": (_("值班"), "calendar-clock", Permission.KEEP_ROSTER),
    "/channels": (_("通知渠道"), "send", Permission.KEEP_ROSTER),
    "/admin": (_("管理"), "settings", Permission.MANAGE_PEOPLE),
}
"""By address: its name, its icon, and what somebody must be allowed to see it in the menu."""
