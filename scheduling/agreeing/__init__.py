"""Agreeing on appointments from the case file: inviting, booking for a caller, moving, calling off."""
