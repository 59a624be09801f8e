// SPDX-License-Identifier: Apache-2.0
// glibc's malloc tuning, which the Glibc module doesn't export.
#pragma once
#include <malloc.h>
