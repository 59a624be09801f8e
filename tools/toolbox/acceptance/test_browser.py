# SPDX-License-Identifier: Apache-2.0
"""The status page in a real browser: appearance, keyboard, screen reader, phone."""

from __future__ import annotations

import contextlib
import importlib.util
import itertools
import json
import shutil
from collections.abc import Iterator
from typing import Any


from toolbox.shared.exporter import HOST, Running
from report import Skip, require, require_equal, require_none, wait_for

# The contrast of each text to its background, by WCAG 2.1.
CONTRAST = """
const channel = v => { v /= 255; return v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; };
const parse = c => (c.match(/[\\d.]+/g) || []).map(Number);
const luminance = c => 0.2126 * channel(c[0]) + 0.7152 * channel(c[1]) + 0.0722 * channel(c[2]);
const ground = e => { for (; e; e = e.parentElement) { const c = parse(getComputedStyle(e).backgroundColor);
  if (c.length === 3 || c[3] > 0) return c; } return [255, 255, 255]; };
const poor = [];
const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
while (walker.nextNode()) {
  const e = walker.currentNode.parentElement;
  if (!walker.currentNode.data.trim() || e.closest('style')) continue;
  const a = luminance(parse(getComputedStyle(e).color)), b = luminance(ground(e));
  const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
  if (ratio < 4.5) poor.push(`${walker.currentNode.data.trim().slice(0, 30)}: ${ratio.toFixed(2)}`);
}
return poor;
"""

HEADINGS = "return [...document.querySelectorAll('h1, h2, h3, h4')].map(h => Number(h.tagName[1]));"
UNNAMED = """
const named = e => (e.textContent || '').trim() || e.getAttribute('aria-label') || e.closest('label');
return [...document.querySelectorAll('a, button, input, select, [role=region], nav')].filter(e => !named(e))
  .map(e => e.outerHTML.slice(0, 80));
"""
OUTSIDE = "return performance.getEntriesByType('resource').map(r => r.name);"
OVERFLOW = "return document.documentElement.scrollWidth - document.documentElement.clientWidth;"


def run(with_: Bench) -> None:
    absent = [name for name in ("chromium", "chromedriver") if not shutil.which(name)]
    if importlib.util.find_spec("selenium") is None:
        absent.append("selenium")
    if absent:
        with with_.report.check("the status page in a browser"):
            raise Skip(f"{', '.join(absent)} not found")
        return
    with with_.report.check("the demo starts"), with_.exporter.serve(command="demo") as running:
        running.ready(30)
        for scheme in ("light", "dark"):
            with browser(scheme) as driver:
                looks(with_, running, driver, scheme)
        with browser("light") as driver:
            use(with_, running, driver)


@contextlib.contextmanager
def browser(scheme: str, width: int = 1280) -> Iterator[Any]:
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service

    options = webdriver.ChromeOptions()
    options.binary_location = str(shutil.which("chromium"))
    for flag in (
        "--headless=new", "--no-sandbox", "--disable-gpu", "--no-proxy-server", f"--window-size={width},1600",
        f"--blink-settings=preferredColorScheme={0 if scheme == 'dark' else 1}",
    ):  # fmt: skip
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    driver = webdriver.Chrome(options=options, service=Service(str(shutil.which("chromedriver"))))
    try:
        yield driver
    finally:
        driver.quit()


def address(running: Running, path: str = "/") -> str:
    return f"http://{HOST}:{running.port}{path}"


def looks(with_: Bench, running: Running, driver: Any, scheme: str) -> None:
    driver.get(address(running))
    with with_.report.check(f"{scheme}: uses the reader's color scheme"):
        ground = driver.execute_script("return getComputedStyle(document.body).backgroundColor")
        dark = sum(int(part) for part in ground.strip("rgba() ").split(",")[:3]) < 384
        require_equal(dark, scheme == "dark", f"darkness of {ground}")
    with with_.report.check(f"{scheme}: each text has a contrast of at least 4.5"):
        require_none(driver.execute_script(CONTRAST), "texts")
    with with_.report.check(f"{scheme}: no requests to other hosts, and an empty console"):
        require_none(driver.execute_script(OUTSIDE), "requests")
        # Browsers request the icon by themselves; it does not exist.
        entries = [entry["message"] for entry in driver.get_log("browser") if "favicon" not in entry["message"]]
        require_none(entries, "console")
        require_none(foreign_requests(driver, running), "requests")


def foreign_requests(driver: Any, running: Running) -> list[str]:
    found = []
    for entry in driver.get_log("performance"):
        message = json.loads(entry["message"])["message"]
        if message["method"] == "Network.requestWillBeSent":
            url = message["params"]["request"]["url"]
            if not url.startswith((address(running, ""), "data:", "chrome:")):
                found.append(url)
    return found


def use(with_: Bench, running: Running, driver: Any) -> None:
    from selenium.webdriver.common.by import By
    from selenium.webdriver.common.keys import Keys

    with with_.report.check("landmarks, one main heading, and no skipped heading levels"):
        driver.get(address(running))
        for selector in ("header", "nav[aria-label]", "main", "footer", "form[role=search]", "html[lang=en]"):
            require(driver.find_elements(By.CSS_SELECTOR, selector), f"there is no {selector}")
        levels = driver.execute_script(HEADINGS)
        require_equal(levels.count(1), 1, "the number of main headings")
        require(all(b - a <= 1 for a, b in itertools.pairwise(levels)), f"levels {levels}")
        require_none(driver.execute_script(UNNAMED), "elements without a name")
    with with_.report.check("the first Tab focuses the link that skips to the content"):
        driver.find_element(By.TAG_NAME, "body").send_keys(Keys.TAB)
        focused = driver.switch_to.active_element
        require_equal(focused.text, "Skip to content", "the focused element")
        focused.send_keys(Keys.ENTER)
        require_equal(driver.switch_to.active_element.tag_name, "main", "the focused element")
    with with_.report.check("the form filters by name, with the keyboard only"):
        field = driver.find_element(By.NAME, "q")
        field.send_keys("analytics")
        field.send_keys(Keys.ENTER)
        wait_for(lambda: "q=analytics" in driver.current_url, 10, "the address")
        rows = driver.find_elements(By.CSS_SELECTOR, "#workspaces ~ .scroll tbody th a")
        require(rows and all("analytics" in row.text for row in rows), f"rows {[row.text for row in rows]}")
    with with_.report.check("a workspace page has endpoints that need attention, and polls"):
        rows[0].click()
        wait_for(lambda: "workspace_id=" in driver.current_url, 10, "the address")
        require("analytics" in driver.find_element(By.TAG_NAME, "h1").text, "the heading")
        for anchor in ("endpoints", "endpoints-problems", "endpoints-polls"):
            require(driver.find_elements(By.ID, anchor), f"there is no #{anchor}")
    with with_.report.check("stuck and failed endpoints are listed with the service's messages"):

        def troubles() -> bool:
            driver.get(address(running))
            text = driver.find_element(By.TAG_NAME, "main").text
            return "CREATING" in text and "CREATE_FAILED" in text and "dataartsfabric." in text

        wait_for(troubles, 60, "both are on the page", step=1)
    with with_.report.check("fits a phone without horizontal scrolling"):
        driver.execute_cdp_cmd(
            "Emulation.setDeviceMetricsOverride", {"width": 360, "height": 740, "deviceScaleFactor": 2, "mobile": True}
        )
        driver.get(address(running))
        require(driver.execute_script(OVERFLOW) <= 0, "wider than the screen")
