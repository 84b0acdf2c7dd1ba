"""Pages around a seat: one child's way, the acts on it, the sheet for the authority, schools, who waits."""

from __future__ import annotations

from cases.placement.views import sheet as sheet
from cases.placement.views import steps as steps
from cases.placement.views.distribution import blueprint as distribution
from cases.placement.views.schools import blueprint as schools
from cases.placement.views.seat import blueprint as placement

BLUEPRINTS = (placement, schools, distribution)
