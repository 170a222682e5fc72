// SPDX-License-Identifier: GPL-2.0-or-later
/* watch_log - events as a line of text each, the latest of them kept. */
#include <inttypes.h>
#include <string.h>
#include <time.h>

#include "checker/report/watch.h"
#include "probes/facts.h"
#include "rules/listener.h"
#include "rules/reset_reason.h"

static char *next_line(struct watch_log *log)
{
	return log->line[log->n++ % WATCH_LOG_LINES];
}

/* " by iperf[4242]", "" when nobody is known */
static void by_whom(pid_t pid, const char comm[16], char *buf, size_t size)
{
	char name[96];

	buf[0] = '\0';
	if (!pid && !comm[0])
		return;
	process_name(comm, pid, name, sizeof(name));
	(void)snprintf(buf, size, " by %s", name);
}

static void log_overflow(struct watch_log *log, const struct watch_frame *frame,
                         size_t at, uint64_t drops)
{
	const struct seen_listener *seen = &frame->seen->listeners[at];
	char subject[160];

	listener_subject(&seen->first, subject, sizeof(subject));
	(void)snprintf(next_line(log), sizeof(log->line[0]),
	               "overflow %s: %" PRIu64
	               " drops, %u waiting, it holds %" PRIu64,
	               subject, drops, seen->queue_last,
	               (uint64_t)seen->limit + 1);
}

static void log_reset(struct watch_log *log, const struct seen_reset *reset)
{
	const char *words = reset_reason_words(reset->reason, reset->state);
	char local[80];
	char remote[80];
	char whom[104];

	watch_address(&reset->tuple, false, local, sizeof(local));
	watch_address(&reset->tuple, true, remote, sizeof(remote));
	by_whom(reset->pid, reset->comm, whom, sizeof(whom));
	if (reset->received)
		(void)snprintf(next_line(log), sizeof(log->line[0]),
		               "reset    %s from %s", local, remote);
	else
		(void)snprintf(next_line(log), sizeof(log->line[0]),
		               "reset    %s to %s%s: %s", local, remote, whom,
		               words ? words : reset->reason);
}

static void log_listen(struct watch_log *log, const struct seen_listen *listen)
{
	char whom[104];
	char got[48] = "";

	by_whom(listen->pid, listen->comm, whom, sizeof(whom));
	if (listen->got.state == FACT_KNOWN)
		(void)snprintf(got, sizeof(got), ", got %" PRIu64,
		               listen->got.value);
	(void)snprintf(next_line(log), sizeof(log->line[0]),
	               "listen   port %u%s: asked for %" PRId64 "%s",
	               listen->port, whom, listen->asked, got);
}

static void log_synack(struct watch_log *log, const struct seen_synack *synack)
{
	char local[80];
	char remote[80];

	watch_address(&synack->tuple, false, local, sizeof(local));
	watch_address(&synack->tuple, true, remote, sizeof(remote));
	(void)snprintf(next_line(log), sizeof(log->line[0]),
	               "SYN-ACK  %s to %s: sent again", local, remote);
}

/* Of one kind no more than fit are worth the words. */
static size_t first_of(size_t n)
{
	return n > WATCH_LOG_LINES ? n - WATCH_LOG_LINES : 0;
}

void watch_log_frame(struct watch_log *log, const struct watch_frame *frame)
{
	const struct observed *seen = frame->seen;

	for (size_t i = first_of(seen->n_synacks); i < seen->n_synacks; i++)
		log_synack(log, &seen->synacks[i]);
	for (size_t i = first_of(seen->n_resets); i < seen->n_resets; i++)
		log_reset(log, &seen->resets[i]);
	for (size_t i = first_of(seen->n_listens); i < seen->n_listens; i++)
		log_listen(log, &seen->listens[i]);
	for (size_t i = 0; i < seen->n_listeners; i++) {
		const uint64_t drops = watch_new_drops(frame, i);

		if (drops)
			log_overflow(log, frame, i, drops);
	}
	if (frame->lost)
		(void)snprintf(next_line(log), sizeof(log->line[0]),
		               "lost     %" PRIu64 " events", frame->lost);
}
