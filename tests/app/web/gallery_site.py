"""A tiny site that shows every component, for tests and screenshots: real layouts, invented content."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

from flask import Blueprint, Flask, abort, flash, jsonify, render_template, request
from flask_babel import Babel
from flask_wtf import CSRFProtect
from jinja2 import ChoiceLoader, FileSystemLoader
from wtforms import (
    BooleanField,
    FileField,
    HiddenField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length
from wtforms.widgets import CheckboxInput, ListWidget

from app.errors import Conflict, KeyMissing, NotPermitted, VersionConflict
from app.web import assets, errors, format, forms, headers, layout, navigation
from app.web.fields import DayField, PartialDateField, PhoneField, TimeField
from app.web.forms import EinstiegForm
from app.web.languages import language_links
from app.web.layout import Places, Viewer
from app.web.navigation import FooterItem, NavigationItem
from app.web.pagination import Page, page_number, page_urls
from config import Config

ROOT = Path(__file__).parents[3]
PEOPLE = [
    ("2026-0142", "Olena K.", "Kovalenko, Daryna", "uk", "Termin", "info", 12, date(2026, 11, 26)),
    ("2026-0139", "Yusuf A.", "Al-Hamwi, Yusuf (UMA)", "ar", "Unterlagen fehlen", "warning", 41, None),
    ("2026-0137", "Ana P.", "Popescu, Ana-Maria", "ro", "Vorgeschlagen", "neutral", 19, None),
    ("2026-0131", "دارا ق.", "قادر، دارا", "ckb", "Schulplatz", "success", 63, date(2026, 11, 12)),
    ("2026-0118", "Kerem Y.", "Yılmaz, Kerem", "tr", "Frist versäumt", "danger", 88, None),
]


class ChecklistField(SelectMultipleField):
    """Several choices as checkboxes."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


class EveryField(EinstiegForm):
    """One field of each kind."""

    name = StringField("Familienname", [InputRequired(), Length(max=60)])
    phone = PhoneField("Telefon", [InputRequired()], description="Wir rufen nur an, wenn sich der Termin ändert.")
    born = PartialDateField("Geburtsdatum des Kindes", [InputRequired()], as_parts=True)
    born_text = PartialDateField("Geburtsdatum", description="Tag und Monat dürfen fehlen, zum Beispiel 2014.")
    day = DayField("Termin am", [InputRequired()])
    at = TimeField("Uhrzeit")
    language = SelectField("Sprache", choices=[("de", "Deutsch"), ("uk", "Ukrainisch"), ("ar", "Arabisch")])
    place = RadioField(
        "Wo möchten Sie sprechen?",
        validators=[InputRequired()],
        choices=[("office", "Im Büro"), ("video", "Per Video")],
    )
    documents = ChecklistField("Vorhandene Unterlagen", choices=[("pass", "Ausweis"), ("report", "Zeugnis")])
    consent = BooleanField("Einwilligung liegt vor", [InputRequired()])
    note = TextAreaField("Notiz", [Length(max=20)])
    file = FileField("Zeugnis als Foto oder PDF")


class Note(EinstiegForm):
    """A text that saves itself."""

    version = HiddenField()
    text = TextAreaField("Gesprächsnotiz")


class Slot(EinstiegForm):
    """A choice of times."""

    time = RadioField(
        "Uhrzeit am Dienstag, 24.11.2026",
        [InputRequired()],
        choices=[("0930", "09:30"), ("1030", "10:30"), ("1130", "11:30"), ("1400", "14:00"), ("1530", "15:30")],
    )


def create_gallery(config: Config, *, csrf: bool = False, viewer: Viewer | None = None) -> Flask:
    """Make the site; `csrf` switches the protection against forged requests on, `viewer` is who is signed in."""
    app = Flask("gallery", static_folder=None)
    app.config.update(SECRET_KEY="gallery-key-of-more-than-32-letters", WTF_CSRF_ENABLED=csrf, TESTING=False)
    app.config["BABEL_DEFAULT_LOCALE"] = "de"
    app.jinja_loader = ChoiceLoader(
        [FileSystemLoader(ROOT / "templates"), FileSystemLoader(Path(__file__).parent / "gallery")]
    )
    Babel(app, locale_selector=lambda: request.args.get("lang") or (request.view_args or {}).get("lang", "de"))
    CSRFProtect(app)
    assets.init_app(app, config)
    headers.init_app(app, config)
    format.init_app(app)
    forms.init_app(app)
    errors.init_app(app)
    navigation.init_app(app, may=lambda permission: True)
    layout.init_app(
        app,
        config,
        viewer=lambda: viewer or Viewer("Sabine Öztürk", "Beraterin", theme=request.args.get("theme")),
        places=Places("staff.list_", "booking.start", "staff.search", "staff.settings", "staff.sign_out"),
    )
    app.register_blueprint(staff_pages())
    app.register_blueprint(family_pages())
    offer_pages()
    return app


