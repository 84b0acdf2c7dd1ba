"""Routing of handovers: one that a bell asks for, those no bell was heard for, and keys that follow access."""

from __future__ import annotations

from uuid import UUID

from app.accounts.queries import organisations
from app.policies import OrganisationKind, system_of
from cases.handover import queries, services


def route(handover_id: UUID) -> None:
    """Route one handover; one that is gone or routed already needs nothing."""
    owner = queries.owner_of(handover_id)
    if owner is not None:
        services.route(owner, handover_id=handover_id)


def route_waiting() -> None:
    """Route whatever still waits, oldest first."""
    for handover_id in queries.waiting_for_route():
        route(handover_id)


def finish_keys() -> None:
    """Finish changes of keys that a crash or a running save left half done."""
    for body in organisations(OrganisationKind.KI):
        services.finish_keys(system_of(body.id, body.kind))
