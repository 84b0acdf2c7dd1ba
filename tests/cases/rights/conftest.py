"""What withdrawals are tested with: an office that books, a way to KIM, a mail server."""

from __future__ import annotations

from tests.cases.handover.conftest import desks as desks
from tests.cases.handover.conftest import way as way
from tests.scheduling.conftest import office as office
