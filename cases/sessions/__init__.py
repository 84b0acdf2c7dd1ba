"""Counselling sessions: notes that save themselves, results, amendments."""
