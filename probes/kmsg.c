// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * kmsg - see kmsg.h.
 *
 * A message counts only if the kernel itself wrote it (facility 0) and says
 * it from its first word on: who can get text into the log, as the name of a
 * process or a device, gets it only into the middle.
 */
#include "probes/kmsg.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "probes/base/span.h"
#include "probes/facts.h"
#include "probes/registry.h"

/* More than kernel/printk/printk.c ever makes of one record. */
#define RECORD_BYTES_MAX 16384

/* Low bits of a record's priority; those above say who wrote it. */
#define LEVEL_BITS 3

/* What may stand before the words that are looked for, in any number. */
static const char *const prefixes[] = {
	"TCP: ",   "request_sock_TCP: ", "request_sock_TCPv6: ",
	"TCPv6: ", "nf_conntrack: ",
};

static const struct phrase {
	const char *text;
	enum kmsg_kind kind;
} phrases[] = {
	/* net/ipv4/tcp_input.c:tcp_syn_flood_action(); also lower case once */
	{ "Possible SYN flooding on port ", KMSG_SYN_COOKIES },
	{ "possible SYN flooding on port ", KMSG_SYN_COOKIES },
	/* net/netfilter/nf_conntrack_core.c:__nf_conntrack_alloc() */
	{ "table full, dropping packet", KMSG_CONNTRACK_FULL },
	{ "table full in netns ", KMSG_CONNTRACK_FULL },
	/* net/ipv4/tcp.c:tcp_check_oom() */
	{ "too many orphaned sockets", KMSG_ORPHANS },
	{ "too many of orphaned sockets", KMSG_ORPHANS },
	{ "out of memory -- consider tuning tcp_mem", KMSG_TCP_MEM },
	/* net/ipv4/tcp_minisocks.c:tcp_time_wait() */
	{ "time wait bucket table overflow", KMSG_TIME_WAIT },
};

static bool take_text(struct span *rest, const char *text)
{
	const size_t len = strlen(text);

	if ((size_t)(rest->end - rest->at) < len ||
	    memcmp(rest->at, text, len) != 0)
		return false;
	rest->at += len;
	return true;
}

/* What stands before the next @stop; both are taken. */
static bool take_until(struct span *rest, const char *stop, struct span *ret)
{
	const size_t len = strlen(stop);
	const char *end =
		memmem(rest->at, (size_t)(rest->end - rest->at), stop, len);

	if (!end)
		return false;
	*ret = (struct span){ .at = rest->at, .end = end };
	rest->at = end + len;
	return true;
}

/* "192.0.2.1" or "[2001:db8::1]" */
static bool parse_address(struct span span, struct kmsg_event *event)
{
	char text[INET6_ADDRSTRLEN] = "";
	size_t len;

	event->family = AF_INET;
	if (take_text(&span, "[")) {
		event->family = AF_INET6;
		if (span.at == span.end || *--span.end != ']')
			return false;
	}
	len = (size_t)(span.end - span.at);
	if (len >= sizeof(text))
		return false;
	memcpy(text, span.at, len);
	return inet_pton(event->family, text, event->addr) == 1;
}

/*
 * "192.0.2.1:80. Sending cookies."; the address came with Linux 6.2, before
 * it is "80. Sending cookies.  Check SNMP counters."
 */
static bool parse_syn_flood(struct span rest, struct kmsg_event *event)
{
	struct span port;
	const char *colon;
	uint64_t number;

	if (!take_until(&rest, ". ", &port))
		return false;
	colon = memrchr(port.at, ':', (size_t)(port.end - port.at));
	if (colon) {
		if (!parse_address((struct span){ port.at, colon }, event))
			return false;
		port.at = colon + 1;
	}
	if (span_u64(port, &number) || !number || number > UINT16_MAX)
		return false;
	event->port = (uint16_t)number;
	if (take_text(&rest, "Dropping request"))
		event->kind = KMSG_SYN_DROPS;
	return true;
}

static bool take_prefix(struct span *rest)
{
	for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++) {
		if (take_text(rest, prefixes[i]))
			return true;
	}
	return false;
}

static bool parse_message(struct span rest, struct kmsg_event *event)
{
	while (take_prefix(&rest))
		;
	for (size_t i = 0; i < sizeof(phrases) / sizeof(phrases[0]); i++) {
		if (!take_text(&rest, phrases[i].text))
			continue;
		event->kind = phrases[i].kind;
		return event->kind != KMSG_SYN_COOKIES ||
		       parse_syn_flood(rest, event);
	}
	return false;
}

static bool says_the_same(const struct kmsg_event *a,
                          const struct kmsg_event *b)
{
	return a->kind == b->kind && a->port == b->port &&
	       a->family == b->family &&
	       !memcmp(a->addr, b->addr, sizeof(a->addr));
}

