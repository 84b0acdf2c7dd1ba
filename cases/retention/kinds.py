"""The words of keeping and erasing, as the pages and receipts name them; free of any database."""

from __future__ import annotations

from enum import StrEnum


class ExtensionReason(StrEnum):
    """Why a case that fell due is kept for another year, once."""

    COUNSELLING_GOES_ON = "counselling_goes_on"
    LEGAL_DISPUTE = "legal_dispute"
    AUTHORITY_ASKS = "authority_asks"
    FAMILY_ASKS = "family_asks"

    @property
    def label(self) -> str:
        """The German words for pages."""
        return _EXTENSIONS[self]


class ArchiveAnswer(StrEnum):
    """What the archive said of a case it was offered (ArchivG NRW § 4)."""

    TAKEN_OVER = "taken_over"
    DECLINED = "declined"

    @property
    def label(self) -> str:
        """The German words for pages."""
        return {"taken_over": "übernommen", "declined": "nicht archivwürdig"}[self.value]


class ErasedKind(StrEnum):
    """What was erased: all of a case, one child of it, or one file."""

    CASE = "case"
    CHILD = "child"
    ATTACHMENT = "attachment"

    @property
    def label(self) -> str:
        """The German word for pages."""
        return {"case": "Fall", "child": "Kind", "attachment": "Datei"}[self.value]


class ErasureBasis(StrEnum):
    """Why something was erased (Art. 17(1) GDPR)."""

    DUE = "due"
    REQUEST = "request"
    WITHDRAWN = "withdrawn"
    UNLAWFUL = "unlawful"

    @property
    def label(self) -> str:
        """The German words with the letter of the norm."""
        return _BASES[self]


_EXTENSIONS = {
    ExtensionReason.COUNSELLING_GOES_ON: "Die Beratung geht weiter",
    ExtensionReason.LEGAL_DISPUTE: "Ein Rechtsstreit oder eine Beschwerde läuft",
    ExtensionReason.AUTHORITY_ASKS: "Eine Behörde braucht die Akte noch",
    ExtensionReason.FAMILY_ASKS: "Die Familie bittet darum",
}

_BASES = {
    ErasureBasis.DUE: "Aufbewahrungsfrist abgelaufen (Art. 17 Abs. 1 lit. a DSGVO)",
    ErasureBasis.REQUEST: "Antrag der Familie (Art. 17 Abs. 1 DSGVO)",
    ErasureBasis.WITHDRAWN: "Einwilligung widerrufen (Art. 17 Abs. 1 lit. b DSGVO)",
    ErasureBasis.UNLAWFUL: "irrtümlich oder unrechtmäßig angelegt (Art. 17 Abs. 1 lit. d DSGVO)",
}
