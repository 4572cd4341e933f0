"""The words of drawings, in both languages."""

from collections.abc import Mapping

from services.views.language import Words

SORT: Mapping[str, Words] = {
    "effect": ("效果图", "How it will look"),
    "plan": ("平面图", "Floor plan"),
}
