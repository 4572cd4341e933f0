"""What is known of a reporter, and how a contact is shown: to be known again, too little to call by."""

import re
from enum import StrEnum


class ContactPart(StrEnum):
    """What a reporter may leave, to be called back."""

    NAME = "name"
    PHONE = "phone"


class PersonalData(StrEnum):
    """What lies beside the ledger about a reporter, and can be erased."""

    WORDS = "words"
    CONTACT = "contact"
    PHOTOS = "photos"


HIDDEN = "****"
"""Of one length, whatever it hides: how long a number is says something too."""
_MOBILE = re.compile(r"(?:\+?86)?(1\d{10})")
_LONG, _MIDDLE, _SHORT = 11, 8, 5


def mask_phone(phone: str) -> str:
    """A number with its middle hidden: ``138****5678``, ``+447****3456``, ``62****78``, ``****42``.

    Of the digits at least three are hidden, of fewer than five all.
    """
    digits = re.sub(r"\D", "", phone)
    plus = "+" if phone.lstrip().startswith("+") else ""
    mobile = _MOBILE.fullmatch(plus + digits)
    if mobile is not None:
        digits, plus = mobile[1], ""
    if len(digits) >= _LONG:
        return f"{plus}{digits[:3]}{HIDDEN}{digits[-4:]}"
    if len(digits) >= _MIDDLE:
        return f"{plus}{digits[:2]}{HIDDEN}{digits[-2:]}"
    return HIDDEN + (digits[-2:] if len(digits) >= _SHORT else "")


def mask_name(name: str) -> str:
    """The first character alone, the family name of most here: ``王**``."""
    return f"{name.strip()[:1]}**"
