"""The entry point of web servers: `gunicorn wsgi:app`, `flask --app wsgi`."""

from __future__ import annotations

from app.factory import create_app

app = create_app()
