"""django-appointment's free times, asked in its own environment: each line on stdin is one question, each answer JSON.

Its question is the simpler one: no interpreters, no rooms, nobody speaks a language. Twenty members of staff with
their weekly hours and their bookings lie in SQLite; the answer is every free start of everybody on every day, as
its own booking page would show them one by one.
"""

from __future__ import annotations

import importlib
import json
import sys
import time
from datetime import date, datetime, timedelta
from datetime import time as clock
from pathlib import Path

import django
from django.apps import apps
from django.conf import settings
from django.core.management import call_command

SERVICE_MINUTES, STEP_MINUTES = 60, 30


def prepare(folder: Path) -> None:
    """Configure Django on an empty SQLite file and migrate it."""
    settings.configure(
        SECRET_KEY="only-for-a-benchmark",
        USE_TZ=True,
        TIME_ZONE="Europe/Berlin",
        INSTALLED_APPS=["django.contrib.auth", "django.contrib.contenttypes", "appointment"],
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": str(folder / "peer.sqlite")}},
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        LOGGING_CONFIG=None,
    )
    django.setup()
    # Its package brings no migrations along.
    call_command("migrate", run_syncdb=True, verbosity=0)


def fill(plan: dict) -> None:
    """The staff and bookings of the plan: hours from Monday to Friday, times as local minutes of a day."""
    user, staff, hours, service, request, booking = (
        apps.get_model(label)
        for label in (
            "auth.User",
            "appointment.StaffMember",
            "appointment.WorkingHours",
            "appointment.Service",
            "appointment.AppointmentRequest",
            "appointment.Appointment",
        )
    )
    client = user.objects.create(username="client")
    talk = service.objects.create(name="talk", duration=timedelta(minutes=SERVICE_MINUTES), price=0)
    for number, rows in enumerate(plan["staff"]):
        member = staff.objects.create(
            user=user.objects.create(username=f"staff-{number}"), slot_duration=STEP_MINUTES, appointment_buffer_time=0
        )
        member.services_offered.add(talk)
        hours.objects.bulk_create(
            hours(staff_member=member, day_of_week=day, start_time=clock(plan["opens"]), end_time=clock(plan["closes"]))
            for day in range(1, 6)
        )
        requests = request.objects.bulk_create(
            request(
                date=date.fromisoformat(day),
                start_time=clock(starts // 60, starts % 60),
                end_time=clock(ends // 60, ends % 60),
                service=talk,
                staff_member=member,
            )
            for day, starts, ends in rows
        )
        booking.objects.bulk_create(booking(client=client, appointment_request=each) for each in requests)


def ask(first: date, days: int) -> int:
    """How many starts are free, asked as its own page asks: a member of staff and a day at a time."""
    free = importlib.import_module("appointment.services").get_available_slots_for_staff
    weekday = importlib.import_module("appointment.utils.db_helpers").get_weekday_num_from_date
    talk = apps.get_model("appointment.Service").objects.get()
    found = 0
    for member in apps.get_model("appointment.StaffMember").objects.all():
        for number in range(days):
            day = first + timedelta(days=number)
            found += len(free(day, member, weekday(day), talk))
    return found


def main() -> None:
    """Fill from the plan on the first line, then answer one question for each further line."""
    plan = json.loads(sys.stdin.readline())
    prepare(Path(plan["folder"]))
    fill(plan)
    for _ in sys.stdin:
        began = time.perf_counter()
        found = ask(datetime.fromisoformat(plan["first"]).date(), plan["days"])
        answer = {"seconds": time.perf_counter() - began, "found": found}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
