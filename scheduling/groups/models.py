"""A group talk: when, where, in which language, and for how many families."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.data.base import choice, primary_key
from app.data.database import Model
from scheduling.groups.states import GroupTalkState
from scheduling.kinds import TalkMode
from scheduling.models import Interpreter, Room


class GroupTalk(Model):
    """A time several families come to; the places are appointments, numbered from 1 to `capacity`.

    The title is what hangs on the door and names nobody. That a place is given twice, the database refuses:
    `appointment (group_talk_id, place)` is unique.
    """

    __tablename__ = "group_talk"
    __table_args__ = (
        CheckConstraint("ends_at > starts_at", name="period"),
        CheckConstraint("capacity BETWEEN 1 AND 200", name="capacity"),
        Index(None, "organisation_id", "starts_at"),
    )

    id: Mapped[UUID] = primary_key()
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    title: Mapped[str] = mapped_column(String(120))
    language: Mapped[str] = mapped_column(String(20))
    state: Mapped[GroupTalkState] = choice(GroupTalkState)
    mode: Mapped[TalkMode] = choice(TalkMode)
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    capacity: Mapped[int]
    advisor_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"))
    interpreter_id: Mapped[UUID | None] = mapped_column(ForeignKey("interpreter.id"))
    room_id: Mapped[UUID | None] = mapped_column(ForeignKey("room.id"))
    created_by: Mapped[UUID | None]
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    version: Mapped[int] = mapped_column()

    room: Mapped[Room | None] = relationship(lazy="joined")
    interpreter: Mapped[Interpreter | None] = relationship(lazy="joined")

    __mapper_args__ = {"version_id_col": version}
