"""The settings of one installation: read once from the environment, typed, and never changed afterwards."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

from app.setting_values import SettingError as SettingError
from app.setting_values import backup_days, count, instant, member, port, proxies, sqlite_file, switch


class Mode(StrEnum):
    """What an installation is for; `demo` and `test` alone may invent people and set the clock."""

    PRODUCTION = "production"
    DEMO = "demo"
    TEST = "test"


class ProviderKind(StrEnum):
    """Where the root key comes from; see `app.data.providers`."""

    FILE = "file"
    ENVIRONMENT = "environment"
    PASSPHRASE = "passphrase"  # noqa: S105
    TRANSIT = "transit"


_THIS_MACHINE = ("127.0.0.1", "::1", "localhost")

DEMO_MARKER = "vorfuehrung.txt"
"""The file by which the home of a demo is known."""


@dataclass(frozen=True, slots=True)
class Config:
    """Every setting of Einstieg; the README lists the variable behind each."""

    mode: Mode
    home: Path
    host: str
    port: int
    database_url: str = field(repr=False)
    keys_database_url: str = field(repr=False)
    key_file: Path
    secret_key: str = field(repr=False)
    redis_url: str | None = field(default=None, repr=False)
    smtp_url: str = field(default="smtp://127.0.0.1:2525", repr=False)
    mail_from: str = "termine@einstieg.example"
    base_url: str = "http://127.0.0.1:5000"
    demo_password: str | None = field(default=None, repr=False)
    now: datetime | None = None
    kern_folder: Path | None = None
    secure_cookies: bool = True
    transport: str = "auto"
    proxies: int = 0
    key_provider: ProviderKind = ProviderKind.FILE
    root_keys: str | None = field(default=None, repr=False)
    passphrase_file: Path | None = None
    transit_url: str = ""
    transit_key: str = "einstieg"
    transit_token_file: Path | None = None
    backup_folders: tuple[Path, ...] = ()
    audit_key: Path | None = None
    checkpoint_places: tuple[str, ...] = ()
    names_in_trace: bool = False
    clamd: str | None = None
    archive_offer: bool = False
    backup_days: int = 7
    walk_ins_a_day: int = 20
    cross_check: bool = False
    cross_check_basis: str = ""
    calendar_stale_hours: int = 24
    calendar_authority: Path | None = None
    answer_days: int = 1
    tell_family_days: int = 2
    offer_hours: int = 4
    feed_cancelled_days: int = 14
    feed_references: bool = False
    open_per_contact: int = 2
    cooling_minutes: int = 15
    paper_requests: int = 30
    proof_bits: int = 0

    @property
    def audit_key_file(self) -> Path:
        """Where the signing key of checkpoints lies: another owner's than the root key."""
        return self.audit_key or self.home / "audit" / "signing.key"

    @property
    def audit_origin(self) -> str:
        """What the trail of this installation is called in its checkpoints."""
        return f"{urlsplit(self.base_url).hostname or 'einstieg'}/protokoll"

    @property
    def data_folder(self) -> Path:
        """Where the SQLite data and the sealed files lie; this folder is the backup set."""
        return self.home / "data"

    @property
    def files_folder(self) -> Path:
        """Where sealed attachments lie, one file each, named by a random id."""
        return self.data_folder / "files"

    @property
    def keys_folder(self) -> Path:
        """Where the key store lies: backed up apart from the data."""
        return self.home / "keys"

    @property
    def run_folder(self) -> Path:
        """Where sockets, locks and pid files lie (mode 0700)."""
        return self.home / "run"

    @property
    def mail_folder(self) -> Path:
        """Where the demo's mail server keeps its messages."""
        return self.home / "mail"

    @property
    def may_set_clock(self) -> bool:
        """Whether `EINSTIEG_NOW` is honoured: never in production."""
        return self.mode in (Mode.DEMO, Mode.TEST)

    def __post_init__(self) -> None:
        if self.now is not None and not self.may_set_clock:
            raise SettingError("EINSTIEG_NOW is honoured in demo and test mode alone")
        if self.now is not None and self.now.tzinfo is None:
            raise SettingError("EINSTIEG_NOW needs a UTC offset, for example 2026-11-23T08:00:00+01:00")
        if self.cross_check and not self.cross_check_basis:
            raise SettingError("EINSTIEG_CROSS_CHECK_BASIS is missing: the legal basis on which houses compare cases")
        if self.calendar_authority is not None and not self.may_set_clock:
            raise SettingError("EINSTIEG_CALENDAR_CA is honoured in demo and test mode alone")
        if self.transport not in ("auto", "polling"):
            raise SettingError("EINSTIEG_TRANSPORT is either auto or polling")
        self._refuse_incomplete_provider()
        for file, variable in self.key_files.items():
            for folder, name in self.data_places.items():
                if file.resolve().is_relative_to(folder.resolve()):
                    raise SettingError(f"{variable} lies in the {name}: whoever copies that has the key as well")

    @property
    def key_files(self) -> dict[Path, str]:
        """The files that open everything, each with the variable that names it."""
        named = {
            "EINSTIEG_KEY_FILE": self.key_file,
            "EINSTIEG_PASSPHRASE_FILE": self.passphrase_file,
            "EINSTIEG_TRANSIT_TOKEN_FILE": self.transit_token_file,
            "EINSTIEG_AUDIT_KEY_FILE": self.audit_key_file,
        }
        return {file: variable for variable, file in named.items() if file is not None}

    @property
    def data_places(self) -> dict[Path, str]:
        """The folders that are copied into backups, where no key may lie, each with what to call it."""
        places = {self.data_folder: "data folder", self.files_folder: "files folder", self.keys_folder: "key store"}
        for url, variable in ((self.database_url, "DATABASE_URL"), (self.keys_database_url, "KEYS_DATABASE_URL")):
            file = sqlite_file(url)
            if file is not None:
                places.setdefault(file.parent, f"folder of {variable}")
        return {**places, **dict.fromkeys(self.backup_folders, "backup set (EINSTIEG_BACKUP_FOLDERS)")}

    def _refuse_incomplete_provider(self) -> None:
        if self.key_provider is ProviderKind.PASSPHRASE and self.passphrase_file is None:
            raise SettingError("EINSTIEG_PASSPHRASE_FILE is missing: the file with the passphrase of the root key")
        if self.key_provider is not ProviderKind.TRANSIT:
            return
        if self.transit_token_file is None:
            raise SettingError("EINSTIEG_TRANSIT_TOKEN_FILE is missing: the file with the key service's token")
        service = urlsplit(self.transit_url)
        if not (service.scheme == "https" or (service.scheme == "http" and service.hostname in _THIS_MACHINE)):
            raise SettingError("EINSTIEG_TRANSIT_URL is an https:// address; http:// goes to this machine alone")


