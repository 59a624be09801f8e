# SPDX-License-Identifier: Apache-2.0
"""The status page in a real browser: appearance, keyboard, screen reader, phone."""

import itertools
import json
from collections.abc import Iterator

import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from toolbox.shared.browser import browser, log
from toolbox.shared.exporter import Exporter
from toolbox.shared.processes import wait_for

pytestmark = pytest.mark.chromium

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


@pytest.fixture(scope="module")
def url(exporter: Exporter) -> Iterator[str]:
    """The address of the demo's status page."""
    with exporter.serve(command="demo") as running:
        running.ready(30)
        yield f"http://{running.address}/"


@pytest.fixture(scope="module")
def light() -> Iterator[Chrome]:
    with browser("light") as driver:
        yield driver


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_has_the_readers_colors_and_contrast_and_no_foreign_requests(url: str, scheme: str) -> None:
    with browser(scheme) as driver:
        driver.get(url)
        ground = driver.execute_script("return getComputedStyle(document.body).backgroundColor")
        is_dark = sum(int(part) for part in ground.strip("rgba() ").split(",")[:3]) < 384
        assert is_dark == (scheme == "dark"), ground
        assert driver.execute_script(CONTRAST) == []
        assert driver.execute_script(OUTSIDE) == []
        # Browsers request the icon by themselves; it does not exist.
        assert [message for message in log(driver, "browser") if "favicon" not in message] == []
        messages = [json.loads(message)["message"] for message in log(driver, "performance")]
        sent = [message["params"] for message in messages if message["method"] == "Network.requestWillBeSent"]
        addresses = [parameters["request"]["url"] for parameters in sent]
        assert url in addresses
        assert [address for address in addresses if not address.startswith((url, "data:", "chrome:"))] == []


@pytest.mark.parametrize(
    "selector", ["header", "nav[aria-label]", "main", "footer", "form[role=search]", "html[lang=en]"]
)
def test_the_page_has_landmarks(light: Chrome, url: str, selector: str) -> None:
    light.get(url)
    assert light.find_elements(By.CSS_SELECTOR, selector)


def test_the_page_has_one_main_heading_no_skipped_levels_and_named_elements(light: Chrome, url: str) -> None:
    light.get(url)
    levels = light.execute_script(HEADINGS)
    assert levels.count(1) == 1
    assert all(second - first <= 1 for first, second in itertools.pairwise(levels)), levels
    assert light.execute_script(UNNAMED) == []


def test_the_first_tab_focuses_the_link_that_skips_to_the_content(light: Chrome, url: str) -> None:
    light.get(url)
    light.find_element(By.TAG_NAME, "body").send_keys(Keys.TAB)
    focused = light.switch_to.active_element
    assert focused.text == "Skip to content"
    focused.send_keys(Keys.ENTER)
    assert light.switch_to.active_element.tag_name == "main"


def test_the_form_filters_by_name_with_the_keyboard_and_leads_to_a_workspace_page(light: Chrome, url: str) -> None:
    light.get(url)
    field = light.find_element(By.NAME, "q")
    field.send_keys("analytics")
    field.send_keys(Keys.ENTER)
    wait_for(lambda: "q=analytics" in light.current_url, 10, "the address")
    rows = light.find_elements(By.CSS_SELECTOR, "#workspaces ~ .scroll tbody th a")
    assert rows
    assert all("analytics" in row.text for row in rows)
    rows[0].click()
    wait_for(lambda: "workspace_id=" in light.current_url, 10, "the address")
    assert "analytics" in light.find_element(By.TAG_NAME, "h1").text
    for anchor in ("endpoints", "endpoints-problems", "endpoints-polls"):
        assert light.find_elements(By.ID, anchor), anchor


def test_stuck_and_failed_endpoints_are_listed_with_the_messages_of_the_service(light: Chrome, url: str) -> None:
    def are_listed() -> bool:
        light.get(url)
        text = light.find_element(By.TAG_NAME, "main").text
        return all(part in text for part in ("CREATING", "CREATE_FAILED", "dataartsfabric."))

    wait_for(are_listed, 60, "both are on the page", step=1)


@pytest.mark.parametrize("query", ["", "?q=none"])
def test_the_page_fits_a_phone_and_begins_with_the_overall_state(url: str, query: str) -> None:
    with browser("light") as driver:
        screen = {"width": 360, "height": 740, "deviceScaleFactor": 2, "mobile": True}
        driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", screen)
        driver.get(url + query)
        assert driver.execute_script(OVERFLOW) <= 0
        state = driver.find_element(By.CSS_SELECTOR, "main [role=status]")
        assert state.text.startswith("Needs attention: ")
        assert ("no workspaces match the filter (0 of 10 workspaces)" in state.text) == bool(query)
        assert state.rect["y"] + state.rect["height"] <= 400
