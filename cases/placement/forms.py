"""Forms around a seat: the recommendation, picking a school, and each act that is noted with its day."""

from __future__ import annotations

from wtforms import BooleanField, HiddenField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length

from app import clock
from app.web.fields import DayField
from app.web.forms import EinstiegForm
from cases.child_states import SIDE_EXITS, ChildState, RefusalReason
from cases.placement.recommendation import GRADES, Decision
from cases.placement.rules import Assessment
from cases.placement.school_types import SchoolType, Stage
from cases.placement.support import Support

TEACHING = [type_ for type_ in SchoolType if type_.value not in ("0A", "81")]
"""School forms with pupils of their own."""


class RecommendForm(EinstiegForm):
    """What the advisor recommends; begins with what the rules propose or what was decided before."""

    version = HiddenField()
    stage = RadioField("Schulstufe", [InputRequired()], choices=[(stage.value, stage.label) for stage in Stage])
    school_type = SelectField("Schulform", choices=[("", "offen"), *((type_.value, type_.label) for type_ in TEACHING)])
    grade = SelectField("Klasse", choices=[("", "offen"), *((str(grade), str(grade)) for grade in GRADES)])
    support = SelectField("Förderform", choices=[("", "keine"), *((item.value, item.label) for item in Support)])
    literacy_group = BooleanField("Zuerst Lerngruppe zur Erstalphabetisierung")
    reason = TextAreaField(
        "Begründung",
        validators=[Length(max=2000)],
        description="Nötig, wenn Sie vom Vorschlag abweichen. Sonst hilft sie der Schulaufsicht.",
    )

    def begin_with(self, decision: Decision | None, proposal: Assessment, version: int) -> None:
        """Fill in what was decided before, else what the rules propose."""
        stage = decision.stage if decision else proposal.stage
        grade = decision.grade if decision else proposal.grade
        support = decision.support if decision else proposal.support
        self.version.data = str(version)
        self.stage.data = stage.value
        self.school_type.data = decision.school_type.value if decision and decision.school_type else ""
        self.grade.data = str(grade or "")
        self.support.data = support.value if support else ""
        self.literacy_group.data = decision.literacy_group if decision else proposal.needs_literacy_group
        self.reason.data = decision.reason if decision else ""

    def decision(self) -> Decision:
        """What the form says; without a stage there is neither grade nor support."""
        stage = Stage(self.stage.data)
        if stage is Stage.NONE:
            return Decision(stage, None, None, None, False, self.reason.data or "")
        return Decision(
            stage=stage,
            school_type=SchoolType(self.school_type.data) if self.school_type.data else None,
            grade=int(self.grade.data) if self.grade.data else None,
            support=Support(self.support.data) if self.support.data else None,
            literacy_group=bool(self.literacy_group.data),
            reason=self.reason.data or "",
        )

    def expected(self) -> int:
        """The version of the child's sheet the page was made from; 0 is never one."""
        text = self.version.data or ""
        return int(text) if text.isdecimal() and len(text) < 9 else 0


class PickForm(EinstiegForm):
    """Why this school, and for some schools what else has to be said."""

    reason = TextAreaField("Warum diese Schule?", validators=[InputRequired(), Length(max=2000)])
    guardians_agree = BooleanField(
        "Die Eltern stimmen einer Bekenntnisschule zu",
        description="Gespeichert wird nur diese Zustimmung, keine Religion.",
    )
    deviates_because = TextAreaField(
        "Begründung der Abweichung",
        validators=[Length(max=2000)],
        description="Diese Schule gehört nicht zu den vorgeschlagenen.",
    )


class HandOverForm(EinstiegForm):
    """The day of the handing over, and to whom there."""

    on = DayField("Übergeben am", validators=[InputRequired()], default=clock.today)
    recipient = StringField("Ansprechperson dort", validators=[Length(max=120)])


class AssignForm(EinstiegForm):
    """The authority's act: the day, and the school it chose."""

    on = DayField("Zugewiesen am", validators=[InputRequired()], default=clock.today)
    school_id = SelectField("Zugewiesene Schule", validators=[InputRequired()])


class AdmitForm(EinstiegForm):
    """The school's yes, with the first school day."""

    on = DayField("Zusage der Schule am", validators=[InputRequired()], default=clock.today)
    starts_on = DayField(
        "Erster Schultag",
        validators=[InputRequired()],
        description="Erst mit diesem Tag enden die Tage ohne Schulplatz; dann beginnt die Erstförderung.",
    )


class StartForm(EinstiegForm):
    """The day on which the child really came."""

    started_on = DayField("Erster Schultag", validators=[InputRequired()])


class RefuseForm(EinstiegForm):
    """The school's written no."""

    on = DayField("Abgelehnt am", validators=[InputRequired()], default=clock.today)
    reason = RadioField("Grund", [InputRequired()], choices=[(reason.value, reason.label) for reason in RefusalReason])
    text = TextAreaField(
        "Was schreibt die Schule?",
        validators=[InputRequired(), Length(max=4000)],
        description="Wörtlich oder zusammengefasst. Der Text liegt verschlüsselt in der Akte.",
    )


class WithdrawForm(EinstiegForm):
    """Why a proposal is taken back."""

    because = TextAreaField("Warum?", validators=[InputRequired(), Length(max=1000)])


class LeaveForm(EinstiegForm):
    """Why no seat is looked for any more, and since when."""

    state = RadioField(
        "Was ist geschehen?",
        [InputRequired()],
        choices=[(state.value, state.label) for state in ChildState if state in SIDE_EXITS],
    )
    on = DayField(
        "Seit", validators=[InputRequired()], default=clock.today, description="Bei eigener Schule: der erste Schultag."
    )
    confirmed = BooleanField(
        "Ja, die Suche nach einem Schulplatz beenden",
        validators=[InputRequired()],
        description="Ein offener Vorschlag wird zurückgenommen, offene Aufgaben zum Schulplatz entfallen.",
    )


class ExtendForm(EinstiegForm):
    """How long support goes on."""

    until = DayField("Verlängert bis", validators=[InputRequired()])
