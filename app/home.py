"""Composition of packages: their blueprints, permissions, navigation, tabs and jobs, in one list each."""

from __future__ import annotations

from contextlib import suppress
from uuid import UUID

from flask import Blueprint, Flask

from app import case_end, case_merge, case_messages, demo_mail, policies, rights, start
from app.accounts import log, log_patterns, log_views, people_views, refusals, witness
from app.accounts import policies as account_policies
from app.accounts import views as account_views
from app.accounts.policies import AccountPermission
from app.messages import composers
from app.messages import policies as message_policies
from app.messages import references as message_references
from app.messages import views as message_views
from app.messages.policies import MessagePermission
from app.policies import Actor, Table
from app.web import health, navigation
from app.web.navigation import NavigationItem
from cases import bands, closing, list_days, list_filters, panels, schooling, tabs
from cases import policies as case_policies
from cases.consents import views as consent_views
from cases.documents import hooks as document_hooks
from cases.documents import services as document_services
from cases.documents import views as document_views
from cases.duplicates import new_views as new_case_views
from cases.duplicates import policies as duplicate_policies
from cases.duplicates import views as duplicate_views
from cases.duplicates.panel import PANEL as MERGE_PANEL
from cases.duplicates.policies import DuplicatePermission
from cases.emergency import notices as emergency_notices
from cases.emergency import policies as emergency_policies
from cases.emergency import views as emergency_views
from cases.emergency.panel import PANEL as EMERGENCY_PANEL
from cases.emergency.policies import EmergencyPermission
from cases.filters import policies as filter_policies
from cases.filters import views as filter_views
from cases.handover import history as handover_history
from cases.handover import policies as handover_policies
from cases.handover.policies import HandoverPermission
from cases.handover.views import case_tab as handover_case_tab
from cases.handover.views import desks as handover_desks
from cases.handover.views import inbox as handover_inbox
from cases.intake import people_views as intake_people_views
from cases.placement import band_rule, school_filter, waiting
from cases.placement import finding as placement_finding
from cases.placement import policies as placement_policies
from cases.placement import views as placement_views
from cases.placement.panel import PANEL as PLACEMENT_PANEL
from cases.placement.policies import PlacementPermission
from cases.policies import CasePermission
from cases.retention import case_views as keeping_views
from cases.retention import hooks as retention_hooks
from cases.retention import policies as retention_policies
from cases.retention import views as retention_views
from cases.retention import withholding
from cases.retention.policies import RetentionPermission
from cases.rights import correction_views
from cases.rights import policies as rights_policies
from cases.rights import views as rights_views
from cases.rights.policies import RightsPermission
from cases.search import hooks as search_hooks
from cases.search import views as search_views
from cases.sessions import views as session_views
from cases.tabs import Tab
from cases.tasks import views as task_views
from cases.tasks.panel import PANEL as TASK_PANEL
from cases.trace import patterns as trace_patterns
from cases.trace import views as trace_views
from scheduling import expiry
from scheduling import policies as scheduling_policies
from scheduling import warnings as school_warnings
from scheduling.absences import policies as absence_policies
from scheduling.absences import views as absence_views
from scheduling.absences.policies import AbsencePermission
from scheduling.agreeing import caller_views
from scheduling.agreeing import views as agreeing_views
from scheduling.agreeing.panel import PANEL as APPOINTMENT_PANEL
from scheduling.booking import cooling, standing
from scheduling.booking import manage_views as booking_own_views
from scheduling.booking import quiet_views as booking_quiet_views
from scheduling.booking import services as booking_services
from scheduling.booking import views as booking_views
from scheduling.booking.services import HasAppointment
from scheduling.conflicts import counting as conflict_counting
from scheduling.conflicts import views as conflict_views
from scheduling.day import views as day_views
from scheduling.feeds import policies as feed_policies
from scheduling.feeds import telling as feed_telling
from scheduling.feeds import views as feed_views
from scheduling.feeds.policies import FeedPermission
from scheduling.figures import policies as figures_policies
from scheduling.figures import views as figures_views
from scheduling.figures.policies import FiguresPermission
from scheduling.groups import views as group_views
from scheduling.interpreting import asking
from scheduling.interpreting import views as interpreter_views
from scheduling.offering import views as offering_views
from scheduling.policies import SchedulingPermission
from scheduling.requests import family_views as request_family_views
from scheduling.requests import queries as request_queries
from scheduling.requests import views as request_views
from scheduling.resources import hours_views
from scheduling.resources import views as resource_views
from scheduling.states import AppointmentKind
from scheduling.waiting import family_views as waiting_family_views
from scheduling.waiting import offering as waiting_offering
from scheduling.waiting import policies as waiting_policies
from scheduling.waiting import views as waiting_views
from scheduling.waiting.policies import WaitingPermission
from scheduling.walkins import policies as walk_in_policies
from scheduling.walkins import screen_views as walk_in_screens
from scheduling.walkins import views as walk_in_views
from scheduling.walkins.policies import WalkInPermission

