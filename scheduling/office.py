"""The office as families reach it, and what holds of its appointments unless it changed that (`scheduling.offering`).

Address and telephone are those the Kommunales Integrationszentrum Düsseldorf publishes. Between two talks lies
the larger of both buffers; a talk that is interpreted takes half as long again.
"""

from __future__ import annotations

from datetime import timedelta

from scheduling.world import Policy

NAME = "Kommunales Integrationszentrum Düsseldorf"
PHONE = "+492118924077"
EMAIL = "ki-beratung@duesseldorf.de"
ADDRESS = "Erkrather Straße 377, 40231 Düsseldorf"

MINUTES = 60
MINUTES_INTERPRETED = 90
STEP_MINUTES = 30
BUFFER_BEFORE = 0
BUFFER_AFTER = 15
HOLD = timedelta(minutes=10)
INVITATION_LASTS = timedelta(days=42)

FAMILY_POLICY = Policy(lead_minutes=24 * 60, horizon_days=60, interpreter_notice_days=3)
# Staff may agree on anything by telephone that nobody else has; the interpreter is asked by them.
STAFF_POLICY = Policy(lead_minutes=0, horizon_days=180, interpreter_notice_days=0)
