"""Which papers a family is asked for, and when they are complete."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from cases.documents.asked import ASKED, asked_on
from cases.documents.file_types import HEIC, JPEG, PDF, PNG, kind_of
from cases.documents.rules import (
    ChildAsked,
    default_checklist,
    is_complete,
    is_wanted,
    may_have_report,
    next_case_state,
)
from cases.kinds import DocumentKind as Kind
from cases.states import CaseState, DocumentState

TODAY = date(2026, 11, 23)
FIRST, SECOND = UUID(int=1), UUID(int=2)


def test_a_family_is_asked_once_and_each_child_by_itself() -> None:
    items = default_checklist([ChildAsked(FIRST, "2014-03-05"), ChildAsked(SECOND, "2021")], ["mother"], TODAY)
    assert [(item.kind, item.child_id) for item in items if item.is_required] == [
        (Kind.CONSENT_FORM, None),
        (Kind.GUARDIAN_ID, None),
        (Kind.REGISTRATION, None),
        (Kind.CHILD_ID, FIRST),
        (Kind.SCHOOL_REPORT, FIRST),
        (Kind.CHILD_ID, SECOND),
    ]
    measles = [item for item in items if item.kind is Kind.MEASLES_PROOF]
    assert [item.is_required for item in measles] == [False, False]


def test_a_vormund_proves_the_appointment_under_the_law_of_the_day() -> None:
    for guardian in ("legal_guardian", "youth_office"):
        kinds = [item.kind for item in default_checklist([], [guardian], TODAY)]
        assert kinds.count(Kind.CUSTODY) == 1
    sources = {day: {a.source for a in asked_on(day) if a.kind is Kind.CUSTODY} for day in (date(2022, 5, 1), TODAY)}
    assert sources[TODAY] != sources[date(2022, 5, 1)]


def test_measles_was_not_asked_for_before_the_law() -> None:
    assert Kind.MEASLES_PROOF not in {asked.kind for asked in asked_on(date(2020, 2, 29))}
    assert all(asked.source for asked in ASKED)


def test_a_report_is_asked_from_seven_years_on_and_when_the_age_is_unknown() -> None:
    assert not may_have_report("2019-11-24", TODAY)
    assert may_have_report("2019-11-23", TODAY)
    assert may_have_report("", TODAY)
    assert may_have_report("2019", TODAY)


def test_complete_means_each_required_paper_is_checked_or_waived() -> None:
    checked, waived, received = DocumentState.CHECKED, DocumentState.WAIVED, DocumentState.RECEIVED
    assert is_complete([(True, checked), (True, waived), (False, DocumentState.MISSING)])
    assert not is_complete([(True, checked), (True, received)])
    assert not is_complete([])
    assert not is_complete([(False, checked)])


def test_a_message_names_what_the_talk_waits_for_and_what_staff_marked() -> None:
    assert is_wanted(True, DocumentState.REQUESTED)
    assert is_wanted(False, DocumentState.MISSING)
    assert not is_wanted(False, DocumentState.REQUESTED)
    assert not is_wanted(True, DocumentState.RECEIVED)


def test_papers_move_a_case_until_the_family_is_invited() -> None:
    assert next_case_state(CaseState.REPORTED, complete=False) is CaseState.DOCUMENTS_INCOMPLETE
    assert next_case_state(CaseState.DOCUMENTS_INCOMPLETE, complete=True) is CaseState.DOCUMENTS_COMPLETE
    assert next_case_state(CaseState.DOCUMENTS_COMPLETE, complete=True) is None
    assert next_case_state(CaseState.INVITED, complete=False) is None


def test_a_file_is_known_by_its_first_bytes() -> None:
    assert kind_of(b"%PDF-1.7\n%\xe2") is PDF
    assert kind_of(b"\xff\xd8\xff\xe0\x00\x10JFIF") is JPEG
    assert kind_of(b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR") is PNG
    assert kind_of(b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00") is HEIC
    for other in (b"", b"MZ\x90\x00", b"PK\x03\x04", b"<html>", b"\x00\x00\x00\x18ftypmp42", b"GIF89a"):
        assert kind_of(other) is None
