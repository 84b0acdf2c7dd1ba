"""Talks for several families at once: a time with a number of places, each taken by one family."""
