// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ask - see ask.h. Read without stdio, and not before poll() says that there
 * is something: a signal must not have to wait for an answer.
 */
#include "checker/cli/ask.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <strings.h>
#include <unistd.h>

#include "checker/cli/stop.h"

/* Return: whether stdin has something to read before a signal comes. */
static bool wait_answer(void)
{
	struct pollfd fds[] = {
		{ .fd = STDIN_FILENO, .events = POLLIN },
		{ .fd = stop_fd(), .events = POLLIN },
	};

	while (poll(fds, 2, -1) < 0) {
		if (errno != EINTR)
			return false;
	}
	return fds[1].revents == 0;
}

bool ask(const char *question)
{
	char answer[16] = "";
	size_t len = 0;
	char byte = 0;

	(void)fprintf(stderr, "%s [y/N] ", question);
	while (wait_answer() && read(STDIN_FILENO, &byte, 1) == 1 &&
	       byte != '\n') {
		if (len < sizeof(answer) - 1)
			answer[len++] = byte;
	}
	answer[len] = '\0';
	if (byte != '\n')
		(void)fputc('\n', stderr);
	return byte == '\n' && !stop_signal() &&
	       (!strcasecmp(answer, "y") || !strcasecmp(answer, "yes"));
}
