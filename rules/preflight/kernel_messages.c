// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * kernel.messages - the kernel's log does not tell of lost connections.
 *
 * It tells what happened, and not what will, nor in which network namespace:
 * a note. What to change is said by the rule of the resource.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "probes/base/text.h"
#include "probes/facts.h"
#include "rules/listener.h"
#include "rules/rule.h"
#include "rules/saturate.h"

static const struct kind {
	const char *name;
	const char *what;
	const char *why;
} kinds[KMSG_KIND_COUNT] = {
	[KMSG_SYN_COOKIES] = {
		"SYN flooding", "possible SYN flooding, sending cookies",
		"more connections were half-open than the listener's limit. A burst and a short backlog do that; it takes no attack. It is said once in a listener's life",
	},
	[KMSG_SYN_DROPS] = {
		"SYN flooding", "possible SYN flooding, dropping requests",
		"more connections were half-open than there is room for, and net.ipv4.tcp_syncookies is 0: clients wait a second or more. A burst and a short backlog do that; it takes no attack",
	},
	[KMSG_CONNTRACK_FULL] = {
		"conntrack", "nf_conntrack: table full, dropping packet",
		"packets of new connections were dropped without an answer; see conntrack.entries",
	},
	[KMSG_ORPHANS] = {
		"orphans", "too many orphaned sockets",
		"connections that were closed with data under way were reset; see net.ipv4.tcp_max_orphans",
	},
	[KMSG_TCP_MEM] = {
		"tcp_mem", "out of memory -- consider tuning tcp_mem",
		"the buffers of all TCP connections together reached the third number of net.ipv4.tcp_mem: connections stall, and those that close are reset; see memory.tcp",
	},
	[KMSG_TIME_WAIT] = {
		"TIME_WAIT", "time wait bucket table overflow",
		"closed connections skipped TIME_WAIT: late packets of theirs are answered with a reset; see net.ipv4.tcp_max_tw_buckets",
	},
};

/* "12 s", "5 min", "3 h", "2 d" */
static void span_words(uint64_t us, char *buf, size_t size)
{
	static const struct {
		uint64_t seconds;
		const char *unit;
	} units[] = {
		{ 86400, "d" },
		{ 3600, "h" },
		{ 60, "min" },
		{ 1, "s" },
	};
	const uint64_t seconds = us / 1000000;
	size_t i = 0;

	while (i < 3 && seconds < units[i].seconds)
		i++;
	(void)snprintf(buf, size, "%" PRIu64 " %s", seconds / units[i].seconds,
	               units[i].unit);
}

/* "[2001:db8::1]:443", "0.0.0.0:80", "port 80" */
static void where_words(const struct kmsg_event *event, char *buf, size_t size)
{
	struct listener at = {
		.family = event->family,
		.port = event->port,
	};

	if (!event->family) {
		(void)snprintf(buf, size, "port %u", event->port);
		return;
	}
	memcpy(at.addr, event->addr, sizeof(at.addr));
	listener_format(&at, buf, size);
}

/* The message may name the address that was connected to, or none. */
static bool is_of(const struct listener *listener,
                  const struct kmsg_event *event)
{
	static const uint8_t any[16];

	if (listener->port != event->port)
		return false;
	return !event->family ||
	       !memcmp(listener->addr, any, sizeof(listener->addr)) ||
	       (listener->family == event->family &&
	        !memcmp(listener->addr, event->addr, sizeof(listener->addr)));
}

/*
 * Which namespace it was the message does not say: the first listener that
 * fits. NULL: it is gone, or in a namespace that was not looked at.
 */
static const struct listener *listener_of(const struct host *host,
                                          const struct kmsg_event *event)
{
	for (size_t n = 0; n < host->n_ns; n++) {
		const struct netns_facts *ns = &host->ns[n];

		for (size_t i = 0; i < ns->n_listeners; i++) {
			if (is_of(&ns->listeners[i], event))
				return &ns->listeners[i];
		}
	}
	return NULL;
}

static void say_listener(const struct listener *listener,
                         struct finding *finding)
{
	char part[224];
	char name[160];

	listener_subject(listener, name, sizeof(name));
	(void)snprintf(part, sizeof(part), "here %s listens, with limit %u",
	               name, listener->limit);
	text_join(finding->why, sizeof(finding->why), "; ", part);
}

