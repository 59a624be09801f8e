# SPDX-License-Identifier: Apache-2.0
"""Tests that each check of a page fails on a bad page, and only there."""

from __future__ import annotations

import pytest

from toolbox.shared import exposition

TEXT = """\
# HELP a_bytes Size \\\\ of "it".
# TYPE a_bytes gauge
a_bytes{name="q\\"b\\\\n\\nl",x="y"} 12
a_bytes{name="端点\tx"} 1.5
# HELP b_info About.
# TYPE b_info gauge
b_info{version="1"} 1
# HELP c_total Things.
# TYPE c_total counter
c_total 3
# HELP d_seconds Times.
# TYPE d_seconds histogram
d_seconds_bucket{le="0.1"} 1
d_seconds_bucket{le="2.5"} 4
d_seconds_bucket{le="+Inf"} 5
d_seconds_sum 1.25
d_seconds_count 5
"""

OPENMETRICS = """\
# TYPE a_bytes gauge
# UNIT a_bytes bytes
# HELP a_bytes Size \\\\ of \\"it\\".
a_bytes{name="q\\"b\\\\n\\nl",x="y"} 12
a_bytes{name="端点\tx"} 1.5
# TYPE b info
# HELP b About.
b_info{version="1"} 1
# TYPE c counter
# HELP c Things.
c_total 3
# TYPE d_seconds histogram
# UNIT d_seconds seconds
# HELP d_seconds Times.
d_seconds_bucket{le="0.1"} 1
d_seconds_bucket{le="2.5"} 4
d_seconds_bucket{le="+Inf"} 5
d_seconds_sum 1.25
d_seconds_count 5
# EOF
"""

# The replaced text in the good page of both formats, its replacement, and a part of the message.
BAD_IN_BOTH = (
    ("c_total 3", "c_total 3.0", "should be '3'"),
    ("c_total 3", "c_total 0.0", "should be '0'"),
    ("c_total 3", "c_total 3 1685449470", "neither"),
    ("c_total 3", "c_total  3", "neither"),
    ("c_total 3", "c_total 3\r", "neither"),
    ("c_total 3", "c_total NaN", "is nan"),
    ("c_total 3", "c_total -3", "is -3.0"),
    ("c_total 3", "c_total 3\nc_total 3", "same series 2 times"),
    ("} 1.5", '} 1.5\na_bytes{x="y",name="q\\"b\\\\n\\nl"} 12', "same series 2 times"),
    ("c_total 3", "c_total 3\n", "neither"),
    ("c_total 3", "c_total 3\n# a comment", "neither"),
    ("c_total 3", "c_total 3\na_bytes 1", "outside its family"),
    ("c_total 3", "c 3", "outside its family"),
    ("c_total 3", 'c_total{type="x"} 3', "must not be used"),
    ("c_total 3", 'c_total{__x="x"} 3', "must not be used"),
    ("c_total 3", 'c_total{x=""} 3', "is empty"),
    ("c_total 3", 'c_total{x="\0"} 3', "NUL"),
    ("c_total 3", 'c_total{x="1",x="2"} 3', "comes twice"),
    ("c_total 3", 'c_total{x="1",} 3', "neither"),
    ("c_total 3", 'c_total{x="a\\tb"} 3', "neither"),
    ("c_total 3", 'c_total{le="1.5"} 3', "le outside"),
    ('b_info{version="1"} 1', 'b_info{version="1"} 2', "should be 1"),
    ("# TYPE a_bytes gauge", "# TYPE a_bytes untyped", "type 'untyped'"),
    ("# TYPE a_bytes gauge\n", "", "type ''"),
    ('le="0.1"', 'le="1.0"', "whole number"),
    ('le="0.1"', 'le="0.10"', "canonical"),
    ('le="0.1"', 'le="3.5"', "do not rise"),
    ('{le="0.1"} 1', '{le="0.1"} 5', "not cumulative"),
    ('{le="+Inf"} 5', '{le="+Inf"} 6', "a last bucket +Inf"),
    ('d_seconds_bucket{le="+Inf"} 5\n', "", "a last bucket +Inf"),
    ("d_seconds_sum 1.25\n", "", "needs one _sum"),
    ("d_seconds_count 5\n", "", "needs one _sum and one _count"),
    ("} 1.5", "} 1.50", "should be '1.5'"),
)

