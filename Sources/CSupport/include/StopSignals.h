// SPDX-License-Identifier: Apache-2.0
//
// Handlers of signals. C, because a handler may call only what is async-signal-safe, which Swift does not promise.
#pragma once

// Handles SIGTERM and SIGINT by writing one byte to `descriptor`, which must not block. Returns 0 or an errno.
int exporter_forward_stop_signals(int descriptor);
