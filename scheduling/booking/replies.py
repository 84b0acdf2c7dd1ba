"""What a family's answer to a text message means: digits, as gateways keep words like STOP for themselves.

`1` says that the family comes, `2` that it does not; digits of every script and the word for yes in our languages
count. CANCEL, END and YES are no words of ours: gateways take them for opting out and in.
"""

from __future__ import annotations

import unicodedata
from enum import StrEnum

from app.web.fields import western_digits


class Reply(StrEnum):
    """What an answer asks for; whatever is none of the first three goes to a person."""

    COMING = "coming"
    NOT_COMING = "not_coming"
    STOP = "stop"
    UNKNOWN = "unknown"


MEANINGS = {
    "1": Reply.COMING,
    "ja": Reply.COMING,
    "نعم": Reply.COMING,
    "так": Reply.COMING,
    "2": Reply.NOT_COMING,
    "stop": Reply.STOP,
    "stopp": Reply.STOP,
    "стоп": Reply.STOP,
}
_MARKS = str.maketrans("", "", ".,!?\"'()-*#،؟")


def read_reply(text: str) -> Reply:
    """The meaning of the whole text; blanks, marks and upper case say nothing, further words make it unknown."""
    if any(unicodedata.category(sign) == "No" for sign in text):
        return Reply.UNKNOWN
    folded = unicodedata.normalize("NFKC", text).casefold()
    plain = "".join(sign for sign in folded if unicodedata.category(sign) not in ("Cf", "Mn"))
    return MEANINGS.get(western_digits(plain).translate(_MARKS).strip(), Reply.UNKNOWN)
