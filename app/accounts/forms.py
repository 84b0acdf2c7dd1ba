"""The forms of signing in, of one's own account, of managing people, and of the log's filters."""

from __future__ import annotations

from wtforms import BooleanField, EmailField, PasswordField, SelectField, SelectMultipleField, StringField
from wtforms.validators import EqualTo, InputRequired, Length, Optional, Regexp
from wtforms.widgets import CheckboxInput, ListWidget

from app.web.fields import DayField
from app.web.forms import EinstiegForm

PASSWORD_HINT = "Mindestens 12 Zeichen. Mehrere Wörter hintereinander sind gut zu merken."  # noqa: S105


class SignInForm(EinstiegForm):
    """E-mail address and password."""

    email = EmailField("E-Mail-Adresse", [InputRequired(), Length(max=200)], render_kw={"autocomplete": "username"})
    password = PasswordField(
        "Passwort", [InputRequired(), Length(max=200)], render_kw={"autocomplete": "current-password"}
    )


class PasswordForm(EinstiegForm):
    """Changing one's own password."""

    old = PasswordField(
        "Bisheriges Passwort", [InputRequired(), Length(max=200)], render_kw={"autocomplete": "current-password"}
    )
    new = PasswordField(
        "Neues Passwort",
        [InputRequired(), Length(max=200)],
        description=PASSWORD_HINT,
        render_kw={"autocomplete": "new-password"},
    )
    again = PasswordField(
        "Neues Passwort wiederholen",
        [InputRequired(), EqualTo("new", "Die beiden neuen Passwörter sind nicht gleich.")],
        render_kw={"autocomplete": "new-password"},
    )


class RolesField(SelectMultipleField):
    """Roles as checkboxes."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


class PersonForm(EinstiegForm):
    """Making somebody's sign-in."""

    name = StringField("Name", [InputRequired(), Length(max=120)])
    email = EmailField("E-Mail-Adresse", [InputRequired(), Length(max=200)])
    phone = StringField("Telefon", [Optional(), Length(max=40)])
    room = StringField("Raum", [Optional(), Length(max=40)])
    roles = RolesField("Rollen", [InputRequired()])
    password = PasswordField(
        "Erstes Passwort",
        [InputRequired(), Length(max=200)],
        description=f"{PASSWORD_HINT} Die Person ändert es unter „Mein Konto“.",
        render_kw={"autocomplete": "new-password"},
    )


class RolesForm(EinstiegForm):
    """Changing somebody's roles, or blocking the sign-in."""

    roles = RolesField("Rollen", [InputRequired()])
    is_active = BooleanField("Darf sich anmelden")


class ResetPasswordForm(EinstiegForm):
    """Another password for somebody who forgot theirs."""

    new = PasswordField(
        "Neues Passwort",
        [InputRequired(), Length(max=200)],
        description=f"{PASSWORD_HINT} Die Person ändert es unter „Mein Konto“.",
        render_kw={"autocomplete": "new-password"},
    )
    again = PasswordField(
        "Neues Passwort wiederholen",
        [InputRequired(), EqualTo("new", "Die beiden neuen Passwörter sind nicht gleich.")],
        render_kw={"autocomplete": "new-password"},
    )


class LogFilterForm(EinstiegForm):
    """What to look for in the log."""

    class Meta(EinstiegForm.Meta):
        """A form that only asks needs no protection against forged requests."""

        csrf = False

    von = DayField("Von", [Optional()])
    bis = DayField("Bis", [Optional()])
    person = SelectField("Person", [Optional()])
    vorgang = SelectField("Vorgang", [Optional()])
    stelle = SelectField("Stelle", [Optional()])
    fall = StringField(
        "Kürzel des Falls",
        [
            Optional(),
            Regexp(r"^\s*[0-9a-fA-F]{4,12}\s*$", message="Ein Kürzel hat Ziffern und Buchstaben von a bis f."),
        ],
    )
