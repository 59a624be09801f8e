// SPDX-License-Identifier: Apache-2.0
//
// What the build knows of itself. A C target because Swift has no macros with values to hand a revision in by.
#pragma once

// The commit the program was built from; "unknown" outside a git checkout, "-dirty" behind it with local changes.
const char *exporter_build_revision(void);
