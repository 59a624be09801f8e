# SPDX-License-Identifier: Apache-2.0
"""A Chromium without a window."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterator

from selenium.webdriver import Chrome, ChromeOptions
from selenium.webdriver.chrome.service import Service


@contextlib.contextmanager
def browser(scheme: str = "light", width: int = 1280, height: int = 1600) -> Iterator[Chrome]:
    """Runs Chromium with the color scheme `light` or `dark`. It keeps its console and its requests as logs."""
    options = ChromeOptions()
    options.binary_location = str(shutil.which("chromium"))
    for flag in (
        "--headless=new", "--no-sandbox", "--disable-gpu", "--no-proxy-server", f"--window-size={width},{height}",
        f"--blink-settings=preferredColorScheme={0 if scheme == 'dark' else 1}",
    ):  # fmt: skip
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    driver = Chrome(options=options, service=Service(str(shutil.which("chromedriver"))))
    try:
        yield driver
    finally:
        driver.quit()


def log(driver: Chrome, kind: str) -> list[str]:
    """Returns the new messages of the log `browser` (the console) or `performance` (the protocol of the tools)."""
    entries = driver.get_log(kind)  # type: ignore[no-untyped-call]
    return [str(entry["message"]) for entry in entries]