def read_config(environment: Mapping[str, str]) -> Config:
    """Read the settings from `environment`; raises SettingError with the variable's name."""
    home = Path(environment.get("EINSTIEG_HOME") or "instance").resolve()
    mode = _mode(environment, home)
    host = environment.get("HOST") or "127.0.0.1"
    listening = port(environment.get("PORT") or "5000")
    base_url = environment.get("EINSTIEG_BASE_URL") or f"http://{host}:{listening}"
    if mode is Mode.PRODUCTION and not environment.get("EINSTIEG_BASE_URL"):
        raise SettingError("EINSTIEG_BASE_URL is missing: the address under which families reach this server")
    return Config(
        mode=mode,
        home=home,
        host=host,
        port=listening,
        database_url=environment.get("DATABASE_URL") or f"sqlite:///{home / 'data' / 'einstieg.sqlite'}",
        keys_database_url=environment.get("KEYS_DATABASE_URL") or f"sqlite:///{home / 'keys' / 'keys.sqlite'}",
        key_file=Path(environment.get("EINSTIEG_KEY_FILE") or home / "secret" / "root.key"),
        secret_key=_secret_key(environment, home, mode),
        redis_url=environment.get("REDIS_URL") or None,
        smtp_url=environment.get("SMTP_URL") or "smtp://127.0.0.1:2525",
        mail_from=environment.get("EINSTIEG_MAIL_FROM") or "termine@einstieg.example",
        base_url=base_url.rstrip("/"),
        demo_password=environment.get("EINSTIEG_DEMO_PASSWORD") or None,
        now=instant(environment.get("EINSTIEG_NOW")),
        kern_folder=Path(environment["EINSTIEG_KERN_FOLDER"]) if environment.get("EINSTIEG_KERN_FOLDER") else None,
        secure_cookies=base_url.startswith("https://"),
        transport=environment.get("EINSTIEG_TRANSPORT") or "auto",
        proxies=proxies(environment.get("EINSTIEG_PROXIES") or "0"),
        audit_key=Path(environment["EINSTIEG_AUDIT_KEY_FILE"]) if environment.get("EINSTIEG_AUDIT_KEY_FILE") else None,
        checkpoint_places=_places(environment.get("EINSTIEG_CHECKPOINT_PLACES"), home, mode),
        names_in_trace=environment.get("EINSTIEG_TRACE_NAMES") == "1",
        clamd=environment.get("EINSTIEG_CLAMD") or None,
        archive_offer=switch("EINSTIEG_ARCHIVE_OFFER", environment.get("EINSTIEG_ARCHIVE_OFFER") or "off"),
        backup_days=backup_days(environment.get("EINSTIEG_BACKUP_DAYS") or "7"),
        cross_check=switch("EINSTIEG_CROSS_CHECK", environment.get("EINSTIEG_CROSS_CHECK") or "off"),
        cross_check_basis=(environment.get("EINSTIEG_CROSS_CHECK_BASIS") or "").strip(),
        **_appointments(environment),
        **_root_key(environment),
    )


