# SPDX-License-Identifier: Apache-2.0
"""The pages in a real browser: appearance, keyboard, screen reader, phone. test_page_states.py has all states."""

import contextlib
import json
import urllib.parse
from collections.abc import Iterator

import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from toolbox.shared import page_audit
from toolbox.shared.browser import browser, log
from toolbox.shared.exporter import Exporter, Running
from toolbox.shared.processes import wait_for

pytestmark = pytest.mark.chromium

SCHEMES, LANGUAGES, WIDTHS = ("light", "dark"), ("en", "zh"), (360, 768, 1280, 1920)
# The workspace with the most endpoints that need attention.
WORKSPACE = "of a workspace"
PAGES = {
    "/": "/",
    WORKSPACE: "",
    "/endpoints": "/endpoints",
    "/endpoints that need attention": "/endpoints?attention=any",
    "/runbooks/": "/runbooks/",
    "a runbook": "/runbooks/DataArtsFabricEndpointStuck",
    "no such page": "/nothing",
    "an invalid query": "/endpoints?attention=everything",
    "an unknown workspace": "/?workspace_id=nothing",
}
ERRORS = {"no such page": 404, "an invalid query": 400, "an unknown workspace": 404}
# What the focused element looks like, and whether it is in sight.
FOCUS = """
const e = document.activeElement, style = getComputedStyle(e), box = e.getBoundingClientRect();
return {tag: e.tagName, html: e.outerHTML.slice(0, 80), outline: style.outlineStyle !== 'none' &&
  parseFloat(style.outlineWidth) >= 1, inSight: box.bottom > 0 && box.top < innerHeight && box.right > 0};
"""


@pytest.fixture(scope="module")
def demo(exporter: Exporter) -> Iterator[Running]:
    with exporter.serve(command="demo") as running:
        running.ready(30)
        yield running


@pytest.fixture(scope="module")
def url(demo: Running) -> str:
    """The address of the demo's status page."""
    return f"http://{demo.address}/"


@pytest.fixture(scope="module")
def browsers() -> Iterator[dict[str, Chrome]]:
    with contextlib.ExitStack() as stack:
        yield {scheme: stack.enter_context(browser(scheme)) for scheme in SCHEMES}


@pytest.fixture
def light(browsers: dict[str, Chrome]) -> Chrome:
    page_audit.resize(browsers["light"], 1280)
    return browsers["light"]


@pytest.fixture(scope="module")
def paths(demo: Running) -> dict[str, str]:
    """The path of each page."""

    def problems(workspace: dict[str, object]) -> int:
        listings = workspace["listings"]
        assert isinstance(listings, list)
        return sum((listing["served"] or {"problem_count": 0})["problem_count"] for listing in listings)

    worst = max(demo.fetch("/api/v1/status").json()["workspaces"], key=problems)
    query = urllib.parse.urlencode({name: worst[name] for name in ("source", "workspace_id")})
    return PAGES | {WORKSPACE: f"/?{query}"}


def address(path: str, language: str) -> str:
    return f"{path}{'&' if '?' in path else '?'}lang={language}"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("page", PAGES)
