// SPDX-License-Identifier: Apache-2.0
//
// Build information. In C because the revision is passed as a macro with a value, which Swift doesn't have.
#pragma once

// Returns the commit of the build, with the suffix "-dirty" for local changes; "unknown" outside a git checkout.
const char *exporter_build_revision(void);
