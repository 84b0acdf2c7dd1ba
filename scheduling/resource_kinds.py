"""Where an absence comes from, what an interpreter answered, and how reading somebody's own calendar went."""

from __future__ import annotations

from enum import StrEnum


class AbsenceSource(StrEnum):
    """Who says that somebody is away: a person here, or that person's own calendar; never the reason."""

    ENTERED = "entered"
    CALENDAR = "calendar"


class Answer(StrEnum):
    """What an interpreter says to one talk at one time."""

    ASKED = "asked"
    CONFIRMED = "confirmed"
    DECLINED = "declined"

    @property
    def label(self) -> str:
        """The German words staff read."""
        return {"asked": "angefragt", "confirmed": "zugesagt", "declined": "abgesagt"}[self.value]


class CalendarState(StrEnum):
    """How the last look at somebody's own calendar went."""

    WAITING = "waiting"
    READ = "read"
    FAILED = "failed"


class CalendarProblem(StrEnum):
    """Why a calendar could not be read; never anything its server said, as that may name a person."""

    NO_HTTPS = "no_https"
    NOT_ALLOWED = "not_allowed"
    NO_SUCH_SERVER = "no_such_server"
    UNREACHABLE = "unreachable"
    TOO_SLOW = "too_slow"
    NOT_SECURE = "not_secure"
    REFUSED = "refused"
    GONE = "gone"
    TROUBLE = "trouble"
    TOO_MANY_REDIRECTS = "too_many_redirects"
    TOO_LARGE = "too_large"
    NO_CALENDAR = "no_calendar"
    TOO_MANY = "too_many"

    @property
    def label(self) -> str:
        """The German sentence whose calendar it is reads, with what to do about it."""
        return _PROBLEMS[self]


_PROBLEMS = {
    CalendarProblem.NO_HTTPS: "Die Adresse beginnt nicht mit https://. Unverschlüsselt wird kein Kalender gelesen.",
    CalendarProblem.NOT_ALLOWED: "Die Adresse führt in ein internes Netz. Nötig ist eine Adresse im Internet.",
    CalendarProblem.NO_SUCH_SERVER: "Den Server dieser Adresse gibt es nicht. Bitte prüfen Sie die Adresse.",
    CalendarProblem.UNREACHABLE: "Der Server war nicht erreichbar. Es wird von selbst wieder versucht.",
    CalendarProblem.TOO_SLOW: "Der Server hat zu lange gebraucht. Es wird von selbst wieder versucht.",
    CalendarProblem.NOT_SECURE: "Das Zertifikat des Servers ist nicht gültig. Fragen Sie dort nach.",
    CalendarProblem.REFUSED: "Der Server gibt den Kalender nicht frei. Erzeugen Sie die Freigabe dort neu.",
    CalendarProblem.GONE: "Unter dieser Adresse ist kein Kalender mehr. Erzeugen Sie die Freigabe dort neu.",
    CalendarProblem.TROUBLE: "Der Server hatte eine Störung. Es wird von selbst wieder versucht.",
    CalendarProblem.TOO_MANY_REDIRECTS: "Die Adresse leitet zu oft weiter. Tragen Sie die letzte Adresse selbst ein.",
    CalendarProblem.TOO_LARGE: "Der Kalender ist größer als 5 MB. Geben Sie nur die Zeiten frei, keine Anhänge.",
    CalendarProblem.NO_CALENDAR: "Was dort liegt, ist kein Kalender (.ics). Bitte prüfen Sie die Adresse.",
    CalendarProblem.TOO_MANY: "Der Kalender hat zu viele Einträge. Geben Sie einen kleineren Kalender frei.",
}
