# SPDX-License-Identifier: Apache-2.0
"""Links of documents whose folder in a package is not that of the repository."""

from __future__ import annotations

import pytest

from toolbox.packaging.documents import with_links

PLACES = {
    "docs/web.md": "usr/share/doc/name/web.md",
    "docs/metrics.md": "usr/share/doc/name/metrics.md",
    "dashboards/README.md": "usr/share/name/README.md",
    "dashboards/grafana/a.json": "usr/share/name/grafana/a.json",
}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("[metrics](metrics.md#a).", "[metrics](metrics.md#a)."),
        ("[rules](../dashboards/README.md#alerts)", "[rules](../../name/README.md#alerts)"),
        ("[folder](../dashboards/grafana)", "[folder](../../name/grafana)"),
        ("[here](#anchor), [there](https://host.example/a)", "[here](#anchor), [there](https://host.example/a)"),
        ("see [the README](../README.md), [metrics](metrics.md)", "see the README, [metrics](metrics.md)"),
        ("[`code[]`](../README.md)", "`code[]`"),
        ("[![picture](images/a.png)](metrics.md)", "[picture](metrics.md)"),
        ('<picture>\n<img alt="All" src="images/a.png">\n</picture>', "All"),
        ('<img src="../dashboards/grafana/a.json">', '<img src="../../name/grafana/a.json">'),
        ("```\n[text](../README.md)\n```", "```\n[text](../README.md)\n```"),
    ],
    ids=["same", "other", "folder", "kept", "missing", "brackets", "picture", "dropped", "html", "fence"],
)
def test_a_link_leads_to_the_copied_file_or_becomes_text(old: str, new: str) -> None:
    assert with_links(old, "docs/web.md", PLACES) == new
