"""Who may do what, written down by hand: the answers the permission matrix is checked against.

Rows are permissions, columns are people, a cell holds the relations to the case in which the answer is yes:

    o  the actor is its advisor (for a family: its own case)
    d  a case of the own body that a colleague counsels and shared with the actor as deputy
    c  a colleague's case in the own body
    e  a colleague's case that the actor opened in an emergency an hour ago
    l  ... opened in an emergency that has run out
    u  a case of the own body that nobody counsels yet
    k  a case of another KI, handed over to nobody
    f  a case of another KI, offered to a desk of the actor's body
    p  ... offered to the actor in person
    q  ... offered to a colleague of the actor's body
    a  ... accepted by the actor
    b  ... accepted by a colleague of the actor's body
    x  ... accepted by another body
    r  the actor is its advisor, and the family had the processing restricted
    s  ... of a colleague's case, shared with the actor as deputy
    t  ... of a case of another KI that the actor had accepted
    y  what a family left on the open page of the own body and nobody has taken

"*" is yes in all of them and without any case; an absent column is no in all of them.
"""

from __future__ import annotations

RELATIONS = "odcelukfpqabxrsty"

PEOPLE = (
    "reception",
    "advisor",
    "lead",
    "kim_case_manager",
    "kim_lead",
    "administrator",
    "data_protection_officer",
    "family",
    "system",
    "no_role",
    "nobody",
)

Row = dict[str, str]

EVERYBODY_AT_A_KI: Row = {"reception": "*", "advisor": "*", "lead": "*"}
EVERYBODY_WITH_CASES: Row = {**EVERYBODY_AT_A_KI, "kim_case_manager": "*", "kim_lead": "*"}
WITH_A_SIGN_IN: Row = {
    **EVERYBODY_WITH_CASES,
    "administrator": "*",
    "data_protection_officer": "*",
    "no_role": "*",
}

