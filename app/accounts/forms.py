"""The forms of signing in and of managing people."""

from __future__ import annotations

from wtforms import EmailField, PasswordField
from wtforms.validators import InputRequired, Length

from app.web.forms import EinstiegForm


class SignInForm(EinstiegForm):
    """E-mail address and password."""

    email = EmailField("E-Mail-Adresse", [InputRequired(), Length(max=200)], render_kw={"autocomplete": "username"})
    password = PasswordField(
        "Passwort", [InputRequired(), Length(max=200)], render_kw={"autocomplete": "current-password"}
    )
