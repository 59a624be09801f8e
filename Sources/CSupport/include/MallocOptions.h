// SPDX-License-Identifier: Apache-2.0
// glibc's tuning of malloc, which the Glibc module leaves out.
#pragma once
#include <malloc.h>
