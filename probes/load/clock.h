/* SPDX-License-Identifier: GPL-2.0-or-later */
/* clock - monotonic time in nanoseconds, the only clock of the load test. */
#ifndef KILOFLOW_PROBES_LOAD_CLOCK_H
#define KILOFLOW_PROBES_LOAD_CLOCK_H

#include <stdint.h>
#include <sys/prctl.h>
#include <time.h>

#define NS_PER_S UINT64_C(1000000000)
#define NS_PER_MS UINT64_C(1000000)
#define NS_PER_US UINT64_C(1000)

/** clock_ns - CLOCK_MONOTONIC; cannot fail on Linux */
static inline uint64_t clock_ns(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * NS_PER_S + (uint64_t)now.tv_nsec;
}

/** clock_timeout_ms - for poll() and epoll_wait(): from now until @at_ns,
 * rounded up, at most @most_ms
 */
static inline int clock_timeout_ms(uint64_t at_ns, int most_ms)
{
	const uint64_t now = clock_ns();
	uint64_t left_ms;

	if (at_ns <= now)
		return 0;
	left_ms = (at_ns - now + NS_PER_MS - 1) / NS_PER_MS;
	return left_ms < (uint64_t)most_ms ? (int)left_ms : most_ms;
}

/**
 * clock_slack - how late the kernel may wake this thread, to save wake-ups
 * Return: what it was; 0 restores the default, 50 us as a rule.
 */
static inline uint64_t clock_slack(uint64_t ns)
{
	const int before = prctl(PR_GET_TIMERSLACK);

	(void)prctl(PR_SET_TIMERSLACK, (unsigned long)ns);
	return before > 0 ? (uint64_t)before : 0;
}

/** clock_left - from now until @at_ns; none, when that has been */
static inline struct timespec clock_left(uint64_t at_ns)
{
	const uint64_t now = clock_ns();
	const uint64_t left_ns = at_ns > now ? at_ns - now : 0;

	return (struct timespec){
		.tv_sec = (time_t)(left_ns / NS_PER_S),
		.tv_nsec = (long)(left_ns % NS_PER_S),
	};
}

#endif
