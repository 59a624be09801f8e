# SPDX-License-Identifier: Apache-2.0
"""Programs that the exporter is compared with."""
