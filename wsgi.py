"""The entry point of web servers (`gunicorn wsgi:app`) and of commands (`flask …`).

A command may run while there is no key file yet, as `flask keys init` makes it; a server may not.
What was made at the start stays for good: the garbage collection looks at it no more, which held up a page for 200 ms.
"""

from __future__ import annotations

import gc

from click import get_current_context

from app.data.root_keys import RootKeyError
from app.factory import create_app
from config import SettingError

try:
    app = create_app(needs_keys=get_current_context(silent=True) is None)
except (SettingError, RootKeyError) as reason:
    raise SystemExit(f"Einstieg startet nicht / cannot start: {reason}") from None
gc.freeze()
