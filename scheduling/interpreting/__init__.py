"""Asking interpreters for a talk by a link of their own, and what they answer."""
