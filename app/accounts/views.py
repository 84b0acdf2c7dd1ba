"""Signing in and out, and one's own account: password and sessions."""

from __future__ import annotations

from hashlib import sha256
from urllib.parse import urlsplit
from uuid import UUID

from flask import Blueprint, Response, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app.accounts import gate, queries, services
from app.accounts.forms import PasswordForm, SignInForm
from app.errors import Invalid
from app.extensions import limiter
from app.web.actors import current_actor, public
from app.web.roles import role_names

blueprint = Blueprint("accounts", __name__)
PASSWORD_ERRORS = {
    ("old", "wrong"): "Das bisherige Passwort stimmt nicht.",
    ("new", "weak"): "Das neue Passwort ist zu einfach: mindestens 12 Zeichen, davon 5 verschiedene.",
}


def _typed_address() -> str:
    """Which account is being tried, as a hash: the limit counts per account wherever the tries come from."""
    return sha256(request.form.get("email", "").strip().casefold().encode()).hexdigest()


def _was_refused(response: Response) -> bool:
    return response.status_code == 422


@blueprint.route("/anmelden", methods=["GET", "POST"])
@public
@limiter.limit("20 per minute", methods=["POST"])
@limiter.limit("8 per 15 minutes", methods=["POST"], key_func=_typed_address, deduct_when=_was_refused)
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


@blueprint.get("/konto")
def account() -> ResponseReturnValue:
    """Who one is here, where one is signed in, and the form for another password."""
    return _account_page(PasswordForm())


@blueprint.post("/konto/passwort")
@limiter.limit("10 per 15 minutes")
def change_password() -> ResponseReturnValue:
    """Change one's own password; every other session ends."""
    form = PasswordForm()
    if form.validate_on_submit():
        try:
            services.change_password(
                current_actor(), old=form.old.data or "", new=form.new.data or "", keep_token=current_user.token
            )
        except Invalid as error:
            form[error.field].errors = [PASSWORD_ERRORS[(error.field, error.code)]]
        else:
            flash("Das neue Passwort gilt ab jetzt. Andere Anmeldungen sind beendet.", "success")
            return redirect(url_for("accounts.account"), 303)
    return _account_page(form), 422


@blueprint.post("/konto/sitzungen/<uuid:session_id>/beenden")
def end_session(session_id: UUID) -> ResponseReturnValue:
    """End one of one's own sessions, as on a machine left behind."""
    services.end_session(current_actor(), session_id=session_id)
    flash("Diese Anmeldung ist beendet.", "success")
    return redirect(url_for("accounts.account"), 303)


def _account_page(form: PasswordForm) -> str:
    user = current_user.user
    return render_template(
        "accounts/account.html",
        form=form,
        profile=queries.profiles([user.id])[user.id],
        organisation=user.organisation,
        roles=role_names(user.roles),
        sessions=queries.open_sessions(user.id),
        present_id=current_user.user_session.id,
    )


def _onward(path: str | None) -> str | None:
    """The path to go on to, if it stays on this server."""
    if not path or not path.startswith("/") or path.startswith("//") or "\\" in path:
        return None
    parts = urlsplit(path)
    return path if not parts.scheme and not parts.netloc else None
