# SPDX-License-Identifier: Apache-2.0
"""Tests of the suite's own checks: each must fail on a bad sample. Needs no exporter.

Run as `python3 Tests/acceptance/selftest.py`; the acceptance run begins with it.
"""

from __future__ import annotations

import sys
import unittest

import selftest_control_plane
import selftest_expected
import selftest_exposition
import selftest_identity
import selftest_signed_requests
import selftest_tables

MODULES = (
    selftest_exposition, selftest_expected, selftest_control_plane, selftest_signed_requests, selftest_identity,
    selftest_tables,
)  # fmt: skip


def suite() -> unittest.TestSuite:
    """Returns all self-tests."""
    loader = unittest.defaultTestLoader
    return unittest.TestSuite(loader.loadTestsFromModule(module) for module in MODULES)


if __name__ == "__main__":
    outcome = unittest.TextTestRunner(verbosity=1).run(suite())
    sys.exit(not outcome.wasSuccessful())
