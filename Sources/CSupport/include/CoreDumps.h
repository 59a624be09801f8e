// SPDX-License-Identifier: Apache-2.0
// A wrapper of prctl, which Swift cannot call because it is variadic.
#pragma once
#include <sys/prctl.h>
#include <sys/resource.h>

// Disables core dumps of this process, and debuggers of the same user. The resource limit alone doesn't prevent dumps
// to a program (core_pattern with `|`).
static inline void exporter_disable_core_dumps(void) {
  const struct rlimit none = {0, 0};
  setrlimit(RLIMIT_CORE, &none);
  prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}
