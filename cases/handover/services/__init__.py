"""What moves a handover: asking, routing, answering, passing on, and the desks; each verb authorises first."""

from __future__ import annotations

from cases.handover.services.answering import accept, decline, read_handovers, read_inbox, read_preview
from cases.handover.services.desks import DeskPlan, add_desk, change_desk
from cases.handover.services.passing import cancel_hand_on, hand_on, return_case
from cases.handover.services.requesting import choose_desk, request_handover, reroute, withdraw
from cases.handover.services.routing import finish_keys, heed_withdrawal, route

__all__ = [
    "DeskPlan",
    "accept",
    "add_desk",
    "cancel_hand_on",
    "change_desk",
    "choose_desk",
    "decline",
    "finish_keys",
    "hand_on",
    "heed_withdrawal",
    "read_handovers",
    "read_inbox",
    "read_preview",
    "request_handover",
    "reroute",
    "return_case",
    "route",
    "withdraw",
]
