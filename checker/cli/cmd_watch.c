// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * cmd_watch - what happens to listeners and connections, while it happens.
 *
 * It writes as it goes: what main keeps until a report is whole stays empty.
 */
#include "checker/cli/command.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "checker/cli/gather.h"
#include "checker/cli/judge.h"
#include "checker/cli/options.h"
#include "checker/cli/show.h"
#include "checker/cli/stop.h"
#include "checker/report/report.h"
#include "checker/report/watch.h"
#include "probes/base/err.h"
#include "probes/facts.h"
#include "probes/load/clock.h"
#include "probes/observe/observer.h"
#include "probes/probe.h"

#define FRAME_NS (500 * NS_PER_MS)
#define LINES_DEFAULT 24

/* An own screen, so that what stood on it is there again afterwards. */
#define SCREEN_BEGIN "\033[?1049h\033[?25l"
#define SCREEN_END "\033[?25h\033[?1049l"

struct watching {
	const struct options *options;
	struct host *host;
	struct observer *observer;
	bool table;
	bool color;
	int pause_fd;      /* Ctrl-Z, where there is a screen to restore; -1 */
	uint64_t until_ns; /* UINT64_MAX: as long as nobody stops it */
	uint64_t framed_ns, due_ns; /* the last frame, the next one */
	uint64_t lost, synacks;     /* of both, told so far */
	struct watch_mark *marks;
	size_t n_marks, max_marks;
	struct watch_log log;
};

static struct watch_screen screen_of(const struct watching *watching)
{
	struct watch_screen screen = {
		.columns = show_width(),
		.lines = LINES_DEFAULT,
		.color = watching->color,
	};
	struct winsize size;

	if (!ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) && size.ws_row)
		screen.lines = size.ws_row;
	return screen;
}

/* Those of the listeners that are still there next time. */
static int set_marks(struct watching *watching, const struct observed *seen)
{
	size_t n = 0;

	if (seen->n_listeners > watching->max_marks) {
		struct watch_mark *marks = reallocarray(
			watching->marks, seen->n_listeners, sizeof(*marks));

		if (!marks)
			return -ENOMEM;
		watching->marks = marks;
		watching->max_marks = seen->n_listeners;
	}
	for (size_t i = 0; i < seen->n_listeners; i++) {
		if (!seen->listeners[i].gone_ns)
			watching->marks[n++] =
				watch_mark_of(&seen->listeners[i]);
	}
	watching->n_marks = n;
	return 0;
}

static struct watch_frame frame_of(struct watching *watching,
                                   const struct observed *seen)
{
	/* retransmissions beyond those that were kept were seen, not told */
	const uint64_t untold =
		seen->synack_retransmits - watching->synacks - seen->n_synacks;
	struct watch_frame frame = {
		.host = watching->host,
		.seen = seen,
		.marks = watching->marks,
		.n_marks = watching->n_marks,
		.lost = seen->traced.lost - watching->lost + untold,
		.took_ns = seen->to_ns - watching->framed_ns,
	};

	watching->lost = seen->traced.lost;
	watching->synacks = seen->synack_retransmits;
	watching->framed_ns = seen->to_ns;
	return frame;
}

static int show_frame(struct watching *watching)
{
	const struct observed *seen = observer_seen(watching->observer);
	const struct watch_frame frame = frame_of(watching, seen);
	int rc;

	if (watching->table) {
		const struct watch_screen screen = screen_of(watching);

		watch_log_frame(&watching->log, &frame);
		rc = watch_table(&frame, &watching->log, &screen, stdout);
	} else {
		rc = watch_json_frame(&frame, stdout);
	}
	if (!rc)
		rc = set_marks(watching, seen);
	observer_forget(watching->observer);
	if (!rc && (fflush(stdout) || ferror(stdout)))
		rc = -errno;
	return rc;
}

/* What was there at the beginning is not new: its drops are told from now. */
static int show_begin(struct watching *watching)
{
	const struct observed *seen = observer_seen(watching->observer);
	const struct watch_frame frame = { .host = watching->host,
		                           .seen = seen };
	int rc = 0;

	watching->framed_ns = seen->from_ns;
	watching->due_ns = seen->from_ns + FRAME_NS;
	if (watching->options->watch_ns)
		watching->until_ns =
			seen->from_ns + watching->options->watch_ns;
	if (watching->table)
		(void)fputs(SCREEN_BEGIN, stdout);
	else
		rc = watch_json_begin(&frame, stdout);
	return rc ? rc : show_frame(watching);
}

static void show_end(struct watching *watching)
{
	const struct watch_frame frame = {
		.host = watching->host,
		.seen = observer_seen(watching->observer),
	};

	if (watching->table)
		(void)fputs(SCREEN_END, stdout);
	else
		(void)watch_json_end(&frame, stdout);
	(void)fflush(stdout);
}

/* --- Ctrl-Z ----------------------------------------------------------------
 */

static sigset_t pause_signal(void)
{
	sigset_t set;

	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGTSTP);
	return set;
}