BLUEPRINTS: list[Blueprint] = [
    health.blueprint,
    account_views.blueprint,
    log_views.blueprint,
    people_views.blueprint,
    demo_mail.blueprint,
    message_views.blueprint,
    start.blueprint,
    booking_views.blueprint,
    booking_own_views.blueprint,
    booking_quiet_views.blueprint,
    new_case_views.blueprint,
    consent_views.blueprint,
    document_views.blueprint,
    duplicate_views.blueprint,
    emergency_views.blueprint,
    filter_views.blueprint,
    handover_case_tab.blueprint,
    handover_desks.blueprint,
    handover_inbox.blueprint,
    intake_people_views.blueprint,
    *placement_views.BLUEPRINTS,
    keeping_views.blueprint,
    retention_views.blueprint,
    correction_views.blueprint,
    rights_views.blueprint,
    search_views.blueprint,
    session_views.blueprint,
    task_views.blueprint,
    trace_views.blueprint,
    agreeing_views.blueprint,
    caller_views.blueprint,
    day_views.blueprint,
    group_views.blueprint,
    request_family_views.blueprint,
    request_views.blueprint,
    absence_views.blueprint,
    absence_views.own_blueprint,
    conflict_views.blueprint,
    hours_views.blueprint,
    interpreter_views.blueprint,
    offering_views.blueprint,
    resource_views.blueprint,
    feed_views.blueprint,
    waiting_family_views.blueprint,
    waiting_views.blueprint,
    figures_views.blueprint,
    walk_in_screens.blueprint,
    walk_in_views.blueprint,
]

TABLES: list[Table] = [
    absence_policies.TABLE,
    account_policies.TABLE,
    message_policies.TABLE,
    case_policies.TABLE,
    duplicate_policies.TABLE,
    emergency_policies.TABLE,
    filter_policies.TABLE,
    handover_policies.TABLE,
    placement_policies.TABLE,
    retention_policies.TABLE,
    rights_policies.TABLE,
    scheduling_policies.TABLE,
    feed_policies.TABLE,
    waiting_policies.TABLE,
    figures_policies.TABLE,
    walk_in_policies.TABLE,
]

TALKS, SEATS, HOUSE = "Termine", "Schulplätze", "Haus"

NAVIGATION: list[NavigationItem] = [
    NavigationItem("Heute", "home.show", None, 0, icon="home"),
    NavigationItem("Personen", "people.index", AccountPermission.MANAGE_USERS, 5, icon="account-circle"),
    NavigationItem("Protokoll", "log.index", AccountPermission.READ_LOG, 5, icon="checklist"),
    NavigationItem("Fälle", "cases.index", CasePermission.LIST, 10, icon="drive-folder-upload"),
    NavigationItem("Suche", "search.show", CasePermission.SEARCH, 15, icon="search"),
    NavigationItem("Aufgaben", "tasks.index", CasePermission.LIST, 20, icon="checklist"),
    NavigationItem("Übergaben", "offers.index", HandoverPermission.LIST_OFFERS, 30, icon="mail"),
    NavigationItem("Stellen", "desks.index", HandoverPermission.LIST_DESKS, 35, icon="account-circle"),
    NavigationItem("Nachrichten", "messages.index", MessagePermission.LIST, 38, icon="mail"),
    NavigationItem("Tag und Woche", "scheduling.day", SchedulingPermission.SEE_DAY, 40, TALKS),
    NavigationItem(
        "Anfragen", "requests.index", SchedulingPermission.SEE_REQUESTS, 41, TALKS, count=request_queries.count_waiting
    ),
    NavigationItem(
        "Konflikte", "conflicts.index", SchedulingPermission.SEE_DAY, 42, TALKS, count=conflict_counting.for_navigation
    ),
    NavigationItem("Ohne Termin", "walk_ins.desk", WalkInPermission.CALL, 43, TALKS),
    NavigationItem("Warteliste", "waiting.index", WaitingPermission.LIST, 44, TALKS),
    NavigationItem("Gruppentermine", "groups.index", SchedulingPermission.SEE_DAY, 45, TALKS),
    NavigationItem("Auswertung", "figures.appointments", FiguresPermission.SEE, 46, TALKS),
    NavigationItem("Verteilliste", "distribution.index", PlacementPermission.SEE_DISTRIBUTION, 50, SEATS),
    NavigationItem("Schulen", "schools.index", PlacementPermission.SEE_SCHOOLS, 51, SEATS),
    NavigationItem("Dubletten", "duplicates.index", DuplicatePermission.LIST, 70, HOUSE),
    NavigationItem("Notfallzugriffe", "emergency.index", EmergencyPermission.LIST, 71, HOUSE),
    NavigationItem("Aufbewahrung", "retention.index", RetentionPermission.SEE, 72, HOUSE),
    NavigationItem("Meine Zeiten", "own_times.show", AbsencePermission.KEEP_OWN, 79, HOUSE),
    NavigationItem("Sprechzeiten und Räume", "resources.index", SchedulingPermission.MANAGE_RESOURCES, 80, HOUSE),
    NavigationItem("Kalender der Sprachmittlung", "feeds.interpreters", FeedPermission.INTERPRETERS, 85, HOUSE),
]