def test_a_page_can_be_read_at_every_width_in_both_languages_and_schemes(
    demo: Running, browsers: dict[str, Chrome], paths: dict[str, str], page: str, scheme: str, language: str
) -> None:
    driver = browsers[scheme]
    page_audit.resize(driver, 1280)
    driver.get(f"http://{demo.address}{address(paths[page], language)}")
    assert driver.find_element(By.TAG_NAME, "html").get_attribute("lang") == {"zh": "zh-CN"}.get(language, language)
    assert page_audit.content(driver) == []
    assert {width: found for width in WIDTHS if (found := page_audit.boxes(driver, width))} == {}
    # Browsers request the icon by themselves; it does not exist. They also report an error page's status.
    messages = [message for message in log(driver, "browser") if "favicon" not in message]
    assert len(messages) == (page in ERRORS), messages


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_link_leads_to_a_page_and_every_fragment_to_an_element(
    demo: Running, light: Chrome, paths: dict[str, str], language: str
) -> None:
    links: dict[str, str] = {}
    for page, path in paths.items():
        light.get(f"http://{demo.address}{address(path, language)}")
        links |= dict.fromkeys(page_audit.defects(light, page_audit.LINKS), page)
    own = f"http://{demo.address}/"
    foreign = {urllib.parse.urlsplit(link).netloc for link in links if not link.startswith(own)}
    assert foreign <= {"console.huaweicloud.com"}
    fetched: dict[str, tuple[int, str]] = {}
    for link, page in links.items():
        if link.startswith(own):
            target, _, fragment = link[len(own) - 1 :].partition("#")
            if target not in fetched:
                answer = demo.fetch(target, headers={"Accept": "text/html"})
                fetched[target] = (answer.status, answer.text)
            status, text = fetched[target]
            # The page of an error links to itself in the other language.
            assert status == 200 or target.split("?")[0] in paths[page], f"{link} on the page {page}: {status}"
            assert not fragment or f' id="{urllib.parse.unquote(fragment)}"' in text, f"{link} on the page {page}"
    assert len(fetched) > 30


@pytest.mark.parametrize(("page", "status"), ERRORS.items())
def test_an_error_is_a_page_with_a_way_back(
    demo: Running, light: Chrome, paths: dict[str, str], page: str, status: int
) -> None:
    assert demo.fetch(paths[page], headers={"Accept": "text/html"}).status == status
    light.get(f"http://{demo.address}{paths[page]}")
    light.find_element(By.CSS_SELECTOR, "main a").click()
    wait_for(lambda: light.find_elements(By.CSS_SELECTOR, "main [role=status]"), 10, "the status page")


@pytest.mark.parametrize("scheme", SCHEMES)
def test_the_page_has_the_readers_colors_and_loads_nothing_from_elsewhere(url: str, scheme: str) -> None:
    with browser(scheme) as driver:
        driver.get(url)
        ground = driver.execute_script("return getComputedStyle(document.body).backgroundColor")
        is_dark = sum(int(part) for part in ground.strip("rgba() ").split(",")[:3]) < 384
        assert is_dark == (scheme == "dark"), ground
        messages = [json.loads(message)["message"] for message in log(driver, "performance")]
        sent = [message["params"] for message in messages if message["method"] == "Network.requestWillBeSent"]
        addresses = [parameters["request"]["url"] for parameters in sent]
        assert url in addresses
        assert [address for address in addresses if not address.startswith((url, "data:", "chrome:"))] == []


@pytest.mark.parametrize(("language", "skip"), [("en", "Skip to content"), ("zh", "跳到正文")])
def test_the_first_tab_focuses_the_link_that_skips_to_the_content(
    light: Chrome, url: str, language: str, skip: str
) -> None:
    light.get(f"{url}?lang={language}")
    light.find_element(By.TAG_NAME, "body").send_keys(Keys.TAB)
    focused = light.switch_to.active_element
    assert focused.text == skip
    assert light.execute_script(FOCUS)["inSight"]
    focused.send_keys(Keys.ENTER)
    assert light.switch_to.active_element.tag_name == "main"


@pytest.mark.parametrize("page", ["/", "/endpoints", WORKSPACE, "a runbook"])
def test_the_focus_is_visible_on_every_stop_of_the_tab_key(
    demo: Running, light: Chrome, paths: dict[str, str], page: str
) -> None:
    light.get(f"http://{demo.address}{paths[page]}")
    tags = set()
    for _ in range(100):
        ActionChains(light).send_keys(Keys.TAB).perform()
        focused = light.execute_script(FOCUS)
        if focused["tag"] == "BODY":
            break
        tags.add(focused["tag"])
        assert focused["outline"], focused["html"]
        assert focused["inSight"], focused["html"]
    wanted = {"a runbook": {"A", "PRE"}, WORKSPACE: {"A", "DIV"}}.get(page, {"A", "INPUT", "SELECT", "BUTTON", "DIV"})
    assert wanted <= tags


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
