// SPDX-License-Identifier: Apache-2.0
// What Swift cannot call because it takes a variable number of arguments.
#pragma once
#include <sys/prctl.h>
#include <sys/resource.h>

// Keeps this process's memory out of core dumps and away from debuggers of the same user. The limit alone does not keep
// the kernel from handing a dump to a program (core_pattern with `|`).
static inline void exporter_disable_core_dumps(void) {
  const struct rlimit none = {0, 0};
  setrlimit(RLIMIT_CORE, &none);
  prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}
