"""Latin letters for names in other scripts, by own tables for the scripts families here write most.

The output is lower case ASCII letters, spaces and three marks that keep an ambiguity open for the skeletons:
``9`` for Cyrillic г (g in Russian, h in Ukrainian), ``8`` for Turkish ğ (silent or g), ``7`` for Arabic و
(w, u or o). No transliteration standard: two spellings of one name should come out near each other.
"""

import re
import unicodedata

from anyascii import anyascii

_ARABIC = {
    "ا": "a", "أ": "a", "إ": "i", "آ": "a", "ٱ": "a", "ء": "", "ئ": "y", "ؤ": "7", "ب": "b", "پ": "p",
    "ت": "t", "ٹ": "t", "ث": "th", "ج": "j", "چ": "ch", "ح": "h", "خ": "kh", "د": "d", "ڈ": "d", "ذ": "dh",
    "ر": "r", "ڑ": "r", "ز": "z", "ژ": "zh", "س": "s", "ش": "sh", "ص": "s", "ض": "dh", "ط": "t", "ظ": "dh",
    "ع": "a", "غ": "gh", "ف": "f", "ڤ": "v", "ق": "q", "ک": "k", "ك": "k", "گ": "g", "ل": "l", "ڵ": "l",
    "م": "m", "ن": "n", "ں": "n", "ه": "h", "ھ": "h", "ہ": "h", "ة": "a", "ۀ": "a", "و": "7", "ۆ": "o",
    "ي": "y", "ی": "y", "ى": "a", "ې": "e", "ێ": "e", "ے": "e", "ە": "a", "ټ": "t", "ډ": "d", "ړ": "r",
    "ږ": "zh", "ښ": "sh", "ڼ": "n", "څ": "ts", "ځ": "dz", "ګ": "g", "ۍ": "y", "ـ": "",
    "\u064e": "a", "\u064f": "u", "\u0650": "i", "\u064b": "an", "\u064c": "un", "\u064d": "in",
    "\u0651": "", "\u0652": "", "\u0670": "a", "\u0654": "", "\u200c": "", "\u200d": "", "\u200f": "",
    "\u200e": "",
}  # fmt: skip
_CYRILLIC = {
    "а": "a", "б": "b", "в": "v", "г": "9", "ґ": "g", "д": "d", "е": "e", "ё": "yo", "є": "ye", "ж": "zh",
    "з": "z", "и": "i", "і": "i", "ї": "yi", "й": "y", "к": "k", "л": "l", "м": "m", "н": "n", "о": "o",
    "п": "p", "р": "r", "с": "s", "т": "t", "у": "u", "ў": "u", "ф": "f", "х": "kh", "ц": "ts", "ч": "ch",
    "ш": "sh", "щ": "shch", "ъ": "", "ы": "y", "ь": "", "э": "e", "ю": "yu", "я": "ya", "ђ": "j", "ј": "y",
    "љ": "l", "њ": "n", "ћ": "ch", "џ": "j", "ѓ": "gy", "ќ": "ky", "ѕ": "dz", "ѝ": "i", "қ": "q", "ғ": "gh",
    "ң": "n", "ө": "o", "ұ": "u", "ү": "u", "һ": "h", "ә": "a", "ҷ": "j", "ҳ": "h", "ӣ": "i", "ӯ": "u",
}  # fmt: skip
_LATIN = {
    "ß": "ss", "ä": "a", "ö": "o", "ü": "u", "ø": "o", "å": "a", "æ": "a", "œ": "o", "ł": "l", "đ": "d",
    "ð": "d", "þ": "th", "ı": "i", "ş": "sh", "ș": "sh", "š": "sh", "ś": "sh", "ç": "ch", "č": "ch",
    "ć": "ch", "ğ": "8", "ž": "zh", "ż": "zh", "ź": "z", "ț": "ts", "ţ": "ts", "ñ": "n", "ň": "n", "ń": "n",
    "ř": "r", "ə": "a", "ḥ": "h", "ḫ": "kh", "ġ": "gh", "ṣ": "s", "ḍ": "dh", "ṭ": "t", "ẓ": "dh",
}  # fmt: skip

_GAPS = dict.fromkeys((chr(code) for code in range(128) if not chr(code).isalpha()), " ")
_GAPS |= dict.fromkeys("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹", " ")
_SILENT = dict.fromkeys("'`’‘ʼʻ´ʿʾ", "")

_PLAIN = str.maketrans(_GAPS | _SILENT)
_SCRIPTS = _ARABIC | _CYRILLIC | _LATIN
_TABLE = str.maketrans(_SCRIPTS | _GAPS | _SILENT)
_AGAIN = str.maketrans(_SCRIPTS)
_MARKS = re.compile(r"[\u0300-\u036f]")
_OTHER = re.compile(r"[^a-z789 ]+")
_UNVOWELLED = re.compile(r"[\u0590-\u05ff\u0620-\u064a\u0671-\u06d5]")


def romanise(name: str) -> str:
    """Write a name in lower case Latin words with single spaces; hyphens part words, apostrophes do not."""
    if name.isascii():
        return " ".join(name.lower().translate(_PLAIN).split())
    text = unicodedata.normalize("NFC", name).replace("İ", "i").casefold().translate(_TABLE)
    return " ".join((text if text.isascii() else _without_tables(text)).split())


def is_unvowelled(name: str) -> bool:
    """Whether a name stands in a script that leaves short vowels out (Arabic, Persian, Hebrew)."""
    return not name.isascii() and _UNVOWELLED.search(name) is not None


def _without_tables(text: str) -> str:
    """Letters no table knows: first without their marks, then by anyascii."""
    text = _MARKS.sub("", unicodedata.normalize("NFD", text)).translate(_AGAIN)
    return _OTHER.sub(" ", anyascii("".join(map(_letter, text))).casefold())


def _letter(mark: str) -> str:
    """A letter or vowel sign as it is, anything else as a space: anyascii would spell out an emoji in words."""
    return mark if mark.isalpha() or unicodedata.category(mark).startswith("M") or mark in "789" else " "