def _appointments(environment: Mapping[str, str]) -> dict[str, Any]:
    """What holds of appointments, their calendars and the open page."""

    def number(variable: str, otherwise: str) -> int:
        return count(variable, environment.get(variable) or otherwise)

    own = environment.get("EINSTIEG_CALENDAR_CA")
    return {
        "walk_ins_a_day": number("EINSTIEG_WALK_INS", "20"),
        "offer_hours": number("EINSTIEG_OFFER_HOURS", "4"),
        "feed_cancelled_days": number("EINSTIEG_FEED_CANCELLED_DAYS", "14"),
        "feed_references": switch("EINSTIEG_FEED_REFERENCES", environment.get("EINSTIEG_FEED_REFERENCES") or "off"),
        "calendar_stale_hours": number("EINSTIEG_CALENDAR_STALE_HOURS", "24"),
        "calendar_authority": Path(own) if own else None,
        "answer_days": number("EINSTIEG_ANSWER_DAYS", "1"),
        "tell_family_days": number("EINSTIEG_TELL_FAMILY_DAYS", "2"),
        "open_per_contact": number("EINSTIEG_OPEN_PER_CONTACT", "2"),
        "cooling_minutes": number("EINSTIEG_COOLING_MINUTES", "15"),
        "paper_requests": number("EINSTIEG_PAPER_REQUESTS", "30"),
        "proof_bits": number("EINSTIEG_PROOF_OF_WORK", "0"),
    }


def _root_key(environment: Mapping[str, str]) -> dict[str, Any]:
    """Where the root key comes from, and what backups copy."""
    folders = environment.get("EINSTIEG_BACKUP_FOLDERS") or ""
    return {
        "key_provider": member(
            ProviderKind, environment.get("EINSTIEG_KEY_PROVIDER") or "file", "EINSTIEG_KEY_PROVIDER"
        ),
        "root_keys": environment.get("EINSTIEG_ROOT_KEY") or None,
        "passphrase_file": _passphrase_file(environment),
        "transit_url": environment.get("EINSTIEG_TRANSIT_URL") or "",
        "transit_key": environment.get("EINSTIEG_TRANSIT_KEY") or "einstieg",
        "transit_token_file": Path(token) if (token := environment.get("EINSTIEG_TRANSIT_TOKEN_FILE")) else None,
        "backup_folders": tuple(Path(name) for name in folders.split(":") if name),
    }


def _mode(environment: Mapping[str, str], home: Path) -> Mode:
    """What is set; unset, the home of a demo is one, so that `flask doctor` beside `make run` means the same."""
    told = environment.get("EINSTIEG_MODE") or (Mode.DEMO if (home / DEMO_MARKER).exists() else Mode.PRODUCTION)
    return member(Mode, told, "EINSTIEG_MODE")


def _passphrase_file(environment: Mapping[str, str]) -> Path | None:
    """The file that is named; unset, the credential `einstieg-passphrase` that systemd hands to a service."""
    named, credentials = environment.get("EINSTIEG_PASSPHRASE_FILE"), environment.get("CREDENTIALS_DIRECTORY")
    handed = Path(named) if named else Path(credentials or "") / "einstieg-passphrase"
    return handed if named or (credentials and handed.exists()) else None


def _places(text: str | None, home: Path, mode: Mode) -> tuple[str, ...]:
    """Where checkpoints go; a demo keeps them in its own home, where they prove nothing but show how it looks."""
    if text is None and mode is Mode.DEMO:
        return (f"file://{quote(str(home / 'checkpoints'))}",)
    return tuple(part.strip() for part in (text or "").split(",") if part.strip())


def _secret_key(environment: Mapping[str, str], home: Path, mode: Mode) -> str:
    """The signing key of cookies: from the environment, else a file that the first start makes."""
    given = environment.get("SECRET_KEY")
    if given:
        if len(given) < 32:
            raise SettingError("SECRET_KEY is shorter than 32 characters")
        return given
    if mode is Mode.PRODUCTION:
        raise SettingError("SECRET_KEY is missing")
    file = home / "secret" / "cookie.key"
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        file.touch(mode=0o600)
        file.write_text(secrets.token_urlsafe(48))
    return file.read_text().strip()
