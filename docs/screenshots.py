"""The pictures of the READMEs: the pages of the demo, light and dark, wide and narrow.

    make screenshots

Needs a Chromium, and fonts with Chinese characters (on Debian: chromium fonts-noto-core fonts-noto-cjk).
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import sync_playwright

FOLDER = Path(__file__).parent / "screenshots"
SIZES = {1280: 860, 390: 780}
ARGUMENTS = "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking".split()


def main() -> None:
    """Make the demo in a folder of its own and photograph it."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        sys.exit("No Chromium: no pictures. Install it: apt-get install chromium fonts-noto-core fonts-noto-cjk")
    with TemporaryDirectory() as out:
        subprocess.run([sys.executable, "-m", "pipeline", "demo", "--out", out], check=True, capture_output=True)
        draft = next(Path(out).glob("*broadcom*/review.html"))
        photograph(chromium, {"index": Path(out) / "index.html", "draft": draft})


def photograph(chromium: str, pages: dict[str, Path]) -> None:
    """One picture of each page by width and mode."""
    FOLDER.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        for (name, path), (width, height), mode in product(pages.items(), SIZES.items(), ("light", "dark")):
            size = {"width": width, "height": height}
            page = browser.new_page(viewport=size, color_scheme=mode)  # type: ignore[arg-type]
            page.goto(path.as_uri())
            if name == "draft":
                page.keyboard.press("j")
                page.locator(".flag.current").evaluate(
                    "element => scrollBy(0, element.getBoundingClientRect().top - 560)"
                )
            page.screenshot(path=FOLDER / f"{name}-{width}-{mode}.png")
            page.close()
        browser.close()


if __name__ == "__main__":
    main()
