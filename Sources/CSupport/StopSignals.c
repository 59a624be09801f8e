// SPDX-License-Identifier: Apache-2.0
#include "StopSignals.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

static volatile sig_atomic_t forward_to = -1;

static void forward(int signal) {
    int saved = errno;
    (void)signal;
    // If the pipe is full, a signal is already pending.
    if (write(forward_to, "", 1) < 0) {}
    errno = saved;
}

int exporter_forward_stop_signals(int descriptor) {
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = forward;
    action.sa_flags = SA_RESTART;
    sigemptyset(&action.sa_mask);
    forward_to = descriptor;
    if (sigaction(SIGTERM, &action, NULL) != 0 || sigaction(SIGINT, &action, NULL) != 0) return errno;
    return 0;
}
