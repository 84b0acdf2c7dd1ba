"""The root key in the environment: `version:base64` words, as a platform's secret store hands them to a process."""

from __future__ import annotations

from app.data import cipher
from app.data.root_keys import LocalRoot, RootKeyError, parse_keys, written_keys

WHAT = "die Umgebungsvariable EINSTIEG_ROOT_KEY"


def fresh_value() -> str:
    """A value for the variable of a new installation."""
    return written_keys({1: cipher.new_key()}).strip()


class KeyEnvironment(LocalRoot):
    """Cannot change itself: rotating and destroying say what to change by hand, and where."""

    def __init__(self, text: str | None) -> None:
        self._text = text or ""
        super().__init__()

    def _read(self) -> dict[int, bytes]:
        if not self._text.strip():
            raise RootKeyError(f"{WHAT} fehlt: 'flask keys init' nennt einen Wert für eine neue Einrichtung")
        return parse_keys(self._text.encode(), what=WHAT)

    def rotate(self) -> int:
        """Raises RootKeyError with the steps to take."""
        following = max(self._keys) + 1
        raise RootKeyError(
            f"{WHAT} kann Einstieg nicht selbst ändern. Bitte dort ein Wort „{following}:…“ anhängen (ein neuer Wert: "
            "'openssl rand -base64 32'), alle Prozesse neu starten und dann 'flask keys rotate' noch einmal aufrufen. "
            "Die alten Wörter bleiben stehen, bis 'flask keys destroy' sie nicht mehr gebraucht nennt"
        )

    def destroy(self, version: int) -> None:
        """Raises RootKeyError with the steps to take; for the newest version, that it must stay."""
        if version == max(self._keys):
            raise RootKeyError("die geltende Fassung des Hauptschlüssels kann nicht vernichtet werden")
        if version in self._keys:
            raise RootKeyError(
                f"unter der Fassung {version} liegt nichts mehr. {WHAT[0].upper()}{WHAT[1:]} kann Einstieg nicht "
                f"selbst ändern: bitte dort das Wort „{version}:…“ entfernen, auch aus der Verwahrung des Werts "
                "(Tresor, Konfiguration, deren Sicherungen), und alle Prozesse neu starten"
            )
