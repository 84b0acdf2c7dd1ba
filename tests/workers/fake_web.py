"""A stand-in for the web process: answers `GET /healthz` on the port it is given, and starts in no time."""

from __future__ import annotations

import sys
from http.server import BaseHTTPRequestHandler, HTTPServer


class Healthy(BaseHTTPRequestHandler):
    """Every address is well."""

    def do_GET(self) -> None:
        """Answer 200 without a body."""
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Keep quiet."""


HTTPServer(("127.0.0.1", int(sys.argv[1])), Healthy).serve_forever()
