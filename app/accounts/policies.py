"""Who may do what with people, organisations and the log."""

from __future__ import annotations

from typing import Any

from app.policies import Actor, Permission, Predicate, Role


class AccountPermission(Permission):
    """What can be done with accounts."""

    SIGN_OUT = "account.sign_out"
    MANAGE_USERS = "account.manage_users"
    READ_LOG = "account.read_log"
    SEE_OWN_SESSIONS = "account.see_own_sessions"


def is_signed_in(actor: Actor, subject: Any) -> bool:
    """Any person with a session."""
    return actor.user_id is not None


def is_administrator_here(actor: Actor, subject: Any) -> bool:
    """An administrator, for people of the own organisation."""
    return actor.has(Role.ADMINISTRATOR) and (subject is None or subject.organisation_id == actor.organisation_id)


def is_data_protection_officer(actor: Actor, subject: Any) -> bool:
    """The officer, who sees the log and nothing else."""
    return actor.has(Role.DATA_PROTECTION_OFFICER)


TABLE: dict[Permission, Predicate] = {
    AccountPermission.SIGN_OUT: is_signed_in,
    AccountPermission.SEE_OWN_SESSIONS: is_signed_in,
    AccountPermission.MANAGE_USERS: is_administrator_here,
    AccountPermission.READ_LOG: is_data_protection_officer,
}
