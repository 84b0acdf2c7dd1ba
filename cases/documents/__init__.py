"""The papers a family is asked for, and the sealed files that come in."""
