"""Calendars to subscribe to, and the changes of appointments as invitations by mail, for those who hold the talks."""
