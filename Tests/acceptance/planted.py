# SPDX-License-Identifier: Apache-2.0
"""The text that every secret of the suite holds, so that one search finds whichever is told."""

PLANTED = "SECRET-TOKEN-VALUE"
