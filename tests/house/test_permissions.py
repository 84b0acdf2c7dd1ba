"""Deny by default: each permission has one predicate, and nobody has none of them by accident."""

from __future__ import annotations

from uuid import UUID

import pytest
from flask import Flask

from app.policies import Actor, OrganisationKind, Permission, permits, registered

# What everybody with a sign-in may do with that sign-in.
OWN_ACCOUNT = {"account.sign_out", "account.see_own_sessions"}


def test_every_permission_has_a_predicate(app: Flask) -> None:
    named = {permission for kind in _ours(Permission) for permission in kind}
    assert sorted(named - set(registered())) == []


def test_no_two_packages_use_one_name_for_a_permission(app: Flask) -> None:
    values = [permission.value for kind in _ours(Permission) for permission in kind]
    assert sorted({value for value in values if values.count(value) > 1}) == []


def test_nobody_may_anything(app: Flask) -> None:
    assert [permission for permission in registered() if permits(None, permission)] == []


@pytest.mark.parametrize("kind", list(OrganisationKind))
def test_somebody_without_a_role_may_only_see_to_their_own_sign_in(app: Flask, kind: OrganisationKind) -> None:
    stranger = Actor(organisation_id=UUID(int=7), organisation_kind=kind, user_id=UUID(int=8))
    allowed = {permission.value for permission in registered() if _may_without_subject(stranger, permission)}
    assert allowed <= OWN_ACCOUNT


def _may_without_subject(actor: Actor, permission: Permission) -> bool:
    """A predicate that stumbles over the missing subject has not said yes."""
    try:
        return permits(actor, permission)
    except (AttributeError, TypeError):
        return False


def _kinds(kind: type[Permission]) -> list[type[Permission]]:
    return [sub for direct in kind.__subclasses__() for sub in [direct, *_kinds(direct)]]


def _ours(kind: type[Permission]) -> list[type[Permission]]:
    """Those of packages; other tests may have made some of their own in this process."""
    return [sub for sub in _kinds(kind) if not sub.__module__.startswith("tests.")]
