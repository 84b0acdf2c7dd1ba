"""The security headers of every answer; no policy here needs an `unsafe-*`."""

from __future__ import annotations

from flask import Flask, Response, request

from config import Config

CONTENT_SECURITY_POLICY = (
    "default-src 'self'; img-src 'self' data:; style-src 'self'; script-src 'self'; object-src 'none'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)

# `same-origin` and not `no-referrer`: under https the check against forged requests compares the referrer,
# and browsers leave it out of forms under `no-referrer`. No other site ever learns a URL of ours.
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=(), browsing-topics=()",
}
STRICT_TRANSPORT = "max-age=31536000; includeSubDomains"


def init_app(app: Flask, config: Config) -> None:
    """Set the headers on every answer, and `no-store` on all but the assets."""

    @app.after_request
    def add_headers(response: Response) -> Response:
        for name, value in HEADERS.items():
            response.headers[name] = value
        if config.secure_cookies:
            response.headers["Strict-Transport-Security"] = STRICT_TRANSPORT
        if request.blueprint != "assets":
            response.headers["Cache-Control"] = "no-store"
        return response
