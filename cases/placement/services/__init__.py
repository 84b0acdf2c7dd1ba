"""What changes schools, recommendations and placements; each verb authorises first and commits through one door."""

from __future__ import annotations

from cases.placement.services.directory import ImportReport, import_directory

__all__ = ["ImportReport", "import_directory"]
