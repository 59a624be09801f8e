# SPDX-License-Identifier: Apache-2.0
"""Tests that each check of a page fails on a bad page, and only there."""

from __future__ import annotations

import unittest

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
    ("c_total 3", "c_total 3e0", "should be '3'"),
    ("c_total 3", "c_total 0.0", "should be 0"),
    ("c_total 3", "c_total 3 1685449470", "not a sample"),
    ("c_total 3", "c_total  3", "not a sample"),
    ("c_total 3", "c_total 3\r", "not a number"),
    ("c_total 3", "c_total three", "not a number"),
    ("c_total 3", "c_total nan", "not a number"),
    ("c_total 3", "c_total 1_000", "not a number"),
    ("c_total 3", "c_total -3", "is -3.0"),
    ("c_total 3", "c_total 3\nc_total 3", "same series"),
    ("c_total 3", "c_total{} 3\nc_total 4", "same series"),
    ("c_total 3", "c_total 3\n", "blank line"),
    ("c_total 3", "c_total 3\n# a comment", "not metadata"),
    ("c_total 3", "c_total 3\na_bytes 1", "outside its family"),
    ("c_total 3", "c 3", "outside its family"),
    ("c_total 3", 'c_total{type="x"} 3', "must not be used"),
    ("c_total 3", 'c_total{__x="x"} 3', "must not be used"),
    ("c_total 3", 'c_total{x=""} 3', "is empty"),
    ("c_total 3", 'c_total{x="\0"} 3', "NUL"),
    ("c_total 3", 'c_total{x="1",x="2"} 3', "comes twice"),
    ("c_total 3", 'c_total{x="1",} 3', "do not parse"),
    ("c_total 3", 'c_total{x="1" y="2"} 3', "do not parse"),
    ("c_total 3", 'c_total{x="a\\tb"} 3', "do not parse"),
    ("c_total 3", 'c_total{x="a"b"} 3', "do not parse"),
    ("c_total 3", 'c_total{le="1.5"} 3', "le outside"),
    ("b_info{version", "b_infos{version", "outside its family"),
    ('b_info{version="1"} 1', 'b_info{version="1"} 2', "should be 1"),
    ("# TYPE a_bytes gauge", "# TYPE a_bytes untyped", "type 'untyped'"),
    ("# TYPE a_bytes gauge\n", "", "type ''"),
    ('le="0.1"', 'le="1.0"', "whole number"),
    ('le="0.1"', 'le="0.10"', "canonical"),
    ('le="0.1"', 'le="3.5"', "do not rise"),
    ('{le="0.1"} 1', '{le="0.1"} 5', "not cumulative"),
    ('{le="+Inf"} 5', '{le="+Inf"} 6', "equal _count"),
    ('d_seconds_bucket{le="+Inf"} 5\n', "", "must be +Inf"),
    ("d_seconds_sum 1.25\n", "", "needs buckets"),
    ("} 1.5", "} 1.50", "should be '1.5'"),
    ("} 1.5", "} 15e-1", "should be '1.5'"),
)

BAD_IN_TEXT = (
    ("# HELP c_total Things.\n", "", "no HELP"),
    ("# HELP c_total Things.", "# HELP c_total ", "no HELP"),
    ('of "it"', 'of \\"it\\"', "not escaped"),
    ("# TYPE a_bytes gauge", "# TYPE a_bytes gauge\n# UNIT a_bytes bytes", "not allowed"),
    ("# TYPE a_bytes gauge", "# TYPE a_bytes gauge\n# TYPE a_bytes gauge", "comes twice"),
    ("c_total", "c", "must end in _total"),
    ("# TYPE c_total counter", "# TYPE c_total gauge", "must not end in _total"),
    ("# HELP b_info", "# HELP e_info", "not sorted"),
    ("c_total 3", "c_total 3\n# HELP a_bytes Again.", "not contiguous"),
    ("c_total 3", "c_total 3\n# HELP c_total Again.", "after its samples"),
    ("d_seconds_count 5\n", "d_seconds_count 5", "no line feed"),
)

