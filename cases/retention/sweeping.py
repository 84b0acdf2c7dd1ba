"""What needs no decision because it decides nothing about people: technical leftovers, ended by the rules.

Messages, ended sign-ins, expired invitations, receipts that ran out; a case is never touched here.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, date, datetime, time
from uuid import UUID

from dateutil.relativedelta import relativedelta
from sqlalchemy import delete, or_, select

from app import clock
from app.accounts.models import UserSession
from app.data import tombstones
from app.data.database import session, transaction
from app.data.records import SealedRecord
from app.messages.kinds import MessageState
from app.messages.models import Message, MessagePayload
from cases.retention.models import ErasureReceipt
from cases.retention.rule_book import RuleKey
from cases.retention.rules import rule_for
