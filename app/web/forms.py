"""The base of every form, and what the form macros ask about a field."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from flask import Flask
from flask_wtf import FlaskForm
from markupsafe import Markup
from wtforms import (
    BooleanField,
    Field,
    FieldList,
    FormField,
    PasswordField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.meta import DefaultMeta

from app.web.fields import PartialDateField, plain_text
from app.web.validation_texts import CHOOSE, REQUIRED, TICK, OwnTexts


class EinstiegForm(FlaskForm):  # type: ignore[misc]
    """A form with our own sentences, trimmed texts, and protection against forged requests."""

    class Meta(FlaskForm.Meta):  # type: ignore[misc]
        """How fields are bound: every text loses the blanks around it, passwords never do."""

        def bind_field(self, form: Any, unbound_field: Any, options: Any) -> Field:
            """Bind one field, adding the trimming filter to texts."""
            kind = unbound_field.field_class
            if issubclass(kind, StringField) and not issubclass(kind, PasswordField):
                options = {**options, "filters": [_trimmed, *unbound_field.kwargs.get("filters", ())]}
            bound: Field = DefaultMeta.bind_field(self, form, unbound_field, options)
            return bound

        def get_translations(self, form: Any) -> OwnTexts:
            """Answer our sentences in place of WTForms' own."""
            return OwnTexts()


@dataclass(frozen=True, slots=True)
class FormError:
    """One line of an error summary: its sentence and the id of the input it leads to."""

    text: str
    target: str | None


def init_app(app: Flask) -> None:
    """Give templates what `components/forms.html` asks about fields."""
    functions = (component_of, input_attributes, choice_attributes, described_by, form_errors, field_errors)
    for function in functions:
        app.add_template_global(function, function.__name__)


def component_of(field: Field) -> str:
    """Answer which macro draws `field`: input, select, choices, checkbox or date_parts."""
    if isinstance(field, PartialDateField) and field.as_parts:
        return "date_parts"
    if isinstance(field, RadioField) or (isinstance(field, SelectMultipleField) and _is_list(field)):
        return "choices"
    if isinstance(field, SelectField):
        return "select"
    return "checkbox" if isinstance(field, BooleanField) else "input"


def input_attributes(
    field: Field,
    css: str,
    *,
    hint: str | None = None,
    width: str = "",
    extra: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """Answer the attributes of one input: KERN's class, hint and error by id, what its kind calls for."""
    classes = [css]
    if field.errors:
        classes.append(f"{css}--error")
    if width:
        classes.append(f"kern-form-input__input--{width}")
    attributes: dict[str, Any] = {"class": " ".join(classes)}
    if field.errors:
        attributes["aria-invalid"] = "true"
    describing = described_by(field, hint)
    if describing:
        attributes["aria-describedby"] = describing
    if isinstance(field, TextAreaField):
        attributes["rows"] = 4
    return attributes | dict(field.render_kw or {}) | dict(extra or {})


def choice_attributes(field: Field, css: str, *, extra: Mapping[str, str] | None = None) -> dict[str, Any]:
    """Answer the attributes of one radio or checkbox of a group; the group itself names hint and error."""
    css = f"{css} {css}--error" if field.errors else css
    return {"class": css} | dict(extra or {})


def described_by(field: Field, hint: str | None = None) -> str:
    """Answer the ids of the hint and the error that belong to `field`, separated by a blank."""
    ids = [f"{field.id}-hint"] if hint else []
    return " ".join([*ids, f"{field.id}-error"] if field.errors else ids)


def form_errors(form: FlaskForm) -> list[FormError]:
    """Answer one line for each field in error, in the order of the form, each leading to its first input."""
    lines = [FormError(str(text), None) for text in form.form_errors]
    for place, field in _leaves(form):
        lines += [FormError(f"{place}{field.label.text}: {text}", _target(field)) for text in field_errors(field)]
    return lines


def field_errors(field: Field) -> list[str]:
    """Answer the sentences of a field once each; an empty choice asks for a choice, not for a text."""
    texts = dict.fromkeys(str(text) for text in _flat(field.errors))
    instead = {"checkbox": TICK, "choices": CHOOSE, "select": CHOOSE}.get(component_of(field), REQUIRED)
    return [str(instead) if text == str(REQUIRED) else text for text in texts]


def _leaves(fields: Iterable[Field], place: str = "") -> Iterator[tuple[str, Field]]:
    """Every field that takes input, with the row it stands in (`Kind 2, `)."""
    for field in fields:
        if isinstance(field, FieldList):
            for row in field.entries:
                yield from (
                    _leaves(row.form, f"{place}{row.label.text}, ") if isinstance(row, FormField) else [(place, row)]
                )
        elif isinstance(field, FormField):
            yield from _leaves(field.form, place)
        else:
            yield place, field


def _flat(errors: Any) -> Iterator[Any]:
    for error in errors.values() if isinstance(errors, Mapping) else errors:
        if isinstance(error, (list, tuple, Mapping)):
            yield from _flat(error)
        else:
            yield error


def _target(field: Field) -> str:
    kind = component_of(field)
    return f"{field.id}-0" if kind in ("choices", "date_parts") else str(field.id)


def _is_list(field: Field) -> bool:
    """Whether a field of several choices is drawn as checkboxes and not as one long box."""
    return getattr(field.widget, "html_tag", "") in ("ul", "ol")


def _trimmed(value: Any) -> Any:
    return plain_text(value) if isinstance(value, str) and not isinstance(value, Markup) else value
