// SPDX-License-Identifier: Apache-2.0
// Files that live in memory, which the Glibc module leaves out: it sees only what needs no _GNU_SOURCE.
#pragma once

extern int memfd_create(const char *name, unsigned int flags);

// MFD_CLOEXEC of linux/memfd.h.
static const unsigned int exporter_memfd_cloexec = 1;
