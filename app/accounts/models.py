"""The people who sign in, where they belong, and their sessions."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.data.base import choice, primary_key
from app.data.database import Model
from app.data.records import Sheet
from app.data.sheets import SheetClass
from app.policies import OrganisationKind, Role


class Installation(Model):
    """The one row that says what this database is for: a demo's never becomes a real one, nor the other way."""

    __tablename__ = "installation"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    is_demo: Mapped[bool]
    created_at: Mapped[datetime]


class Organisation(Model):
    """A body with its own key: the KI, KIM at the city, a welfare body, an authority."""

    __tablename__ = "organisation"

    id: Mapped[UUID] = primary_key()
    kind: Mapped[OrganisationKind] = choice(OrganisationKind)
    name: Mapped[str] = mapped_column(String(120), unique=True)
    short_name: Mapped[str] = mapped_column(String(30))
    is_active: Mapped[bool] = mapped_column(default=True)


class User(Model):
    """A person with a sign-in; name and address lie sealed in `UserProfile`."""

    __tablename__ = "user_account"

    id: Mapped[UUID] = primary_key()
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"), index=True)
    email_token: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    password_hash: Mapped[str] = mapped_column(String(200))
    is_active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime]

    organisation: Mapped[Organisation] = relationship(lazy="joined")
    role_rows: Mapped[list[UserRole]] = relationship(lazy="selectin", cascade="all, delete-orphan")

    @property
    def roles(self) -> frozenset[Role]:
        """The roles this person holds."""
        return frozenset(row.role for row in self.role_rows)


class UserRole(Model):
    """One role of one person."""

    __tablename__ = "user_role"
    __table_args__ = (UniqueConstraint("user_id", "role"),)

    id: Mapped[UUID] = primary_key()
    user_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"), index=True)
    role: Mapped[Role] = choice(Role)


class UserSession(Model):
    """A signed-in browser: the cookie holds a random token, this row its hash."""

    __tablename__ = "user_session"

    id: Mapped[UUID] = primary_key()
    user_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"), index=True)
    token_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    created_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class UserProfile(Sheet):
    """Who a user is; sealed under the organisation's own key."""

    KIND = "user.profile"
    CLASS = SheetClass.LIST

    name: str
    email: str
    phone: str = ""
    room: str = ""
    languages: list[str] = []