BAD_IN_TEXT = (
    ("# HELP c_total Things.\n", "", "metadata is ['TYPE']"),
    ('of "it"', 'of \\"it\\"', "not escaped"),
    ("# TYPE a_bytes gauge", "# TYPE a_bytes gauge\n# UNIT a_bytes bytes", "metadata is"),
    ("# TYPE a_bytes gauge", "# TYPE a_bytes gauge\n# TYPE a_bytes gauge", "metadata is"),
    ("c_total", "c", "_total in its name"),
    ("# TYPE c_total counter", "# TYPE c_total gauge", "_total in its name"),
    ("b_info", "e_info", "not sorted"),
    ("c_total 3", "c_total 3\n# HELP a_bytes Again.", "come twice"),
    ("d_seconds_count 5\n", "d_seconds_count 5", "does not end with"),
)

BAD_IN_OPENMETRICS = (
    ("# EOF\n", "", "does not end with"),
    ("# EOF\n", "# EOF", "does not end with"),
    ("# HELP c Things.\n", "", "metadata is ['TYPE']"),
    ('of \\"it\\"', 'of "it"', "not escaped"),
    ("# UNIT a_bytes bytes\n", "", "UNIT should be 'bytes'"),
    ("# TYPE a_bytes gauge\n# UNIT a_bytes bytes\n", "# UNIT a_bytes bytes\n# TYPE a_bytes gauge\n", "metadata is"),
    ("# TYPE c counter\n# HELP c Things.", "# HELP c Things.\n# TYPE c counter", "metadata is"),
    ("# TYPE c counter\n# HELP c ", "# TYPE c_total counter\n# HELP c_total ", "_total in its name"),
    ("# TYPE b info\n# HELP b ", "# TYPE b_info info\n# HELP b_info ", "named without _info"),
)


@pytest.mark.parametrize(("page", "openmetrics"), [(TEXT, False), (OPENMETRICS, True)])
def test_a_good_page_has_no_problem(page: str, openmetrics: bool) -> None:
    assert exposition.check(page, openmetrics) == []


@pytest.mark.parametrize(("old", "new", "complaint"), BAD_IN_BOTH + BAD_IN_TEXT)
def test_each_check_fails_on_a_bad_text_page(old: str, new: str, complaint: str) -> None:
    fails_on(TEXT, False, old, new, complaint)


@pytest.mark.parametrize(("old", "new", "complaint"), BAD_IN_BOTH + BAD_IN_OPENMETRICS)
def test_each_check_fails_on_a_bad_openmetrics_page(old: str, new: str, complaint: str) -> None:
    fails_on(OPENMETRICS, True, old, new, complaint)


def fails_on(page: str, openmetrics: bool, old: str, new: str, complaint: str) -> None:
    assert old in page
    problems = exposition.check(page.replace(old, new), openmetrics)
    assert any(complaint in problem for problem in problems), problems


def test_labels_are_unescaped() -> None:
    page, _ = exposition.parse(TEXT, False)
    assert ("a_bytes", frozenset({("name", 'q"b\\n\nl'), ("x", "y")})) in page.values()


@pytest.mark.parametrize("swap", [False, True])
def test_either_order_of_names_is_sorted(swap: bool) -> None:
    first = "# TYPE a counter\n# HELP a A.\na_total 1\n"
    second = "# TYPE a_skipped counter\n# HELP a_skipped A.\na_skipped_total 1\n"
    body = second + first if swap else first + second
    assert exposition.check(body + "# EOF\n", True) == []


@pytest.mark.parametrize("text", ["9223372036854775807", "1e+19", "1e-07", "0.00001", "NaN", "+Inf", "-1.5", "0"])
def test_large_and_small_numbers_may_have_exponents(text: str) -> None:
    assert exposition.check(TEXT.replace("} 1.5", f"}} {text}"), False) == []


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
    text, other = exposition.parse(TEXT, False)[0], exposition.parse(OPENMETRICS.replace(old, new), True)[0]
    assert len(exposition.pair_problems(text, other, frozenset({"a_bytes"}))) == count
