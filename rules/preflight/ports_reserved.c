// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ports.reserved - no server's port can be taken by an outgoing flow.
 *
 * A listener keeps its port while it runs. When it is restarted, a flow may
 * have got the port meanwhile. The goal's own listener is a warning; others
 * are a note, and only when the goal's flows take so many of the ports that
 * it is to be expected: many a listener there got its port from the kernel,
 * and does not care which.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "probes/base/text.h"
#include "probes/goal.h"
#include "probes/need.h"
#include "probes/port_set.h"
#include "rules/remedy.h"
#include "rules/rule.h"
#include "rules/saturate.h"

/* The goal's flows take one port in so many: then others are told of. */
#define TOLD_FROM_ONE_IN 10

/* As many are named; the count says the rest. */
#define NAMED_MAX 5

/*
 * The fact's text is cut when it is long. What is understood of it up to
 * there may end in half a number.
 */
static bool parse_reserved(const struct netns_facts *ns, struct port_set *ret)
{
	const char *text = ns->sysctl[SYSCTL_RESERVED_PORTS].text;

	return !port_set_parse(text, strlen(text), ret);
}

/* Ports in the range that are listened on and not reserved. */
static void find_open(const struct netns_facts *ns,
                      const struct port_set *reserved, struct port_set *ret)
{
	const int64_t *range = ns->sysctl[SYSCTL_PORT_RANGE].v;

	*ret = (struct port_set){ 0 };
	for (size_t i = 0; i < ns->n_listeners; i++) {
		const uint16_t port = ns->listeners[i].port;

		if (port >= range[0] && port <= range[1] &&
		    !port_set_has(reserved, port))
			port_set_add(ret, port);
	}
}

/* "40000, 40001", at most NAMED_MAX of them. */
static void ports_text(const struct port_set *open, char *buf, size_t size)
{
	unsigned int n = 0;
	char port[8];

	buf[0] = '\0';
	for (unsigned int i = 0; i <= PORT_MAX && n < NAMED_MAX; i++) {
		if (!port_set_has(open, (uint16_t)i))
			continue;
		(void)snprintf(port, sizeof(port), "%u", i);
		text_join(buf, size, ", ", port);
		n++;
	}
}

/* The reserved ones and the open ones; nothing when that is too long. */
static void propose(const struct rule_input *in, const struct port_set *open,
                    struct remedy *ret)
{
	const char *now = in->ns->sysctl[SYSCTL_RESERVED_PORTS].text;
	char to[sizeof(ret->to)];
	size_t len = (size_t)snprintf(to, sizeof(to), "%s", now);

	for (unsigned int i = 0; i <= PORT_MAX && len < sizeof(to); i++) {
		if (port_set_has(open, (uint16_t)i))
			len += (size_t)snprintf(to + len, sizeof(to) - len,
			                        "%s%u", len ? "," : "", i);
	}
	if (len >= sizeof(to))
		return;
	remedy_sysctl(ret, in, SYSCTL_RESERVED_PORTS, to);
	(void)snprintf(ret->from, sizeof(ret->from), "%s", now);
	(void)snprintf(ret->risk, sizeof(ret->risk),
	               "each is a port less for outgoing flows");
}

static void say_one(const struct rule_input *in, struct finding *finding)
{
	const int64_t *range = in->ns->sysctl[SYSCTL_PORT_RANGE].v;

	finding->verdict = VERDICT_WARN;
	(void)snprintf(
		finding->what, sizeof(finding->what),
		"port %u, on which the goal's listener is, is one of the ephemeral ports %" PRId64
		" to %" PRId64,
		in->goal->port, range[0], range[1]);
}

static void say_all(const struct rule_input *in, const struct port_set *open,
                    struct finding *finding)
{
	const int64_t *range = in->ns->sysctl[SYSCTL_PORT_RANGE].v;
	const uint32_t n = port_set_count(open);
	char names[64];

	finding->verdict = VERDICT_NOTE;
	ports_text(open, names, sizeof(names));
	(void)snprintf(
		finding->what, sizeof(finding->what),
		"%u port%s with a listener %s among the ephemeral ports %" PRId64
		" to %" PRId64 ": %s%s",
		n, n == 1 ? "" : "s", n == 1 ? "is" : "are", range[0], range[1],
		names, n > NAMED_MAX ? ", ..." : "");
}

static void emit_unreadable(const struct rule *self,
                            const struct rule_input *in)
{
	const struct finding finding = {
		.rule = self,
		.verdict = VERDICT_UNKNOWN,
		.ns = in->ns,
		.subject = "net.ipv4.ip_local_reserved_ports",
		.what = "net.ipv4.ip_local_reserved_ports is too long to be judged here",
		.why = "look yourself whether the ports of your servers are among them",
	};

	in->emit(in->to, &finding);
}

static void judge(const struct rule *self, const struct rule_input *in)
{
	const int64_t *range = in->ns->sysctl[SYSCTL_PORT_RANGE].v;
	const bool many = saturate_mul(in->need->ports, TOLD_FROM_ONE_IN) >
	                  (uint64_t)(range[1] - range[0]);
	struct finding finding = {
		.rule = self,
		.ns = in->ns,
		.why = "while such a server is restarted an outgoing flow may get its port: its bind() then fails with EADDRINUSE",
	};
	struct port_set reserved;
	struct port_set open;
	const bool whole = parse_reserved(in->ns, &reserved);

	find_open(in->ns, &reserved, &open);
	finding.observed = fact_known(port_set_count(&open));
	finding.needed = fact_known(0);
	finding.unit = "ports";
	if (in->goal->port && port_set_has(&open, in->goal->port))
		say_one(in, &finding);
	else if (many && finding.observed.value)
		say_all(in, &open, &finding);
	else
		return;
	if (!whole) {
		emit_unreadable(self, in);
		return;
	}
	propose(in, &open, &finding.remedy);
	in->emit(in->to, &finding);
}

const struct rule rule_ports_reserved = {
	.id = "ports.reserved",
	.group = GROUP_PORTS,
	.scope = SCOPE_NETNS,
	.roles = ROLE_CLIENT,
	.title = "outgoing flows take no server's port",
	.ref = "net/ipv4/inet_hashtables.c:__inet_hash_connect",
	.explain =
		"A server on a port inside net.ipv4.ip_local_port_range is safe as long as it runs. While it is restarted, the kernel may hand the port to an outgoing flow, and bind() fails with EADDRINUSE until that flow is gone, TIME_WAIT included. A port in net.ipv4.ip_local_reserved_ports is never handed out; a program that asks for it by number gets it as before.\n\n"
		"N flows to one destination take N of the range's P ports, so a restart meets one with the chance N / P. The listener of --port is warned of in any case, others are told of from one in ten: N > P / 10.\n\n"
		"A new network namespace reserves nothing, whatever the host has.",
	.needs = { NEED_SYSCTL(SYSCTL_PORT_RANGE),
	           NEED_SYSCTL(SYSCTL_RESERVED_PORTS),
	           NEED_NETNS(listeners_read, "the list of listeners",
	                      "sock_diag (NETLINK_SOCK_DIAG)") },
	.judge = judge,
};
