"""The process table of one installation as data: what runs beside the queue, and what each is told."""

from __future__ import annotations

import errno
import socket
import sys
from collections.abc import Mapping

from config import Config, Mode
from workers.embedded import Transport
from workers.mailbox import listening_address
from workers.processes import Program


def process_table(config: Config, environment: Mapping[str, str], transport: Transport) -> list[Program]:
    """The demo's mailbox, the web and the worker; secrets stay off every command line."""
    told = {key: value for key, value in environment.items() if key != "REDIS_URL"}
    told["EINSTIEG_HOME"] = str(config.home)
    if transport.url is not None:
        told["REDIS_URL"] = transport.url
    table = []
    address = listening_address(config) if config.mode is Mode.DEMO else None
    if address is not None:
        port = free_port(address[0]) if listening_error(*address) else address[1]
        told["SMTP_URL"] = f"smtp://{bracketed(address[0])}:{port}"
        table.append(Program("mailbox", (sys.executable, "-m", "workers.mailbox"), told))
    table.append(Program("web", web_command(config), told))
    table.append(Program("worker", (sys.executable, "-m", "workers"), told))
    return table


def web_command(config: Config) -> tuple[str, ...]:
    """gunicorn with threads, without an access log (addresses hold tokens) and without a control socket.

    The application is made once, before the workers fork: that halves the start.
    """
    options = {
        "--worker-class": "gthread",
        "--threads": "8",
        "--workers": "2",
        "--bind": f"{bracketed(config.host)}:{config.port}",
        "--graceful-timeout": "5",
        "--log-level": "warning",
    }
    flat = [word for pair in options.items() for word in pair]
    return (sys.executable, "-m", "gunicorn", *flat, "--preload", "--no-control-socket", "wsgi:app")


def listening_error(host: str, port: int) -> str | None:
    """Why no server could listen there now, in German and English; None when one could."""
    try:
        _bound(host, port).close()
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            return (
                f"Port {port} ist schon belegt: PORT auf eine freie Nummer setzen. / "
                f"Port {port} is already in use: set PORT to a free one."
            )
        return (
            f"Auf HOST und PORT {port} lässt sich nicht lauschen. / This machine cannot listen on HOST and PORT {port}."
        )
    return None


def free_port(host: str) -> int:
    """A port on this address that nobody listens on at this moment."""
    with _bound(host, 0) as found:
        return int(found.getsockname()[1])


def _bound(host: str, port: int) -> socket.socket:
    return socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)


def bracketed(host: str) -> str:
    """The host as it stands in an address: IPv6 in square brackets."""
    return f"[{host}]" if ":" in host else host
