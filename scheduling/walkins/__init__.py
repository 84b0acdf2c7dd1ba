"""Families who come without an appointment: numbers of the day, who calls them, the board and the kiosk."""
