"""Appointments that no longer fit what is open and who is there, and how to settle each of them."""