static void add(struct kmsg_facts *facts, const struct kmsg_event *event)
{
	const size_t room = event->port ? KMSG_EVENTS_MAX - KMSG_EVENTS_KEPT
	                                : KMSG_EVENTS_MAX;
	size_t i = 0;

	while (i < facts->n_events && !says_the_same(&facts->events[i], event))
		i++;
	if (i == facts->n_events && i >= room) {
		facts->n_more++;
		return;
	}
	if (i == facts->n_events) {
		facts->events[i] = *event;
		facts->n_events++;
	}
	facts->events[i].count++;
	facts->events[i].last_us = event->last_us;
}

/* "4,1234,5678901234,-" before the text; more fields may follow these. */
static bool parse_head(struct span head, uint64_t *ret_us)
{
	struct span field;
	uint64_t priority;
	uint64_t sequence;

	return take_until(&head, ",", &field) && !span_u64(field, &priority) &&
	       !(priority >> LEVEL_BITS) && take_until(&head, ",", &field) &&
	       !span_u64(field, &sequence) && take_until(&head, ",", &field) &&
	       !span_u64(field, ret_us);
}

static void take_record(struct span text, uint64_t us, struct kmsg_facts *ret)
{
	struct kmsg_event event = { .last_us = us };

	ret->records.value++;
	if (parse_message(text, &event))
		add(ret, &event);
}

void kmsg_parse(const char *bytes, size_t len, struct kmsg_facts *ret)
{
	struct span rest = span_of(bytes, len);
	struct span line;

	while (span_line(&rest, "", &line)) {
		struct span head;
		uint64_t us;

		if (take_until(&line, ";", &head) && parse_head(head, &us))
			take_record(line, us, ret);
	}
}

/*
 * "   12.345678" between brackets, and behind it the caller's id in brackets
 * of its own, with CONFIG_PRINTK_CALLER.
 */
static bool parse_stamp(struct span stamp, uint64_t *ret_us)
{
	struct span seconds;
	uint64_t whole;
	uint64_t us;

	if (!take_until(&stamp, ".", &seconds) || stamp.end - stamp.at != 6)
		return false;
	while (seconds.at < seconds.end && *seconds.at == ' ')
		seconds.at++;
	return !span_u64(seconds, &whole) && !span_u64(stamp, &us) &&
	       !__builtin_mul_overflow(whole, UINT64_C(1000000), &whole) &&
	       !__builtin_add_overflow(whole, us, ret_us);
}

void kmsg_parse_dmesg(const char *bytes, size_t len, struct kmsg_facts *ret)
{
	struct span rest = span_of(bytes, len);
	struct span line;

	while (span_line(&rest, "[", &line)) {
		struct span stamp;
		struct span caller;
		uint64_t us;

		if (!take_until(&line, "]", &stamp) || !parse_stamp(stamp, &us))
			continue;
		if (take_text(&line, "["))
			(void)take_until(&line, "]", &caller);
		(void)take_text(&line, " ");
		take_record(line, us, ret);
	}
}

/* Each read() gives one record. Return: 0 at the end, or negative errno. */
static int read_records(int fd, struct kmsg_facts *ret)
{
	char bytes[RECORD_BYTES_MAX];

	for (unsigned int i = 0; i < KMSG_RECORDS_MAX; i++) {
		const ssize_t n = read(fd, bytes, sizeof(bytes));

		if (n > 0)
			kmsg_parse(bytes, (size_t)n, ret);
		else if (n == 0 || errno == EAGAIN)
			return 0;
		else if (errno != EPIPE && errno != EINTR)
			return -errno;
		/* EPIPE: overwritten meanwhile; goes on with the oldest */
	}
	return 0;
}

/* Messages carry local_clock(), which does not run while suspended. */
static struct fact_u64 read_clock(void)
{
	struct timespec now;

	if (clock_gettime(CLOCK_MONOTONIC, &now))
		return (struct fact_u64){ .state = FACT_BROKEN };
	return fact_known((uint64_t)now.tv_sec * 1000000 +
	                  (uint64_t)now.tv_nsec / 1000);
}

void kmsg_read(int root_fd, struct kmsg_facts *ret)
{
	const int fd = openat(root_fd, "dev/kmsg",
	                      O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
	int rc;

	*ret = (struct kmsg_facts){ .now_us = read_clock() };
	rc = fd < 0 ? -errno : read_records(fd, ret);
	if (fd >= 0)
		(void)close(fd);
	ret->records.state = rc ? fact_state_from_errno(rc) : FACT_KNOWN;
}

static int run(const struct probe_env *env, struct host *host,
               struct netns_facts *ns, struct err *err)
{
	(void)ns;
	(void)err;
	kmsg_read(env->root_fd, &host->kmsg);
	return 0;
}

const struct probe probe_kmsg = {
	.name = "kmsg",
	.scope = PROBE_HOST,
	.serves = PROBE_FOR_CHECK,
	.run = run,
};
