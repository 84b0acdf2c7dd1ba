"""Does a backup open: every key, sealed records, files and the trail of copies are read where they lie.

The copies stand in an application of their own that can only read; nothing is written, there or here.
"""

from __future__ import annotations

import random
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar
from uuid import UUID

from flask import Flask
from sqlalchemy import make_url, select
from sqlalchemy.exc import SQLAlchemyError

from app.data import files
from app.data.audit_verify import verify
from app.data.database import db, session
from app.data.key_tables import erasures, record_keys
from app.data.keyring import KeyRing
from app.data.providers import KeyProvider
from app.data.records import Scope, SealedRecord, Sheet, find_many
from app.data.root_keys import RootKeyError
from app.data.setup import with_driver
from app.errors import EinstiegError, KeyMissing, NotFound, Tampered
from cases.models import Attachment, Case

SAMPLE = 1_000
Found = TypeVar("Found")


@dataclass(slots=True)
class Report:
    """What was opened and what did not open; counts alone, no names and no ids."""

    opened: dict[str, int] = field(default_factory=dict)
    troubles: dict[str, int] = field(default_factory=dict)
    erased: int = 0
    seconds: float = 0.0

    @property
    def is_sound(self) -> bool:
        """Whether everything that was tried opened, and there was something."""
        return not self.troubles and self.opened.get("Schlüssel von Stellen", 0) > 0

    def count(self, what: str) -> None:
        """One more that opened."""
        self.opened[what] = self.opened.get(what, 0) + 1

    def trouble(self, what: str, how: str) -> None:
        """One more that did not."""
        self.troubles[f"{what}: {how}"] = self.troubles.get(f"{what}: {how}", 0) + 1

    def sentences(self) -> Iterator[str]:
        """For whoever rehearses, a line each."""
        for what, number in self.opened.items():
            yield f"  {number:>8} {what} in Ordnung"
        if self.erased:
            yield f"  {self.erased:>8} Datensätze gelöschter Fälle öffnen sich nicht mehr, wie es sein soll"
        for what, number in self.troubles.items():
            yield f"  {number:>8} {what}"
        yield f"  Dauer: {self.seconds:.1f} Sekunden"


def rehearse(
    *, data: str, keys: str, provider: KeyProvider, folder: Path | None, sample: int | None = SAMPLE
) -> Report:
    """Open copies (files or addresses); `sample` None opens every record and file. Raises EinstiegError."""
    report, began = Report(), time.perf_counter()
    with TemporaryDirectory(prefix="einstieg-probe-") as private:
        try:
            with _standing_on(_readable(data, Path(private)), _readable(keys, Path(private)), provider) as ring:
                _open_keys(ring, report)
                _open_records(ring, report, sample)
                _open_files(report, folder or _files_beside(data), sample)
                _check_trail(report)
        except SQLAlchemyError as error:
            raise RootKeyError(f"eine der Sicherungen ist nicht lesbar ({type(error).__name__})") from None
    report.seconds = time.perf_counter() - began
    return report


@contextmanager
def _standing_on(data_url: str, keys_url: str, provider: KeyProvider) -> Iterator[KeyRing]:
    """An application without pages whose stores are the copies, for reading alone."""
    probe = Flask("rehearsal")
    probe.config["SQLALCHEMY_DATABASE_URI"] = data_url
    probe.config["SQLALCHEMY_BINDS"] = {"keys": {"url": keys_url, "hide_parameters": True}}
    probe.config["SQLALCHEMY_ENGINE_OPTIONS"] = {"hide_parameters": True}
    db.init_app(probe)
    with probe.app_context():
        ring = KeyRing(db.engines["keys"], provider)
        probe.extensions["keyring"] = ring
        try:
            yield ring
        finally:
            session().rollback()
            session().close()
            for engine in db.engines.values():
                engine.dispose()


def _readable(place: str, private: Path) -> str:
    """The address of a copy that cannot be written to; raises RootKeyError when there is no such file."""
    if "://" in place and not place.startswith("sqlite"):
        url = make_url(with_driver(place))
        return url.update_query_dict({"options": "-c default_transaction_read_only=on"}).render_as_string(False)
    file = Path(make_url(place).database or "") if place.startswith("sqlite") else Path(place)
    if not file.is_file():
        raise RootKeyError("eine der Sicherungen ist keine Datei")
    log = Path(f"{file}-wal")
    if log.exists() and log.stat().st_size:  # SQLite would have to write beside it: a private copy then
        target = Path(private) / f"{len(list(private.iterdir()))}.sqlite"
        shutil.copyfile(file, target)
        shutil.copyfile(log, f"{target}-wal")
        return f"sqlite:///{target}"
    return f"sqlite:///file:{file.resolve()}?mode=ro&immutable=1&uri=true"


