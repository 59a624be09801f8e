# SPDX-License-Identifier: Apache-2.0
"""The text that all secrets of the suite contain, so that one search finds any of them."""

PLANTED = "SECRET-TOKEN-VALUE"
