"""The tables of the key store, which lies apart from the data and is backed up apart from it."""

from __future__ import annotations

from sqlalchemy import Column, DateTime, Index, Integer, LargeBinary, MetaData, Table, Text, Uuid

from app.data.base import NAMES

key_store = MetaData(naming_convention=NAMES)

organisation_keys = Table(
    "organisation_key",
    key_store,
    Column("organisation_id", Uuid, primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("wrapped", LargeBinary, nullable=False),
    Column("commitment", LargeBinary, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
)

record_keys = Table(
    "record_key",
    key_store,
    Column("scope_id", Uuid, primary_key=True),
    Column("generation", Integer, primary_key=True, autoincrement=False),
    Column("organisation_id", Uuid, primary_key=True),
    Column("kek_version", Integer, nullable=False),
    Column("wrapped", LargeBinary, nullable=False),
    Column("commitment", LargeBinary, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("expires_at", DateTime(timezone=True)),
    Index(None, "organisation_id", "scope_id", "generation"),
)

erasures = Table(
    "erasure",
    key_store,
    Column("subject_id", Uuid, primary_key=True),
    Column("organisation_id", Uuid, nullable=False),
    Column("receipt", Text, nullable=False),
)
