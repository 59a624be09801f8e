# SPDX-License-Identifier: Apache-2.0
"""Tests that bad pages are noticed, and equal pages are equal in both formats."""

import pytest

from toolbox.shared import exposition

TEXT = """\
# HELP a_bytes Size.
# TYPE a_bytes gauge
a_bytes{name="q\\"b\\\\n\\nl",x="y"} 12
a_bytes{name="端点\tx"} 1.5
# HELP b_info About.
# TYPE b_info gauge
b_info{version="1"} 1
# HELP c_total Things.
# TYPE c_total counter
c_total 3
"""

OPENMETRICS = """\
# TYPE a_bytes gauge
# UNIT a_bytes bytes
# HELP a_bytes Size.
a_bytes{name="q\\"b\\\\n\\nl",x="y"} 12
a_bytes{name="端点\tx"} 1.5
# TYPE b info
# HELP b About.
b_info{version="1"} 1
# TYPE c counter
# HELP c Things.
c_total 3
# EOF
"""


@pytest.mark.parametrize(("page", "openmetrics"), [(TEXT, False), (OPENMETRICS, True)])
def test_a_good_page_has_no_problems_and_its_labels_are_unescaped(page: str, openmetrics: bool) -> None:
    assert exposition.check(page, openmetrics) == []
    assert ("a_bytes", frozenset({("name", 'q"b\\n\nl'), ("x", "y")})) in exposition.parse(page).values()


@pytest.mark.parametrize(
    ("page", "old", "new", "complaint"),
    [
        (TEXT, "} 1.5", '} 1.5\na_bytes{x="y",name="q\\"b\\\\n\\nl"} 12', "comes twice"),
        (TEXT, "# HELP c_total Things.\n", "", "no help text"),
        (OPENMETRICS, "# EOF\n", "", "refused: Missing # EOF"),
    ],
)
def test_a_bad_page_has_a_problem(page: str, old: str, new: str, complaint: str) -> None:
    assert old in page
    problems = exposition.check(page.replace(old, new), page == OPENMETRICS)
    assert any(complaint in problem for problem in problems), problems


@pytest.mark.parametrize(
    ("old", "new", "count"),
    [
        ("c_total 3", "c_total 4", 0),
        ('version="1"', 'version="2"', 2),
        ("# TYPE c counter\n# HELP c Things.\nc_total 3\n", "", 2),
        ("} 12", "} 13", 1),
    ],
)
def test_a_difference_between_the_formats_is_a_problem(old: str, new: str, count: int) -> None:
    text, other = exposition.parse(TEXT), exposition.parse(OPENMETRICS.replace(old, new))
    assert len(exposition.pair_problems(text, other, frozenset({"a_bytes"}))) == count