/* ", last 5 min ago" */
static void age_words(const struct rule_input *in, uint64_t last_us, char *buf,
                      size_t size)
{
	const struct fact_u64 now = in->host->kmsg.now_us;
	char span[32];

	buf[0] = '\0';
	if (now.state != FACT_KNOWN)
		return;
	span_words(saturate_sub(now.value, last_us), span, sizeof(span));
	(void)snprintf(buf, size, ", last %s ago", span);
}

static void emit_event(const struct rule *self, const struct rule_input *in,
                       const struct kmsg_event *event,
                       const struct listener *listener)
{
	const struct kind *kind = &kinds[event->kind];
	struct finding finding = {
		.rule = self,
		.verdict = VERDICT_NOTE,
		.observed = fact_known(event->count),
		.unit = "messages",
	};
	char where[96] = "";
	char age[48];

	if (listener)
		where_words(event, where, sizeof(where));
	age_words(in, event->last_us, age, sizeof(age));
	(void)snprintf(finding.subject, sizeof(finding.subject), "%s%s%s",
	               kind->name, listener ? " " : "", where);
	(void)snprintf(finding.what, sizeof(finding.what),
	               "the kernel's log has \"%s\"%s%s, %" PRIu64 " time%s%s",
	               kind->what, listener ? " for " : "", where, event->count,
	               event->count == 1 ? "" : "s", age);
	(void)snprintf(finding.why, sizeof(finding.why), "%s", kind->why);
	if (listener)
		say_listener(listener, &finding);
	in->emit(in->to, &finding);
}

/* Of listeners that are gone: a load test leaves one message each time. */
struct gone {
	uint64_t messages;
	uint64_t last_us;
};

static void emit_gone(const struct rule *self, const struct rule_input *in,
                      const struct gone *gone)
{
	struct finding finding = {
		.rule = self,
		.verdict = VERDICT_NOTE,
		.subject = "SYN flooding",
		.observed = fact_known(gone->messages),
		.unit = "messages",
		.why = "a listener had more half-open connections than its limit, and is gone or in another namespace; kiloflow's own load test may have been one",
	};
	char age[48];

	age_words(in, gone->last_us, age, sizeof(age));
	(void)snprintf(
		finding.what, sizeof(finding.what),
		"the kernel's log has \"possible SYN flooding\" for ports where nothing listens now, %" PRIu64
		" time%s%s",
		gone->messages, gone->messages == 1 ? "" : "s", age);
	in->emit(in->to, &finding);
}

static void judge(const struct rule *self, const struct rule_input *in)
{
	const struct kmsg_facts *kmsg = &in->host->kmsg;
	struct gone gone = { .messages = kmsg->n_more };

	for (size_t i = 0; i < kmsg->n_events; i++) {
		const struct kmsg_event *event = &kmsg->events[i];
		const struct listener *listener = NULL;

		if (event->port)
			listener = listener_of(in->host, event);
		if (listener || !event->port) {
			emit_event(self, in, event, listener);
			continue;
		}
		gone.messages += event->count;
		if (event->last_us > gone.last_us)
			gone.last_us = event->last_us;
	}
	if (gone.messages)
		emit_gone(self, in, &gone);
}

const struct rule rule_kernel_messages = {
	.id = "kernel.messages",
	.group = GROUP_KERNEL,
	.scope = SCOPE_HOST,
	.title = "the kernel's log does not tell of lost connections",
	.ref = "net/ipv4/tcp_input.c:tcp_syn_flood_action",
	.explain =
		"The kernel says in its log (dmesg) when it had to refuse connections: \"Possible SYN flooding on port ...\", \"nf_conntrack: table full\", \"too many orphaned sockets\", \"out of memory -- consider tuning tcp_mem\", \"time wait bucket table overflow\". They are read from /dev/kmsg, each kind and listener once, with how often and how long ago.\n\n"
		"\"SYN flooding\" is mostly no attack: it says that more connections were half-open than the listener's limit, which a backlog of 5 and a burst of 10 bring about. The port in it names the listener; kiloflow shows which process that is. Since Linux 6.2 the address is in it too.\n\n"
		"The log is limited and forgets: a message says that it happened, its number is a lower bound, and no message does not mean that nothing happened. Drops at a full accept queue are never logged. So it is a note, however fresh. Nor does it say in which network namespace it was: the listener that is shown is one with that port. Messages about ports where nothing listens are put together.\n\n"
		"Only what the kernel itself wrote counts. Where kernel.dmesg_restrict is 1 it takes root to read it, and containers mostly do not have it.",
	.needs = { NEED_HOST(kmsg.records, "the kernel's log", "/dev/kmsg") },
	.judge = judge,
};