TABLE: dict[str, Row] = {
    "absence.keep_own": {"advisor": "*"},
    "account.sign_out": WITH_A_SIGN_IN,
    "account.see_own_sessions": WITH_A_SIGN_IN,
    "account.manage_users": {"administrator": "odcelursy"},
    "account.read_log": {"data_protection_officer": "*"},
    "case.list": EVERYBODY_WITH_CASES,
    "case.search": EVERYBODY_WITH_CASES,
    "case.open": EVERYBODY_AT_A_KI,
    "case.find": {
        "reception": "odcelu",
        "advisor": "odcelur",
        "lead": "odcelurs",
        "kim_case_manager": "a",
        "kim_lead": "ab",
    },
    "case.read": {
        "reception": "odcelu",
        "advisor": "odeur",
        "lead": "odcelurs",
        "kim_case_manager": "a",
        "kim_lead": "ab",
        "system": "odceluy",
    },
    "case.change": {"reception": "odcelu", "advisor": "odu", "lead": "odcelu", "system": "odceluy"},
    "case.advance": {
        "reception": "odcelu",
        "advisor": "odu",
        "lead": "odcelu",
        "kim_case_manager": "a",
        "kim_lead": "ab",
        "family": "o",
        "system": "odceluy",
    },
    "case.read_health": {"advisor": "odeur", "lead": "odcelurs", "kim_case_manager": "a", "kim_lead": "ab"},
    "case.change_health": {"advisor": "odu", "lead": "odcelu"},
    "case.read_notes": {"advisor": "odeur", "lead": "odcelurs", "kim_case_manager": "a", "kim_lead": "ab"},
    "case.write_notes": {"advisor": "odu", "lead": "odcelu", "kim_case_manager": "a", "kim_lead": "ab"},
    "case.manage_documents": {"reception": "odcelu", "advisor": "odu", "lead": "odcelu", "system": "odceluy"},
    "case.read_consents": {
        "reception": "odcelu",
        "advisor": "odeur",
        "lead": "odcelurs",
        "kim_case_manager": "a",
        "kim_lead": "ab",
        "system": "odceluy",
    },
    "case.manage_consents": {
        "reception": "odcelu",
        "advisor": "odu",
        "lead": "odcelu",
        "kim_case_manager": "a",
        "kim_lead": "ab",
    },
    "case.manage_tasks": {
        "reception": "odcelu",
        "advisor": "odeu",
        "lead": "odcelu",
        "kim_case_manager": "a",
        "kim_lead": "ab",
        "system": "odceluy",
    },
    "case.assign": {"advisor": "ou", "lead": "odcelu"},
    "case.invite": {"reception": "odcelu", "advisor": "odu", "lead": "odcelu"},
    "case.book": {
        "reception": "odcelu",
        "advisor": "odu",
        "lead": "odcelu",
        "kim_case_manager": "a",
        "kim_lead": "ab",
        "family": "o",
    },
    "case.place": {"advisor": "odu", "lead": "odcelu"},
    "case.hand_over": {"advisor": "odu", "lead": "odcelu"},
    "case.read_trace": {"advisor": "odur", "lead": "odcelurs", "kim_case_manager": "a", "kim_lead": "ab"},
    "case.close": {"advisor": "odu", "lead": "odcelu"},
    "case.open_in_emergency": {"advisor": "cl"},
    "case.take_request": {"reception": "y", "advisor": "y", "lead": "y"},
    "duplicate.list": {"advisor": "*", "lead": "*"},
    "duplicate.merge": {"advisor": "odu", "lead": "odcelu"},
    "emergency.list": {"lead": "*"},
    "emergency.review": {"lead": "cersy"},
    "filter.use": {
        "reception": "od",
        "advisor": "od",
        "lead": "od",
        "kim_case_manager": "od",
        "kim_lead": "od",
    },
    "filter.change": {
        "reception": "o",
        "advisor": "o",
        "lead": "od",
        "kim_case_manager": "o",
        "kim_lead": "od",
    },
    "handover.read": {"advisor": "odeur", "lead": "odcelurs", "kim_case_manager": "a", "kim_lead": "ab"},
    "handover.request": {"advisor": "odu", "lead": "odcelu"},
    "handover.route": {"system": "*"},
    "handover.list_offers": {"kim_case_manager": "*", "kim_lead": "*"},
    "handover.answer": {"kim_case_manager": "fp", "kim_lead": "fpq"},
    "handover.hand_on": {"kim_case_manager": "a", "kim_lead": "ab"},
    "handover.list_desks": {"kim_lead": "*"},
    "handover.manage_desks": {"kim_lead": "fpqab"},
    "message.list": EVERYBODY_AT_A_KI,
    "message.resolve": {"reception": "odcelursy", "advisor": "odcelursy", "lead": "odcelursy"},
    "placement.see_schools": EVERYBODY_WITH_CASES,
    "placement.see_distribution": EVERYBODY_AT_A_KI,
    "placement.read": {"advisor": "odeur", "lead": "odcelurs", "kim_case_manager": "a", "kim_lead": "ab"},
    "rights.manage": {"advisor": "odur", "lead": "odcelurs"},
    "retention.see": {"lead": "*", "data_protection_officer": "*"},
    "retention.list_cases": {"lead": "*"},
    "retention.read": {"advisor": "odur", "lead": "odcelurs"},
    "retention.decide": {"lead": "odcelurs"},
    "calendar.own": {"advisor": "*"},
    "calendar.interpreters": {"lead": "*", "administrator": "*"},
    "calendar.send": {"system": "*"},
    "waiting.list": EVERYBODY_AT_A_KI,
    "waiting.mark_urgent": {"advisor": "*", "lead": "*"},
    "waiting.fill": {"system": "*"},
    "scheduling.see_day": EVERYBODY_AT_A_KI,
    "scheduling.see_requests": EVERYBODY_AT_A_KI,
    "scheduling.book": {**EVERYBODY_AT_A_KI, "family": "*"},
    "scheduling.overbook": EVERYBODY_AT_A_KI,
    "scheduling.keep_day": EVERYBODY_AT_A_KI,
    "scheduling.send_out": EVERYBODY_AT_A_KI,
    "scheduling.plan_groups": {"advisor": "*", "lead": "*"},
    "scheduling.manage_resources": {"lead": "*", "administrator": "*"},
    "figures.see": {"lead": "*", "administrator": "*"},
    "figures.see_people": {"lead": "*"},
    "walk_in.draw": {**EVERYBODY_AT_A_KI, "system": "*"},
    "walk_in.call": EVERYBODY_AT_A_KI,
    "walk_in.show_board": {**EVERYBODY_AT_A_KI, "system": "*"},
    "walk_in.manage_screens": {"reception": "*", "lead": "*", "administrator": "*"},
}

# What is asked about; permissions that are not named here are asked about the case itself.
SUBJECTS: dict[str, str] = {
    "account.manage_users": "person",
    "emergency.review": "emergency",
    "filter.change": "filter",
    "filter.use": "filter",
    "handover.answer": "handover",
    "handover.manage_desks": "desk",
    "message.resolve": "message",
}
