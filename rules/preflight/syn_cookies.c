// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * syn.cookies - net.ipv4.tcp_syncookies is 1.
 *
 * Any value but 0 and 2 acts as 1. Turning cookies off is never proposed,
 * though an eager client is reset on their path: the cure for that is a
 * longer accept queue.
 */
#include <stdio.h>

#include "probes/goal.h"
#include "rules/remedy.h"
#include "rules/rule.h"
#include "rules/saturate.h"

#define COOKIES_OFF 0
#define COOKIES_ALWAYS 2

static void say_off(struct finding *finding)
{
	finding->verdict = VERDICT_WARN;
	(void)snprintf(finding->what, sizeof(finding->what),
	               "net.ipv4.tcp_syncookies is 0");
	(void)snprintf(
		finding->why, sizeof(finding->why),
		"a SYN that the SYN queue does not hold is dropped silently, and the client waits a second or more to try again");
}

/* net/ipv4/syncookies.c:cookie_timestamp_decode() has the options back. */
static void say_always(const struct rule_input *in, struct finding *finding)
{
	const struct sysctl_fact *timestamps =
		&in->ns->sysctl[SYSCTL_TIMESTAMPS];
	const bool lost = timestamps->state == FACT_KNOWN && !timestamps->v[0];

	finding->verdict = lost ? VERDICT_WARN : VERDICT_NOTE;
	(void)snprintf(
		finding->what, sizeof(finding->what),
		"net.ipv4.tcp_syncookies is 2: every SYN is answered with a cookie");
	(void)snprintf(
		finding->why, sizeof(finding->why), "%s",
		lost ? "with net.ipv4.tcp_timestamps 0 every connection loses window scaling and SACK; a full accept queue resets every client that writes at once"
		     : "connections keep window scaling and SACK only if both ends use timestamps; a full accept queue resets every client that writes at once");
}

static void judge(const struct rule *self, const struct rule_input *in)
{
	const struct sysctl_fact *cookies = &in->ns->sysctl[SYSCTL_SYNCOOKIES];
	struct finding finding = {
		.rule = self,
		.ns = in->ns,
		.observed = fact_known(saturate_sysctl(cookies, 0)),
		.needed = fact_known(1),
	};

	if (cookies->v[0] == COOKIES_OFF)
		say_off(&finding);
	else if (cookies->v[0] == COOKIES_ALWAYS)
		say_always(in, &finding);
	else
		return;
	remedy_sysctl(&finding.remedy, in, SYSCTL_SYNCOOKIES, "1");
	in->emit(in->to, &finding);
}

const struct rule rule_syn_cookies = {
	.id = "syn.cookies",
	.group = GROUP_SYN_QUEUE,
	.scope = SCOPE_NETNS,
	.roles = ROLE_SERVER,
	.title = "SYN cookies are on when needed",
	.ref = "net/ipv4/tcp_input.c:tcp_syn_flood_action",
	.explain =
		"net.ipv4.tcp_syncookies: 0 drops SYNs that the SYN queue does not hold; 1, the default, answers those with a cookie and keeps no state for them; 2 answers every SYN with one. Any other value acts as 1.\n\n"
		"A cookie has no room for TCP options: they survive in the timestamp, if both ends send it. And a lost SYN-ACK is not sent again. So 2 is for testing.\n\n"
		"Cookies do not protect the accept queue. A SYN is dropped when that is full, cookies or not; and a cookie's ACK that finds it full is dropped with nothing stored, while the client believes that it is connected. If that client then writes more than one segment, its connection is reset at once (SyncookiesFailed counts it), and tcp_abort_on_overflow is not asked. The cure is a longer accept queue; turning cookies off would trade resets for silent drops.",
	.needs = { NEED_SYSCTL(SYSCTL_SYNCOOKIES) },
	.judge = judge,
};
