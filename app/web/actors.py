"""Who acts in this request, and which views need nobody signed in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from flask import g

from app.errors import NotPermitted
from app.policies import Actor, Permission, permits

View = TypeVar("View", bound=Callable[..., Any])


def public(view: View) -> View:
    """Mark a view as open to people who are not signed in; the gate lets only these pass."""
    view.is_public = True  # type: ignore[attr-defined]
    return view


def set_actor(actor: Actor | None) -> None:
    """Remember who acts in this request."""
    g.actor = actor


def actor_or_none() -> Actor | None:
    """Who acts, or None when nobody is signed in."""
    actor: Actor | None = g.get("actor")
    return actor


def current_actor() -> Actor:
    """Who acts; raises NotPermitted when nobody does."""
    actor = actor_or_none()
    if actor is None:
        raise NotPermitted("nobody is signed in")
    return actor


def may(permission: Permission, subject: Any = None) -> bool:
    """Whether the present actor may; for templates and navigation."""
    return permits(actor_or_none(), permission, subject)
