"""The entry point of web servers (`gunicorn wsgi:app`) and of commands (`flask …`).

A command may run while there is no key file yet, as `flask keys init` makes it; a server may not.
"""

from __future__ import annotations

from click import get_current_context

from app.data.root_keys import RootKeyError
from app.factory import create_app
from config import SettingError

try:
    app = create_app(needs_keys=get_current_context(silent=True) is None)
except (SettingError, RootKeyError) as reason:
    raise SystemExit(f"Einstieg startet nicht / cannot start: {reason}") from None
