"""Styles and scripts, third-party ones out of installed packages, under a URL that names their content."""

from __future__ import annotations

import gzip
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from importlib.resources import files
from pathlib import Path

from flask import Blueprint, Flask, Response, abort, current_app, request, url_for

from app.web import stylesheets
from app.web.actors import public
from app.web.stylesheets import logical, only_blocks, without_unused_variables
from config import Config

KERN_VERSION = "2.6.1"
KERN_SHA256 = "cd3f71d341847e38f03b96c978679ecd82203daffe3fed1535281652356cfa62"
OWN_FOLDER = Path(__file__).parent.parent / "static"

# The blocks of KERN that templates use; a test compares this list with the templates.
FAMILY_BLOCKS = (
    "kern-alert",
    "kern-body",
    "kern-btn",
    "kern-error",
    "kern-fieldset",
    "kern-form-check",
    "kern-form-input",
    "kern-hint",
    "kern-icon",
    "kern-label",
    "kern-link",
    "kern-progress",
    "kern-sr-only",
    "kern-title",
)
STAFF_BLOCKS = (
    *FAMILY_BLOCKS,
    "kern-badge",
    "kern-btn-wrapper",
    "kern-card",
    "kern-description-list",
    "kern-description-list-item",
    "kern-dialog",
    "kern-divider",
    "kern-number",
    "kern-table",
    "kern-table-responsive",
    "kern-task-list",
)
FAMILY_ICONS = (
    "arrow-back",
    "arrow-forward",
    "calendar-today",
    "check",
    "danger",
    "info",
    "success",
    "warning",
)
STAFF_ICONS = (
    *FAMILY_ICONS,
    "account-circle",
    "add",
    "arrow-down",
    "arrow-up",
    "autorenew",
    "checklist",
    "chevron-left",
    "chevron-right",
    "close",
    "content-copy",
    "dehaze",
    "delete",
    "download",
    "draft",
    "drive-folder-upload",
    "edit",
    "help",
    "home",
    "language",
    "logout",
    "mail",
    "more-vert",
    "open-in-new",
    "question-mark",
    "search",
    "visibility",
    "visibility-off",
)

blueprint = Blueprint("assets", __name__, url_prefix="/assets")


@dataclass(frozen=True, slots=True)
class Asset:
    """One file as it is served: its bytes, the same packed, and the version that stands in its URL."""

    name: str
    content_type: str
    body: bytes
    packed: bytes
    version: str


_built: dict[Path | None, Mapping[str, Asset]] = {}


def init_app(app: Flask, config: Config) -> None:
    """Build all assets once and serve them; templates name them with `asset_url('staff.css')`."""
    app.extensions["assets"] = built_assets(config.kern_folder, kept_in=config.run_folder)
    app.register_blueprint(blueprint)
    app.add_template_global(asset_url, "asset_url")


def asset_url(name: str) -> str:
    """Answer the URL of the asset `name`; raises KeyError for a name that does not exist."""
    asset = _assets()[name]
    return url_for("assets.serve", version=asset.version, name=name)


@blueprint.get("/<version>/<name>")
@public
def serve(version: str, name: str) -> Response:
    """Serve one asset; kept for a year under its own version, asked anew under an older one."""
    asset = _assets().get(name)
    if asset is None:
        abort(404)
    wants_packed = request.accept_encodings.find("gzip") >= 0 and len(asset.packed) < len(asset.body)
    response = Response(asset.packed if wants_packed else asset.body, content_type=asset.content_type)
    if wants_packed:
        response.headers["Content-Encoding"] = "gzip"
    response.headers["Vary"] = "Accept-Encoding"
    is_current = version == asset.version
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable" if is_current else "no-cache"
    return response


def built_assets(kern_folder: Path | None, *, kept_in: Path | None = None) -> Mapping[str, Asset]:
    """Answer every asset by name; building takes a second, so it is done once a process and kept for the next one."""
    if kern_folder not in _built:
        _built[kern_folder] = {name: _asset(name, text) for name, text in _texts(kern_folder, kept_in).items()}
    return _built[kern_folder]


def _texts(kern_folder: Path | None, kept_in: Path | None) -> dict[str, str]:
    """The texts of all assets, read where another process kept them under the digest of their sources."""
    kern = kern_stylesheet(kern_folder).read_text(encoding="utf-8")
    shared, family, staff = (_own(folder, "css") for folder in ("shared", "family", "staff"))
    sources = (kern, shared, family, staff, _own("staff", "js"), _own("family", "js"), htmx_script(), *_makers())
    digest = sha256("\0".join(sources).encode()).hexdigest()[:24]
    kept = kept_in / f"assets-{digest}.json" if kept_in else None
    if kept is not None and kept.exists():
        texts: dict[str, str] = json.loads(kept.read_text(encoding="utf-8"))
        return texts
    family_css = only_blocks(kern, blocks=FAMILY_BLOCKS, icons=FAMILY_ICONS) + logical(shared + family)
    staff_css = only_blocks(kern, blocks=STAFF_BLOCKS, icons=STAFF_ICONS) + logical(shared + staff)
    texts = {
        "family.css": without_unused_variables(family_css),
        "staff.css": without_unused_variables(staff_css),
        "staff.js": _own("staff", "js"),
        "proof.js": _own("family", "js"),
        "htmx.js": htmx_script(),
    }
    if kept is not None and kept.parent.is_dir():
        fresh = kept.with_suffix(f".{os.getpid()}")
        fresh.write_text(json.dumps(texts), encoding="utf-8")
        fresh.replace(kept)
    return texts


def htmx_script() -> str:
    """Answer htmx as its package carries it."""
    return files("js_lib_htmx").joinpath("static/htmx/htmx.min.js").read_text(encoding="utf-8")


def _makers() -> tuple[str, str]:
    """The sources of what makes the stylesheets: another way of making them is another result."""
    return Path(__file__).read_text(encoding="utf-8"), Path(stylesheets.__file__).read_text(encoding="utf-8")


def kern_stylesheet(kern_folder: Path | None) -> Path:
    """Answer where KERN's stylesheet lies: in the folder of the settings, else in the installed package."""
    if kern_folder is not None:
        return kern_folder / "kern.min.css"
    return Path(str(files("mkdocs_kern_ux").joinpath("kern-ux/vendor/kern/kern.min.css")))


def _own(folder: str, ending: str) -> str:
    """Join our own files of one kind in the order of their names."""
    return "\n".join(path.read_text(encoding="utf-8") for path in sorted((OWN_FOLDER / folder).glob(f"*.{ending}")))


def _asset(name: str, text: str) -> Asset:
    body = text.encode()
    kind = "text/css" if name.endswith(".css") else "text/javascript"
    return Asset(
        name=name,
        content_type=f"{kind}; charset=utf-8",
        body=body,
        packed=gzip.compress(body, compresslevel=9, mtime=0),
        version=sha256(body).hexdigest()[:12],
    )


def _assets() -> Mapping[str, Asset]:
    assets: Mapping[str, Asset] = current_app.extensions["assets"]
    return assets
