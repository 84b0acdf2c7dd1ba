"""Signing in and out, and one's own sessions."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app.accounts import gate, services
from app.accounts.forms import SignInForm
from app.extensions import limiter
from app.web.actors import current_actor, public

blueprint = Blueprint("accounts", __name__)


@blueprint.route("/anmelden", methods=["GET", "POST"])
@public
@limiter.limit("20 per minute", methods=["POST"])
def sign_in() -> ResponseReturnValue:
    """Ask for address and password, and go on to where the visitor was heading."""
    form = SignInForm()
    if form.validate_on_submit():
        token = services.sign_in(email=form.email.data or "", password=form.password.data or "")
        if token is not None:
            gate.open_session(token)
            return redirect(_onward(request.args.get("weiter")) or url_for("home.show"))
        form.form_errors.append(
            "E-Mail-Adresse und Passwort passen nicht zusammen. Prüfen Sie beides und versuchen Sie es noch einmal."
        )
    return render_template("accounts/sign_in.html", form=form), 422 if form.errors else 200


@blueprint.post("/abmelden")
def sign_out() -> ResponseReturnValue:
    """End this session."""
    services.sign_out(current_actor(), token=current_user.token)
    gate.close_session()
    session.clear()
    flash("Sie sind abgemeldet.", "success")
    return redirect(url_for("accounts.sign_in"))


def _onward(path: str | None) -> str | None:
    """The path to go on to, if it stays on this server."""
    if not path or not path.startswith("/") or path.startswith("//") or "\\" in path:
        return None
    parts = urlsplit(path)
    return path if not parts.scheme and not parts.netloc else None