def _open_keys(ring: KeyRing, report: Report) -> None:
    for organisation_id, versions in ring.keks.versions().items():
        for version in versions:
            _try(report, "Schlüssel von Stellen", partial(ring.keks.open, organisation_id, version))
    with ring.keks.engine.connect() as connection:
        held = connection.execute(select(record_keys.c.scope_id, record_keys.c.organisation_id)).all()
    by_holder: dict[UUID, set[UUID]] = {}
    for scope_id, holder in held:
        by_holder.setdefault(holder, set()).add(scope_id)
    for holder, scopes in by_holder.items():
        wanted = sorted(scopes)
        for start in range(0, len(wanted), 500):
            _in_bulk(
                report, "Schlüssel von Fällen", wanted[start : start + 500], partial(ring.open_keys, reader=holder)
            )


def _open_records(ring: KeyRing, report: Report, sample: int | None) -> None:
    columns = (SealedRecord.kind, SealedRecord.organisation_id, SealedRecord.case_id, SealedRecord.record_id)
    rows = session().execute(select(*columns)).all()
    gone, kinds = _erased(ring), _kinds()
    chosen: dict[tuple[str, UUID], list[UUID]] = {}
    for kind, owner, case_id, record_id in _sample(rows, sample):
        if case_id in gone:
            report.erased += 1
        else:
            chosen.setdefault((kind, owner), []).append(record_id)
    for (kind, owner), record_ids in chosen.items():
        if kind not in kinds:
            report.trouble("Datensätze", f"die Art {kind} kennt diese Fassung von Einstieg nicht")
            continue
        for start in range(0, len(record_ids), 200):
            some = record_ids[start : start + 200]
            _in_bulk(report, "Datensätze", some, partial(find_many, kinds[kind], reader=owner))


def _open_files(report: Report, folder: Path | None, sample: int | None) -> None:
    """Every chunk of the files that the data names; a name without a file is trouble."""
    query = select(Attachment.id, Case.id, Case.organisation_id).join(Case, Case.id == Attachment.case_id)
    rows = session().execute(query).all()
    if folder is None:
        if rows:
            report.trouble("Dateien", "ihr Ordner fehlt ('--files')")
        return
    for file_id, case_id, owner in _sample(rows, sample):
        scope = Scope(owner, case_id)
        _try(report, "Dateien", partial(_read_through, folder, file_id, scope))


def _read_through(folder: Path, file_id: UUID, scope: Scope) -> None:
    for _chunk in files.read(folder, file_id, scope=scope, reader=scope.organisation_id):
        pass


def _check_trail(report: Report) -> None:
    found = verify(db.engine)
    report.opened["Einträge des Protokolls"] = found.entries
    for _ in found.breaks:
        report.trouble("Protokoll", "die Kette hält nicht")


def _in_bulk(report: Report, what: str, ids: list[UUID], opening: Callable[[list[UUID]], object]) -> None:
    """Open many at once; when one does not open, each by itself."""
    try:
        opening(ids)
    except EinstiegError:
        for each in ids:
            _try(report, what, partial(opening, [each]))
    else:
        report.opened[what] = report.opened.get(what, 0) + len(ids)


def _try(report: Report, what: str, opening: Callable[[], object]) -> None:
    try:
        opening()
    except KeyMissing:
        report.trouble(what, "kein Schlüssel (ist die Sicherung der Schlüssel älter als die der Daten?)")
    except Tampered:
        report.trouble(what, "beschädigt, verschoben oder verändert")
    except NotFound:
        report.trouble(what, "fehlt")
    except RootKeyError as error:
        report.trouble(what, str(error))
    else:
        report.count(what)


def _erased(ring: KeyRing) -> set[UUID | None]:
    """Cases whose keys were destroyed on purpose: an older backup of the data still holds their records."""
    with ring.keks.engine.connect() as connection:
        return set(connection.scalars(select(erasures.c.subject_id)))


def _kinds() -> dict[str, type[Sheet]]:
    """Every class of sheet by its kind, those of all packages included."""
    found, waiting = {}, list(Sheet.__subclasses__())
    while waiting:
        kind = waiting.pop()
        found[kind.KIND] = kind
        waiting += kind.__subclasses__()
    return found


def _files_beside(data: str) -> Path | None:
    """Where files lie beside a copied database file: in the folder `files`."""
    if "://" in data and not data.startswith("sqlite"):
        return None
    folder = Path(data.removeprefix("sqlite:///")).parent / "files"
    return folder if folder.is_dir() else None


def _sample(rows: Sequence[Found], size: int | None) -> Sequence[Found]:
    return rows if size is None or len(rows) <= size else random.SystemRandom().sample(rows, size)
