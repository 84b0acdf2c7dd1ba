"""The own calendars of advisors: their addresses sealed, read from time to time, kept as times without words."""
