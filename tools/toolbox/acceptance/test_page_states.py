# SPDX-License-Identifier: Apache-2.0
"""The status page of exporters in every state: what is wrong comes first, and what is unknown looks unknown."""

from collections.abc import Iterator

import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By

from toolbox.acceptance.page_states import STATES, State, reached
from toolbox.shared import page_audit
from toolbox.shared.browser import browser
from toolbox.shared.exporter import Exporter, Running

pytestmark = pytest.mark.chromium

# A phone and a notebook.
WIDTHS = (360, 1280)
# What is wrong must be visible without scrolling.
FIRST_SIGHT = 400
UNKNOWN = "–"


@pytest.fixture(scope="module")
def driver() -> Iterator[Chrome]:
    with browser() as driver:
        yield driver


@pytest.mark.parametrize("name", STATES)
def test_a_state_is_visible_at_first_sight_in_both_languages(exporter: Exporter, driver: Chrome, name: str) -> None:
    state = STATES[name]
    with reached(state, exporter) as running:
        for index, language in enumerate(("en", "zh")):
            for width in WIDTHS:
                page_audit.resize(driver, width)
                driver.get(f"http://{running.address}/?lang={language}&{state.query}")
                where = f"{language}, {width} px"
                require_at_first_sight(driver, state.says[index], where)
                text = driver.find_element(By.TAG_NAME, "main").text
                for reason in state.reasons:
                    assert reason[index] in text, where
                require_unknown_numbers(driver, state, where)
                assert [*page_audit.content(driver), *page_audit.boxes(driver, width)] == [], where
        require_size(running, state)


def require_at_first_sight(driver: Chrome, text: str, where: str) -> None:
    """Requires a note of the state with this text, visible without scrolling."""
    (note,) = (note for note in driver.find_elements(By.CSS_SELECTOR, "main .note") if text in note.text)
    assert note.get_attribute("role") == "status", where
    assert note.rect["y"] + note.rect["height"] <= FIRST_SIGHT, where


def require_unknown_numbers(driver: Chrome, state: State, where: str) -> None:
    """Requires that unknown numbers have a reason in place of a number, a color or a link, and that numbers of some
    workspaces say so."""
    # The first is the number of workspaces that are down, which is known before the endpoints are.
    for tile in driver.find_elements(By.CSS_SELECTOR, ".tile")[1:]:
        number, _, note = tile.find_element(By.TAG_NAME, "dd").text.partition("\n")
        assert (number == UNKNOWN) == (state.is_known is False), f"{tile.text}; {where}"
        if state.is_known is False:
            assert note, where
            assert not {"bad", "warn", "good"} & set((tile.get_attribute("class") or "").split()), where
            assert not tile.find_elements(By.TAG_NAME, "a"), where
        elif state.is_known is None:
            assert "workspaces" in note or "工作空间" in note, f"{tile.text}; {where}"
    if state.is_known is False:
        assert not driver.find_elements(By.CSS_SELECTOR, "main .note.good, #workspaces ~ * .good"), where


def require_size(running: Running, state: State) -> None:
    assert len(running.fetch(f"/?{state.query}").body) < 1_000_000
