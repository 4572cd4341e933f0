"""The words of acceptances, in both languages."""

from collections.abc import Mapping

from services.views.language import Words

STATUS: Mapping[str, Words] = {
    "prepared": ("待验收", "To be gone through"),
    "checking": ("验收中", "Under way"),
    "reworking": ("整改中", "Being reworked"),
    "passed": ("通过", "Passed"),
    "cancelled": ("已取消", "Cancelled"),
}
PRESENCE: Mapping[str, Words] = {
    "party": ("单位", "Organisation"),
    "volunteer": ("志愿者", "Volunteer"),
    "resident": ("居民代表", "Resident"),
}
WARRANTY: Mapping[str, Words] = {
    "waterproofing": ("防水", "Waterproofing"),
    "electrical": ("电气", "Electrical"),
    "pipes": ("管道", "Pipes"),
    "equipment": ("设备", "Equipment"),
    "decoration": ("装修", "Decoration"),
    "heating": ("供热供冷", "Heating and cooling"),
    "structure": ("主体结构", "Structure"),
}