TABS: list[Tab] = [
    Tab("Überblick", "cases.show", CasePermission.READ, 0),
    Tab("Erfassung", "intake.show", CasePermission.READ, 10),
    Tab("Unterlagen", "documents.show", CasePermission.READ, 20),
    Tab("Einwilligungen", "consents.show", CasePermission.READ_CONSENTS, 30),
    Tab("Gespräche", "sessions.show", CasePermission.READ_NOTES, 40),
    Tab("Übergabe", "handover.show", HandoverPermission.READ, 60),
    Tab("Schulplatz", "placement.show", PlacementPermission.READ, 50),
    Tab("Aufgaben", "tasks.show", CasePermission.MANAGE_TASKS, 70),
    Tab("Aufbewahrung", "keeping.show", RetentionPermission.READ, 95),
    Tab("Verlauf", "trace.show", CasePermission.READ_TRACE, 90),
    Tab("Rechte", "rights.show", RightsPermission.MANAGE, 92),
    Tab("Termine", "appointments.show", CasePermission.BOOK, 35),
]


def init_app(app: Flask) -> None:
    """Bring every package into the application."""
    for table in TABLES:
        policies.register(table)
    navigation.add(*NAVIGATION)
    tabs.add(*TABS)
    list_days.watch()
    schooling.lend(waiting.begin_of_schooling)
    bands.lend(band_rule.band_of_schooling)
    list_filters.lend_schools(school_filter.FILTER)
    document_hooks.on_complete(invite_to_talk)
    case_merge.declare()
    emergency_notices.declare()
    composers.register(document_services.MESSAGE_KIND, label="Fehlende Unterlagen")
    search_hooks.finds(placement_finding.cases_at_school)
    closing.asks(case_end.booked_talk)
    closing.asks(case_end.unanswered_handover)
    composers.guard(withholding.may_write)
    retention_hooks.on_erasure(handover_history.forget_previews)
    retention_hooks.on_erasure(cooling.forget)
    retention_hooks.lend_kim(handover_history.were_with_kim)
    retention_hooks.sweeps_invitations(expiry.drop_expired_invitations)
    standing.declare()
    asking.declare()
    school_warnings.init_app(app)
    feed_telling.declare()
    waiting_offering.declare()
    message_references.told_by(case_messages.case_references)
    rights.bind()
    panels.add(EMERGENCY_PANEL, MERGE_PANEL)
    panels.add(APPOINTMENT_PANEL, case_messages.PANEL, PLACEMENT_PANEL, TASK_PANEL)
    refusals.init_app(app)
    witness.init_app(app)
    log.lend_cases(trace_patterns.cases_of)
    log_patterns.lend_foreign_reads(trace_patterns.foreign_reads)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)


def invite_to_talk(actor: Actor, *, case_id: UUID) -> None:
    """Invite a family whose papers are complete, unless its talk is agreed on already."""
    with suppress(HasAppointment):
        booking_services.invite(actor, case_id=case_id, kind=AppointmentKind.FIRST_TALK)
