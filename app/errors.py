"""What can go wrong, as types; the sentences people read live in the web layer."""

from __future__ import annotations


class EinstiegError(Exception):
    """The root of all errors we raise on purpose; its text never holds anything personal."""


class NotFound(EinstiegError):
    """The thing does not exist, or may not be seen by this actor: both look the same."""


class NotPermitted(EinstiegError):
    """The actor is known and the thing may be known to exist, yet this is not theirs to do."""


class Invalid(EinstiegError):
    """The input breaks a rule; `field` names the form field and `code` the rule."""

    def __init__(self, field: str, code: str) -> None:
        super().__init__(f"{field}: {code}")
        self.field = field
        self.code = code


class Conflict(EinstiegError):
    """Somebody else was first: the state this act started from is gone."""


class VersionConflict(Conflict):
    """A record was saved by somebody else since it was read."""


class Taken(Conflict):
    """A slot, seat or hold that was free a moment ago is not any more."""


class WrongState(Conflict):
    """The workflow has no such step from where the thing stands."""

    def __init__(self, old: str, new: str) -> None:
        super().__init__(f"no step from {old} to {new}")
        self.old = old
        self.new = new


class Unavailable(EinstiegError):
    """A service we depend on does not answer now; trying later is right."""


class StorageFull(Unavailable):
    """The disk is full: nothing of this act was kept, everything before it was."""


class KeyMissing(EinstiegError):
    """No key opens this for this reader: never shared, revoked, or erased."""


class Tampered(EinstiegError):
    """A sealed thing does not belong where it lies, or was changed outside the application."""


class NewerSchema(EinstiegError):
    """A sealed sheet was written by a newer version of this application: left as it is, to be read by that one."""


class UpgradeMissing(EinstiegError):
    """A sealed sheet is older than every step that could lift it to the schema of today."""