def offer_pages() -> None:
    """Fill the navigation."""
    navigation.add(
        NavigationItem("Heute", "staff.today", None, 10, icon="home"),
        NavigationItem("Fälle", "staff.list_", None, 20, icon="draft"),
        NavigationItem("Kalender", "staff.calendar", None, 30, icon="calendar-today"),
        NavigationItem("Wiedervorlagen", "staff.tasks", None, 40, icon="checklist"),
        NavigationItem("Schulplätze", "staff.seats", None, 50, "Vermittlung"),
        NavigationItem("Übergaben an KIM", "staff.handovers", None, 60, "Vermittlung"),
        NavigationItem("Auswertung", "staff.reports", None, 70, "Leitung"),
    )
    navigation.add_footer(
        FooterItem("Barrierefreiheit", "booking.accessibility", 10),
        FooterItem("Datenschutz", "booking.privacy", 20),
        FooterItem("Impressum", "booking.imprint", 30),
    )


def staff_pages() -> Blueprint:
    """The pages of staff."""
    pages = Blueprint("staff", __name__, url_prefix="/staff")

    @pages.get("/")
    def list_() -> str:
        if "flash" in request.args:
            flash("Der Fall ist gespeichert.", "success")
            flash("Eine Unterlage ist nicht lesbar.", "warning")
        page = Page(PEOPLE, page_number(request), 613)
        return render_template("list.html", people=PEOPLE, page=page, url_of=page_urls(request))

    @pages.get("/case")
    def case() -> str:
        return render_template("case.html", people=PEOPLE, at=datetime(2026, 11, 24, 8, 30, tzinfo=UTC))

    @pages.route("/form", methods=["GET", "POST"])
    def form() -> str:
        entered = EveryField()
        entered.validate_on_submit()
        return render_template("form.html", form=entered)

    @pages.get("/note")
    def note() -> str:
        return render_template("note.html", form=Note(data={"version": "1", "text": "Erster Satz."}))

    @pages.post("/note")
    def save_note() -> object:
        text = request.form["text"]
        if "conflict" in text:
            return render_template("note_conflict.html", theirs="Ihr Text", mine=text), 409
        if "expired" in text:
            abort(401)
        version = int(request.form["version"]) + 1
        return jsonify(version=version, saved_at="2026-11-24T08:30:00+00:00")

    @pages.get("/signin")
    def signin() -> str:
        return render_template("signin.html", form=EveryField())

    @pages.get("/fail/<kind>")
    def fail(kind: str) -> str:
        known = {"permission": NotPermitted, "conflict": Conflict, "version": VersionConflict, "key": KeyMissing}
        if kind in known:
            raise known[kind]("Olena Kovalenko")
        if kind.isdecimal():
            abort(int(kind))
        raise RuntimeError("Olena Kovalenko")

    for name in ("today", "search", "settings", "calendar", "tasks", "seats", "handovers", "reports"):
        pages.add_url_rule(f"/{name}", name, lambda: render_template("list.html", people=[], page=Page([], 1, 0)))
    pages.add_url_rule("/sign-out", "sign_out", lambda: "", methods=["POST"])
    return pages


def family_pages() -> Blueprint:
    """The pages of families."""
    pages = Blueprint("booking", __name__, url_prefix="/termin")

    @pages.route("/<lang>/", methods=["GET", "POST"])
    @pages.route("/", methods=["GET", "POST"])
    def start(lang: str = "de") -> str:
        form = Slot()
        form.validate_on_submit()
        return render_template(
            "slot.html", form=form, language_links=_links(lang), step=2, steps=5, back_url="/termin/"
        )

    @pages.route("/<lang>/form", methods=["GET", "POST"])
    def form(lang: str = "de") -> str:
        entered = EveryField()
        entered.validate_on_submit()
        return render_template("family_form.html", form=entered, language_links=_links(lang), step=3, steps=5)

    @pages.get("/<lang>/answers")
    def answers(lang: str = "de") -> str:
        at = datetime(2026, 11, 24, 8, 30, tzinfo=UTC)
        return render_template("answers.html", language_links=_links(lang), step=5, steps=5, at=at)

    @pages.get("/<lang>/fail")
    def fail(lang: str = "de") -> str:
        raise RuntimeError("Olena Kovalenko")

    for name in ("accessibility", "privacy", "imprint"):
        pages.add_url_rule(f"/{name}", name, lambda: "")
    return pages


def _links(lang: str) -> list[object]:
    return [*language_links(lang, lambda code: f"/termin/{code}/")]
