// SPDX-License-Identifier: Apache-2.0
//
// Signal handlers. In C because Swift code isn't guaranteed to be async-signal-safe.
#pragma once

// Handles SIGTERM and SIGINT by writing one byte to `descriptor`, which must be non-blocking. Returns 0 or an errno
// value.
int exporter_forward_stop_signals(int descriptor);
