"""What a check of the trail found, in German sentences with the numbers of the entries: for page and command."""

from __future__ import annotations

from app.data.audit_verify import Break, BreakKind, Findings
from app.data.checkpoints import AuditCheckpoint
from app.web.format import instant_local


def sentence(broken: Break) -> str:
    """One break as a sentence."""
    return _SENTENCES[broken.kind].format(seq=broken.seq, last=broken.last, where=_where(broken), about=_record(broken))


def verdict(found: Findings) -> str:
    """The first line: whether it holds, and how much was checked."""
    if not found.holds:
        return f"Das Protokoll ist NICHT unversehrt: {_count(len(found.breaks), 'Befund', 'Befunde')}."
    return (
        f"Das Protokoll ist unversehrt: {_count(found.entries, 'Eintrag', 'Einträge')}, "
        f"{_count(found.records, 'versiegelte Angabe', 'versiegelte Angaben')}."
    )


def limits(found: Findings) -> list[str]:
    """What this check could not see."""
    told = []
    if found.begins_after:
        told.append(
            f"Die Einträge 1 bis {found.begins_after} sind nach Ablauf der Frist gelöscht; die Kette beginnt dahinter."
        )
    if not found.has_checkpoints:
        told.append(
            "Ohne Prüfpunkte von außen ist nicht geprüft: ob jemand das ganze Protokoll neu geschrieben, sein Ende "
            "mitsamt dem letzten Stand abgeschnitten oder die ganze Datenbank auf einen früheren Stand gesetzt hat."
        )
    elif not found.has_key:
        told.append(
            "Ohne öffentlichen Schlüssel sind die Unterschriften der Prüfpunkte nicht geprüft: "
            "sie beweisen nur etwas, wenn niemand sie fälschen konnte."
        )
    elif found.entries + found.begins_after > found.anchored:
        begin = found.anchored + 1
        told.append(f"Die Einträge ab Nummer {begin} deckt noch kein Prüfpunkt: sie könnten neu geschrieben sein.")
    return told


def checked_against(found: Findings) -> str:
    """What the checkpoints say, "" when there were none; those whose signature was not checked confirm nothing."""
    if not found.has_checkpoints:
        return ""
    if not found.has_key:
        compared = _count(found.checkpoints, "Prüfpunkt", "Prüfpunkte")
        return f"{compared} verglichen, ohne die Unterschrift zu prüfen: das belegt nichts."
    return f"{_count(found.checkpoints, 'Prüfpunkt', 'Prüfpunkte')} verglichen; belegt bis Eintrag {found.anchored}."


def checkpoint_line(note: AuditCheckpoint | None) -> str:
    """The latest checkpoint in a few words."""
    return f"Eintrag {note.size} am {instant_local(note.at)}" if note else "noch keiner"


def _count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"


def _where(broken: Break) -> str:
    """`Eintrag 7 fehlt` or `Die Einträge 7 bis 9 fehlen`."""
    if broken.last > broken.seq:
        return f"Einträge {broken.seq} bis {broken.last}: fehlen"
    return f"Eintrag {broken.seq}: fehlt"


def _record(broken: Break) -> str:
    """Class and id of a record as the tables name them; they say nothing about a person."""
    kind, _, record_id = broken.about.partition(" ")
    return f"„{kind}“ ({record_id[:8]}…{record_id[-8:]})"


_SENTENCES = {
    BreakKind.MISSING: "{where} (gelöscht)",
    BreakKind.UNLINKED: "Eintrag {seq}: hängt nicht am vorigen; davor wurde etwas ersetzt",
    BreakKind.ALTERED: "Eintrag {seq}: wurde verändert",
    BreakKind.FORKED: "Eintrag {seq}: hat denselben Vorgänger wie ein anderer; zwei Schreiber spalteten die Kette",
    BreakKind.CUT: "Ab Eintrag {seq}: das Ende fehlt oder passt nicht zum vermerkten Stand (Eintrag {last})",
    BreakKind.ROLLED_BACK: "Eintrag {seq}: die Angabe {about} liegt in einer älteren Fassung vor als hier geschrieben",
    BreakKind.REPLACED: "Eintrag {seq}: die Angabe {about} ist nicht die, die hier zuletzt geschrieben wurde",
    BreakKind.REMOVED: "Eintrag {seq}: die Angabe {about}, die hier geschrieben wurde, ist nicht mehr da",
    BreakKind.FOREIGN: "Die Angabe {about} liegt in der Datenbank, steht aber nicht im Protokoll",
    BreakKind.SHORTER: "Prüfpunkt {seq}: das Protokoll endet bei Eintrag {last}; sein Ende ist abgeschnitten oder "
    "die Datenbank auf einen früheren Stand gesetzt",
    BreakKind.REWRITTEN: "Prüfpunkt {seq}: das Protokoll hatte hier einen anderen Stand; nach Eintrag {last} wurde es "
    "neu geschrieben",
    BreakKind.CONTRADICTING: "Prüfpunkt {seq}: zwei unterschriebene Prüfpunkte widersprechen sich; es gab zwei "
    "Fassungen des Protokolls",
    BreakKind.BEGINNING: "Das Protokoll beginnt erst nach Eintrag {seq}, und keiner der angegebenen Prüfpunkte "
    "bestätigt diesen Anfang; ältere Einträge können gelöscht sein",
    BreakKind.UNSIGNED: "Prüfpunkt {seq}: die Unterschrift stimmt nicht; er ist gefälscht oder von woanders",
}
