"""What changes schools, recommendations and placements; each verb authorises first and commits through one door."""

from __future__ import annotations

from cases.placement.services.answers import confirm_start, record_admission, record_refusal, withdraw
from cases.placement.services.directory import ImportReport, import_directory
from cases.placement.services.exits import leave, take_up_again
from cases.placement.services.listing import record_list_read
from cases.placement.services.placements import (
    Choice,
    hand_over,
    propose_school,
    put_on_list,
    record_assignment,
    record_export,
)
from cases.placement.services.recommendation import recommend
from cases.placement.services.support import complete, enter_regular_class, extend_support, search_new_seat
from cases.placement.services.withdrawal import heed_withdrawal

__all__ = [
    "Choice",
    "ImportReport",
    "complete",
    "confirm_start",
    "enter_regular_class",
    "extend_support",
    "hand_over",
    "heed_withdrawal",
    "import_directory",
    "leave",
    "propose_school",
    "put_on_list",
    "recommend",
    "record_admission",
    "record_assignment",
    "record_export",
    "record_list_read",
    "record_refusal",
    "search_new_seat",
    "take_up_again",
    "withdraw",
]
