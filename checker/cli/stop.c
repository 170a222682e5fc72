// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * stop - see stop.h. A signal handler has no argument: its two values are
 * the only writable state of the checker.
 */
#include "checker/cli/stop.h"

#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "probes/base/err.h"

static volatile sig_atomic_t came;
static volatile sig_atomic_t event_fd = -1;

static const int signals[] = { SIGHUP, SIGINT, SIGTERM };

static void on_signal(int number)
{
	const uint64_t one = 1;
	const int saved = errno;

	came = number;
	(void)!write(event_fd, &one, sizeof(one));
	errno = saved;
}

/* A shell starts background jobs with SIGINT ignored; so it stays. */
static void catch (int number)
{
	struct sigaction action;

	if (sigaction(number, NULL, &action) || action.sa_handler == SIG_IGN)
		return;
	(void)memset(&action, 0, sizeof(action));
	action.sa_handler = on_signal;
	action.sa_flags = SA_RESTART | (int)SA_RESETHAND;
	(void)sigaction(number, &action, NULL);
}

int stop_open(struct err *err)
{
	const int fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);

	if (fd < 0)
		return err_set(err, -errno, "cannot create an eventfd: %s",
		               strerror(errno));
	event_fd = fd;
	came = 0;
	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		catch (signals[i]);
	return fd;
}

int stop_fd(void)
{
	return event_fd;
}

int stop_signal(void)
{
	return came;
}

void stop_close(void)
{
	if (event_fd < 0)
		return;
	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++) {
		struct sigaction action;

		if (!sigaction(signals[i], NULL, &action) &&
		    action.sa_handler == on_signal)
			(void)signal(signals[i], SIG_DFL);
	}
	(void)close(event_fd);
	event_fd = -1;
}
