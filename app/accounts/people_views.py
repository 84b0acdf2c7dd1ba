"""The people of one's own organisation, for its administration; no page here knows a case."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app.accounts import queries, services
from app.accounts.forms import PersonForm, ResetPasswordForm, RolesForm
from app.accounts.models import User, UserProfile
from app.accounts.policies import AccountPermission
from app.accounts.roles import roles_at
from app.errors import Invalid
from app.extensions import limiter
from app.policies import Actor, Role, authorise
from app.web.actors import current_actor
from app.web.roles import ROLE_LABELS, role_names

blueprint = Blueprint("people", __name__, url_prefix="/verwaltung/personen")
ERRORS = {
    "weak": "Das Passwort ist zu einfach: mindestens 12 Zeichen, davon 5 verschiedene.",
    "taken": "Diese E-Mail-Adresse hat schon jemand.",
    "required": "Bitte wählen Sie mindestens eine Rolle.",
    "foreign": "Diese Rolle gibt es in Ihrer Stelle nicht.",
    "apart": "Administration und Datenschutz sind von der Fallarbeit getrennt: bitte nur diese eine Rolle wählen.",
    "oneself": "Die eigenen Rollen und die eigene Anmeldung ändert eine andere Person der Administration.",
}


@blueprint.get("")
def index() -> ResponseReturnValue:
    """Everybody with a sign-in here, with their roles."""
    actor = _administrator()
    rows = [(user, profile, role_names(user.roles)) for user, profile in queries.staff(actor.organisation_id)]
    return render_template("accounts/people.html", rows=rows)


@blueprint.route("/neu", methods=["GET", "POST"])
def create() -> ResponseReturnValue:
    """Make somebody's sign-in."""
    actor = _administrator()
    form = PersonForm()
    form.roles.choices = _role_choices(actor)
    if form.validate_on_submit():
        profile = UserProfile(
            name=form.name.data or "",
            email=form.email.data or "",
            phone=form.phone.data or "",
            room=form.room.data or "",
        )
        roles = frozenset(Role(role) for role in form.roles.data or [])
        try:
            services.create_user(actor, roles=roles, profile=profile, password=form.password.data or "")
        except Invalid as error:
            form[error.field].errors = [ERRORS[error.code]]
        else:
            flash("Die Person kann sich jetzt anmelden. Das erste Passwort bitte persönlich übergeben.", "success")
            return redirect(url_for("people.index"), 303)
    return render_template("accounts/person_new.html", form=form), 422 if form.errors else 200


@blueprint.route("/<uuid:user_id>", methods=["GET", "POST"])
def edit(user_id: UUID) -> ResponseReturnValue:
    """Change somebody's roles, or block the sign-in."""
    actor = _administrator()
    user = queries.get_user(actor, user_id, AccountPermission.MANAGE_USERS)
    form = _roles_form(actor, user)
    if form.validate_on_submit():
        try:
            roles = frozenset(Role(role) for role in form.roles.data or [])
            services.change_user(actor, user_id=user_id, roles=roles, is_active=bool(form.is_active.data))
        except Invalid as error:
            form[error.field].errors = [ERRORS[error.code]]
        else:
            flash("Die Änderung gilt ab jetzt.", "success")
            return redirect(url_for("people.index"), 303)
    return _edit_page(user, form, ResetPasswordForm(formdata=None)), 422 if form.errors else 200


@blueprint.post("/<uuid:user_id>/passwort")
@limiter.limit("30 per 15 minutes")
def reset_password(user_id: UUID) -> ResponseReturnValue:
    """Set another password for somebody; all their sessions end."""
    actor = _administrator()
    user = queries.get_user(actor, user_id, AccountPermission.MANAGE_USERS)
    form = ResetPasswordForm()
    if form.validate_on_submit():
        try:
            services.reset_password(actor, user_id=user_id, new=form.new.data or "")
        except Invalid as error:
            form[error.field].errors = [ERRORS[error.code]]
        else:
            flash("Das neue Passwort gilt ab jetzt. Bitte übergeben Sie es persönlich.", "success")
            return redirect(url_for("people.edit", user_id=user_id), 303)
    return _edit_page(user, _roles_form(actor, user, is_sent=False), form), 422


def _edit_page(user: User, form: RolesForm, resetting: ResetPasswordForm) -> str:
    return render_template(
        "accounts/person.html",
        form=form,
        resetting=resetting,
        user=user,
        profile=queries.profiles([user.id])[user.id],
        is_oneself=user.id == current_actor().user_id,
    )


def _roles_form(actor: Actor, user: User, *, is_sent: bool = True) -> RolesForm:
    present = {"roles": [role.value for role in user.roles], "is_active": user.is_active}
    form = RolesForm(data=present) if is_sent else RolesForm(formdata=None, data=present)
    form.roles.choices = _role_choices(actor)
    return form


def _administrator() -> Actor:
    actor = current_actor()
    authorise(actor, AccountPermission.MANAGE_USERS)
    return actor


def _role_choices(actor: Actor) -> list[tuple[str, str]]:
    return [(role.value, ROLE_LABELS[role]) for role in roles_at(actor.organisation_kind)]
