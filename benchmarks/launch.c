// SPDX-License-Identifier: Apache-2.0
// launch CPU REPORT PROGRAM [ARGUMENT…]: runs a program on one core and writes to REPORT, in one line,
//
//     wall-seconds user-seconds system-seconds peak-kilobytes exit-status
//
// A child's peak memory includes that of the process that forked it, so the launcher must be small: this one uses about
// 1 MB, Python would use 30 MB. Times include all children that the program has waited for; the peak is that of the
// largest process.
#define _GNU_SOURCE
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec + time.tv_nsec / 1e9;
}

static double seconds(struct timeval time) { return time.tv_sec + time.tv_usec / 1e6; }

static int fail(const char *what) {
    fprintf(stderr, "launch: %s: %s\n", what, strerror(errno));
    return 126;
}

int main(int count, char **arguments) {
    if (count < 4) {
        fprintf(stderr, "usage: launch CPU REPORT PROGRAM [ARGUMENT...]\n");
        return 126;
    }
    cpu_set_t cores;
    CPU_ZERO(&cores);
    CPU_SET(atoi(arguments[1]), &cores);
    if (sched_setaffinity(0, sizeof cores, &cores) != 0) return fail("cannot stay on one core");

    prctl(PR_SET_PDEATHSIG, SIGTERM);
    double begin = now();
    pid_t child = fork();
    if (child < 0) return fail("cannot fork");
    if (child == 0) {
        // Ends when the benchmarks end.
        prctl(PR_SET_PDEATHSIG, SIGTERM);
        execvp(arguments[3], arguments + 3);
        _exit(fail(arguments[3]));
    }
    int status = 0;
    struct rusage usage;
    if (wait4(child, &status, 0, &usage) < 0) return fail("cannot wait");
    double wall = now() - begin;

    int code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    FILE *report = fopen(arguments[2], "w");
    if (report == NULL) return fail(arguments[2]);
    fprintf(report, "%.6f %.6f %.6f %ld %d\n", wall, seconds(usage.ru_utime), seconds(usage.ru_stime), usage.ru_maxrss, code);
    return fclose(report) == 0 ? code : fail(arguments[2]);
}