BAD_IN_OPENMETRICS = (
    ("# EOF\n", "", "no # EOF"),
    ("# EOF", "# EOF\n# TYPE z gauge", "no # EOF"),
    ("# HELP c Things.\n", "", "no HELP"),
    ('of \\"it\\"', 'of "it"', "not escaped"),
    ("# UNIT a_bytes bytes\n", "", "UNIT is None"),
    ("# UNIT a_bytes bytes", "# UNIT a_bytes seconds", "UNIT is 'seconds'"),
    ("# TYPE a_bytes gauge\n# UNIT a_bytes bytes\n", "# UNIT a_bytes bytes\n# TYPE a_bytes gauge\n", "in the order"),
    ("# TYPE c counter\n# HELP c Things.", "# HELP c Things.\n# TYPE c counter", "in the order"),
    ("# TYPE c counter\n# HELP c ", "# TYPE c_total counter\n# HELP c_total ", "named without _total"),
    ("# TYPE b info\n# HELP b ", "# TYPE b_info info\n# HELP b_info ", "named without _info"),
    ("# TYPE b info\n# HELP b ", "# TYPE b unknown\n# HELP b ", "type 'unknown'"),
)


class Pages(unittest.TestCase):
    def test_good_pages_have_no_problem(self) -> None:
        self.assertEqual(exposition.check(TEXT, False), [])
        self.assertEqual(exposition.check(OPENMETRICS, True), [])

    def test_each_check_fails_on_a_bad_page(self) -> None:
        tables = (
            (TEXT, False, BAD_IN_BOTH + BAD_IN_TEXT),
            (OPENMETRICS, True, BAD_IN_BOTH + BAD_IN_OPENMETRICS),
        )
        for page, openmetrics, cases in tables:
            for old, new, complaint in cases:
                with self.subTest(openmetrics=openmetrics, new=new):
                    self.assertIn(old, page)
                    problems = exposition.check(page.replace(old, new), openmetrics)
                    self.assertTrue(any(complaint in problem for problem in problems), problems)

    def test_labels_are_unescaped(self) -> None:
        page, _ = exposition.parse(TEXT, False)
        self.assertIn(("a_bytes", frozenset({("name", 'q"b\\n\nl'), ("x", "y")})), page.values())

    def test_either_order_of_names_is_sorted(self) -> None:
        first = "# TYPE a counter\n# HELP a A.\na_total 1\n"
        second = "# TYPE a_skipped counter\n# HELP a_skipped A.\na_skipped_total 1\n"
        for body in (first + second, second + first):
            self.assertEqual(exposition.check(body + "# EOF\n", True), [])

    def test_large_and_small_numbers_may_have_exponents(self) -> None:
        for text in ("9223372036854775807", "9.223372036854775807e+18", "1e-07", "NaN", "+Inf", "-1.5", "0"):
            self.assertIsNone(exposition.value_problem(text), text)


class Pairs(unittest.TestCase):
    def setUp(self) -> None:
        self.text = exposition.parse(TEXT, False)[0]

    def problems(self, old: str, new: str) -> list[str]:
        page = exposition.parse(OPENMETRICS.replace(old, new), True)[0]
        return exposition.pair_problems(self.text, page, frozenset({"a_bytes"}))

    def test_the_same_series_are_no_problem(self) -> None:
        self.assertEqual(self.problems("c_total 3", "c_total 4"), [])

    def test_a_series_in_one_format_alone_is_a_problem(self) -> None:
        self.assertEqual(len(self.problems('version="1"', 'version="2"')), 2)

    def test_a_family_in_one_format_alone_is_a_problem(self) -> None:
        self.assertEqual(len(self.problems("# TYPE c counter\n# HELP c Things.\nc_total 3\n", "")), 2)

    def test_a_value_that_differs_is_a_problem(self) -> None:
        self.assertEqual(len(self.problems("} 12", "} 13")), 1)


if __name__ == "__main__":
    unittest.main()
