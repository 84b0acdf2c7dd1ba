"""Requests of families from the open page, and the inbox in which the house takes them."""
