# SPDX-License-Identifier: Apache-2.0
"""Checks a page of the exporter in a browser. Each script returns a list of defects."""

import itertools
from typing import Any

from selenium.webdriver import Chrome

HEIGHT = 800

# Text that is hidden on purpose, or in boxes that scroll.
OUT_OF_SIGHT = "caption, .skip, thead, style, option"
SCROLLING = ".scroll, pre"

# The defects of the text's boxes at the current width.
BOXES = """
const hidden = %(hidden)r, scrolling = %(scrolling)r, found = [];
const name = e => `<${e.tagName.toLowerCase()} class="${e.getAttribute('class') || ''}">`;
const said = text => text.trim().slice(0, 40);
const root = document.documentElement;
if (root.scrollWidth > root.clientWidth) found.push(`the page is ${root.scrollWidth} px wide, of ${root.clientWidth}`);
for (const e of document.body.querySelectorAll('*')) {
  if (e.matches(scrolling) || e.closest(`${hidden}, svg`) || e.matches('select, input')) continue;
  if (e.clientWidth > 0 && e.scrollWidth > e.clientWidth + 1)
    found.push(`${name(e)} has ${e.scrollWidth} px in ${e.clientWidth}: ${said(e.textContent)}`);
}
const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
while (walker.nextNode()) {
  const node = walker.currentNode, parent = node.parentElement;
  if (!node.data.trim() || parent.closest(`${hidden}, svg, pre`)) continue;
  let box = parent;
  while (getComputedStyle(box).display === 'inline') box = box.parentElement;
  const outer = box.getBoundingClientRect(), range = document.createRange();
  range.selectNodeContents(node);
  for (const r of range.getClientRects())
    if (r.width > 0 && (r.left < outer.left - 1 || r.right > outer.right + 1)) {
      found.push(`text leaves ${name(box)}: ${said(node.data)}`); break; }
}
// On narrow screens the titles of columns stand to the left of the cells.
const context = document.createElement('canvas').getContext('2d');
for (const e of document.querySelectorAll('[data-title]')) {
  const style = getComputedStyle(e, '::before');
  if (style.content === 'none' || getComputedStyle(e).display === 'none') continue;
  context.font = style.font;
  // A title in a box of its own is wrapped.
  const parts = style.position === 'absolute' ? [e.dataset.title] : e.dataset.title.split(' ');
  const room = style.position === 'absolute' ? getComputedStyle(e).paddingLeft : style.width;
  const width = Math.max(...parts.map(part => context.measureText(part).width));
  if (width > parseFloat(room)) found.push(`the title ${e.dataset.title} takes ${width.toFixed()} px of ${room}`);
}
return [...new Set(found)];
""" % {"hidden": OUT_OF_SIGHT, "scrolling": SCROLLING}  # noqa: UP031

# Texts with a contrast to their background below 4.5, by WCAG 2.1.
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
  if (!walker.currentNode.data.trim() || e.closest('style, svg')) continue;
  const a = luminance(parse(getComputedStyle(e).color)), b = luminance(ground(e));
  const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
  if (ratio < 4.5) poor.push(`contrast of ${walker.currentNode.data.trim().slice(0, 30)}: ${ratio.toFixed(2)}`);
}
return [...new Set(poor)];
"""

# What a screen reader needs: landmarks, names of elements, unique ids, and targets of the links within the page.
STRUCTURE = """
const found = [], count = selector => document.querySelectorAll(selector).length;
for (const selector of ['header', 'nav[aria-label]', 'main', 'h1', 'html[lang]', 'a.skip'])
  if (selector === 'nav[aria-label]' ? !count(selector) : count(selector) !== 1)
    found.push(`${count(selector)} of ${selector}`);
const named = e => (e.textContent || '').trim() || e.getAttribute('aria-label') || e.closest('label')
  || e.type === 'hidden';
for (const e of document.querySelectorAll('a, button, input, select, [role=region], [role=img], nav, form'))
  if (!named(e)) found.push(`no name: ${e.outerHTML.slice(0, 80)}`);
const ids = [...document.querySelectorAll('[id]')].map(e => e.id);
for (const id of ids) if (ids.indexOf(id) !== ids.lastIndexOf(id)) found.push(`the id ${id} is not unique`);
for (const e of document.querySelectorAll('[aria-labelledby]'))
  if (!document.getElementById(e.getAttribute('aria-labelledby'))) found.push(`label of ${e.outerHTML.slice(0, 80)}`);
return found;
"""
HEADINGS = "return [...document.querySelectorAll('h1, h2, h3, h4, h5, h6')].map(h => Number(h.tagName[1]));"
RESOURCES = "return performance.getEntriesByType('resource').map(r => `loads ${r.name}`);"
LINKS = "return [...document.querySelectorAll('a[href]')].map(a => a.href);"


def resize(driver: Chrome, width: int) -> None:
    screen = {"width": width, "height": HEIGHT, "deviceScaleFactor": 1, "mobile": width < 700}
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", screen)


def defects(driver: Chrome, script: str) -> list[str]:
    found: list[str] = driver.execute_script(script)
    return found


def boxes(driver: Chrome, width: int) -> list[str]:
    """Returns texts that leave their boxes at this width."""
    resize(driver, width)
    return defects(driver, BOXES)


def content(driver: Chrome) -> list[str]:
    """Returns the defects of the page that do not depend on its width."""
    levels: list[int] = driver.execute_script(HEADINGS)
    skipped = [f"heading {b} follows {a}" for a, b in itertools.pairwise(levels) if b - a > 1]
    return [*skipped, *(text for script in (CONTRAST, STRUCTURE, RESOURCES) for text in defects(driver, script))]


def position(driver: Chrome, selector: str, text: str) -> dict[str, Any] | None:
    """Returns the rectangle of the text in the elements that match; None if none of them has it."""
    script = """
    for (const e of document.querySelectorAll(arguments[0])) {
      const walker = document.createTreeWalker(e, NodeFilter.SHOW_TEXT);
      if (!e.textContent.includes(arguments[1])) continue;
      while (walker.nextNode()) {
        const at = walker.currentNode.data.indexOf(arguments[1]);
        if (at < 0) continue;
        const range = document.createRange();
        range.setStart(walker.currentNode, at); range.setEnd(walker.currentNode, at + arguments[1].length);
        const r = range.getBoundingClientRect();
        return {top: r.top + scrollY, bottom: r.bottom + scrollY, left: r.left, right: r.right};
      }
    }
    return null;
    """
    found: dict[str, Any] | None = driver.execute_script(script, selector, text)
    return found
