"""The README's picture out of two of `make screenshots` (`python -m tests.pictures.first_screen`)."""

from __future__ import annotations

import base64
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.servers.chromium import FLAGS, find_chromium

FOLDER = Path("screenshots")
PICTURE = Path("docs/pictures/first-screen.png")
LARGEST = 300 * 1024
PAGE = """<!doctype html><html lang="de"><meta charset="utf-8"><title>Einstieg</title><style>
body { margin: 0; padding: 32px; inline-size: 1416px; block-size: 776px; background: #dfe4ee; position: relative; }
div { position: absolute; overflow: hidden; background: #fff; box-shadow: 0 8px 28px rgb(0 0 0 / 25%%); }
.desk { inset: 32px auto auto 32px; inline-size: 1120px; block-size: 776px; border-radius: 8px; }
.desk img { inline-size: 1120px; }
.phone { inset: 84px 32px auto auto; inline-size: 312px; block-size: 672px; border-radius: 28px; }
.phone { border: 8px solid #171a2b; }
.phone img { inline-size: 312px; }
</style><div class="desk"><img src="%s"></div><div class="phone"><img src="%s"></div></html>"""


def main() -> int:
    """Write the picture; 1 when it has grown too large for a README."""
    parts = [_as_url(FOLDER / name) for name in ("case-longest-1280.png", "family-ar-2-times-390.png")]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=list(FLAGS))
        page = browser.new_page(viewport={"width": 1480, "height": 840})
        page.set_content(PAGE % tuple(parts))
        PICTURE.parent.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=PICTURE)
        browser.close()
    size = PICTURE.stat().st_size
    print(f"{PICTURE}: {size // 1024} KB")
    return 0 if size <= LARGEST else 1


def _as_url(file: Path) -> str:
    return f"data:image/png;base64,{base64.b64encode(file.read_bytes()).decode()}"


if __name__ == "__main__":
    sys.exit(main())