/* From now on it is read, and no longer stops the program by itself. */
static void open_pause(struct watching *watching)
{
	const sigset_t set = pause_signal();

	watching->pause_fd = -1;
	if (!watching->table)
		return;
	watching->pause_fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (watching->pause_fd >= 0)
		(void)sigprocmask(SIG_BLOCK, &set, NULL);
}

static void close_pause(const struct watching *watching)
{
	const sigset_t set = pause_signal();

	if (watching->pause_fd < 0)
		return;
	(void)sigprocmask(SIG_UNBLOCK, &set, NULL);
	(void)close(watching->pause_fd);
}

/* The shell gets its screen back, and is told of SIGTSTP as ever. */
static int pause_screen(struct watching *watching)
{
	const sigset_t set = pause_signal();
	struct signalfd_siginfo info;

	if (read(watching->pause_fd, &info, sizeof(info)) != sizeof(info))
		return 0;
	(void)fputs(SCREEN_END, stdout);
	(void)fflush(stdout);
	(void)raise(SIGTSTP);
	(void)sigprocmask(SIG_UNBLOCK, &set, NULL); /* here it stands still */
	(void)sigprocmask(SIG_BLOCK, &set, NULL);
	(void)fputs(SCREEN_BEGIN, stdout);
	return show_frame(watching);
}

static uint64_t next_ns(const struct watching *watching)
{
	return watching->due_ns < watching->until_ns ? watching->due_ns
	                                             : watching->until_ns;
}

/* Return: 0 when it was stopped or is over; negative errno. */
static int watch(struct watching *watching, struct err *err)
{
	struct pollfd fds[] = {
		{ .fd = stop_fd(), .events = POLLIN },
		{ .fd = observer_fd(watching->observer), .events = POLLIN },
		{ .fd = watching->pause_fd, .events = POLLIN },
	};
	int rc = 0;

	while (!rc && !stop_signal() && clock_ns() < watching->until_ns) {
		const int timeout_ms =
			clock_timeout_ms(next_ns(watching), 60000);

		if (poll(fds, 3, timeout_ms) < 0 && errno != EINTR)
			rc = -errno;
		if (!rc && fds[2].revents)
			rc = pause_screen(watching);
		if (!rc && fds[1].revents)
			rc = observer_turn(watching->observer, err);
		if (!rc && clock_ns() >= watching->due_ns) {
			rc = show_frame(watching);
			watching->due_ns = clock_ns() + FRAME_NS;
		}
	}
	/* what came after the last frame */
	return rc ? rc : show_frame(watching);
}

static int start(struct watching *watching, int root_fd, struct err *err)
{
	const struct observer_wants wants = {
		.root_fd = root_fd,
		.sample_ns = watching->options->sample_ns,
		.untraced = watching->options->untraced,
		.endless = true,
	};

	return observer_open(watching->host, &wants, &watching->observer, err);
}

static int report_failure(int rc, struct err *err)
{
	if (rc == -EPIPE)
		return STATUS_READY; /* the reader has seen enough */
	(void)err_set(err, rc, "cannot go on watching: %s", strerror(-rc));
	return STATUS_UNKNOWN;
}

static int run_watch(struct watching *watching, struct err *err)
{
	const int root_fd = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	int status;

	status = gather(watching->options, PROBE_FOR_LISTENERS, &watching->host,
	                err);
	if (status == STATUS_READY && start(watching, root_fd, err))
		status = STATUS_UNKNOWN;
	if (status == STATUS_READY) {
		int rc = show_begin(watching);

		if (!rc)
			rc = watch(watching, err);
		show_end(watching);
		if (rc)
			status = report_failure(rc, err);
	}
	observed_free(observer_close(watching->observer));
	host_free(watching->host);
	free(watching->marks);
	if (root_fd >= 0)
		(void)close(root_fd);
	return status;
}

static int run(const struct options *options, FILE *out, struct err *err)
{
	struct watching *watching = calloc(1, sizeof(*watching));
	int status;

	(void)out;
	if (!watching) {
		(void)err_set(err, -ENOMEM, "not enough memory to watch");
		return STATUS_UNKNOWN;
	}
	watching->options = options;
	watching->table =
		isatty(STDOUT_FILENO) && options->format == report_formats[0];
	watching->color = show_color(options);
	watching->until_ns = UINT64_MAX;
	open_pause(watching);
	status = run_watch(watching, err);
	close_pause(watching);
	free(watching);
	return status;
}

const struct command command_watch = {
	.name = "watch",
	.what = "live: queues filling, drops, resets with reasons, listen() calls",
	.help = "Shows, until Ctrl-C or for as long as --for says, every listener with its accept queue, and a line for each overflow, each reset with the kernel's reason in plain words and who did it, each call of listen() with the backlog that was asked for and what it got, and each SYN-ACK that is sent again. On a terminal it is a table that refreshes, otherwise JSON lines, which kiloflow.watch.schema.json describes.\n\n"
		"Resets and calls come from the kernel's trace events, of all network namespaces: that takes root. Without it the table still shows queues and drops, and says what is missing. Nothing is left behind, and what could not be kept up with is counted.",
	.run = run,
};
