// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * path.peer - there is a way to the peer, and room for the flows on it.
 *
 * Only this host's end is looked at. Drops are since the device was created,
 * and some are no loss of TCP's (a protocol that nobody speaks): a note.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "probes/base/text.h"
#include "probes/goal.h"
#include "probes/need.h"
#include "rules/remedy.h"
#include "rules/rule.h"
#include "rules/saturate.h"
#include "rules/unknown.h"

/* RFC 8200: IPv6 does not work over less, and IPv4 only badly. */
#define MTU_LEAST_BYTES 1280

/* The characters of usual device names: a shell takes them as they are. */
#define PLAIN                                                                  \
	"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_."

static const struct rule_need need_route = NEED_NETNS(
	path.route, "the route to the peer", "rtnetlink (RTM_GETROUTE)");
static const struct rule_need need_device = NEED_NETNS(
	path.up, "the device towards the peer", "rtnetlink (RTM_GETLINK)");
static const struct rule_need need_qdisc = NEED_NETNS(
	path.qdisc.read, "the queue of the device", "rtnetlink (RTM_GETQDISC)");
static const struct rule_need need_neigh =
	NEED_HOST(neigh.entries, "the number of neighbours",
                  "/proc/net/stat/arp_cache, ndisc_cache");
static const struct rule_need need_thresh =
	NEED_HOST(neigh.thresh[2], "how many neighbours there may be",
                  "gc_thresh3 of /proc/sys/net/ipv4/neigh/default");

/* The device's name, safe to show. */
struct device {
	char name[4 * sizeof(((struct path_facts *)0)->device) + 1];
};

static struct device device_of(const struct rule_input *in)
{
	const struct path_facts *path = &in->ns->path;
	struct device device = { "" };

	(void)text_escape(device.name, sizeof(device.name), path->device,
	                  strnlen(path->device, sizeof(path->device)));
	return device;
}

static void emit_no_route(const struct rule *self, const struct rule_input *in)
{
	struct finding finding = {
		.rule = self,
		.verdict = VERDICT_FAIL,
		.ns = in->ns,
		.subject = "route",
		.why = "connect() fails at once; `ip route get` with this address shows what the kernel says",
	};
	char peer[128];

	(void)text_escape(peer, sizeof(peer), in->goal->peer,
	                  strlen(in->goal->peer));
	(void)snprintf(finding.what, sizeof(finding.what),
	               "there is no route to %s", peer);
	in->emit(in->to, &finding);
}

static void emit_local(const struct rule *self, const struct rule_input *in)
{
	struct finding finding = {
		.rule = self,
		.verdict = VERDICT_NOTE,
		.ns = in->ns,
		.subject = "route",
		.why = "the flows go over loopback and see neither device nor network",
	};
	char peer[128];

	(void)text_escape(peer, sizeof(peer), in->goal->peer,
	                  strlen(in->goal->peer));
	(void)snprintf(finding.what, sizeof(finding.what),
	               "%s is an address of this host", peer);
	in->emit(in->to, &finding);
}

static void emit_down(const struct rule *self, const struct rule_input *in)
{
	const struct device device = device_of(in);
	struct finding finding = {
		.rule = self,
		.verdict = VERDICT_FAIL,
		.ns = in->ns,
		.why = "nothing can be sent over it",
	};

	(void)snprintf(finding.subject, sizeof(finding.subject), "%s",
	               device.name);
	(void)snprintf(finding.what, sizeof(finding.what),
	               "%s, the device towards the peer, is down", device.name);
	in->emit(in->to, &finding);
}

static void judge_mtu(const struct rule *self, const struct rule_input *in)
{
	const struct device device = device_of(in);
	const struct fact_u64 mtu = in->ns->path.mtu_bytes;
	struct finding finding = {
		.rule = self,
		.verdict = VERDICT_NOTE,
		.ns = in->ns,
		.subject = "MTU",
		.observed = mtu,
		.needed = fact_known(MTU_LEAST_BYTES),
		.unit = "bytes",
		.why = "so small packets cost throughput, and IPv6 does not work over them",
	};

	if (mtu.state != FACT_KNOWN || mtu.value >= MTU_LEAST_BYTES)
		return;
	(void)snprintf(finding.what, sizeof(finding.what),
	               "packets to the peer over %s have at most %" PRIu64
	               " bytes",
	               device.name, mtu.value);
	in->emit(in->to, &finding);
}

/* What makes a queue longer depends on its kind; most have no short form. */
static void propose(const struct rule_input *in, struct remedy *ret)
{
	const struct path_facts *path = &in->ns->path;
	const struct qdisc_facts *qdisc = &path->qdisc;
	const char *kind = qdisc->n_queues ? qdisc->leaf : qdisc->kind;
	const uint64_t to = remedy_limit(in->need->device_packets, 1);

	if (path->device[strspn(path->device, PLAIN)] != '\0')
		return;
	if (!strcmp(kind, "pfifo_fast"))
		remedy_command(ret, in->ns,
		               "ip link set dev %s txqueuelen %" PRIu64,
		               path->device, to);
	else if (!strcmp(kind, "fq") && !qdisc->n_queues)
		remedy_command(ret, in->ns,
		               "tc qdisc change dev %s root fq limit %" PRIu64,
		               path->device, to);
	else
		return;
	ret->kind = REMEDY_COMMAND;
	ret->live = true;
	(void)snprintf(ret->key, sizeof(ret->key), "%s", kind);
	(void)snprintf(ret->from, sizeof(ret->from), "%" PRIu64,
	               qdisc->limit_packets.value);
	(void)snprintf(ret->to, sizeof(ret->to), "%" PRIu64, to);
	(void)snprintf(ret->risk, sizeof(ret->risk),
	               "packets wait longer in a longer queue");
}

static void judge_qdisc(const struct rule *self, const struct rule_input *in)
{
	const struct device device = device_of(in);
	const struct qdisc_facts *qdisc = &in->ns->path.qdisc;
	const uint64_t need = in->need->device_packets;
	char kind[4 * sizeof(qdisc->kind) + 1];
	struct finding finding = {
		.rule = self,
		.verdict = VERDICT_WARN,
		.ns = in->ns,
		.subject = "queue",
		.observed = qdisc->limit_packets,
		.needed = fact_known(need),
		.unit = "packets",
		.why = "what does not fit is dropped and sent again: a connection whose SYN it was begins a second late",
	};

	if (!rule_knows(self, in, &need_qdisc) ||
	    qdisc->limit_packets.state != FACT_KNOWN ||
	    qdisc->limit_packets.value >= need)
		return;
	(void)text_escape(kind, sizeof(kind), qdisc->kind,
	                  strnlen(qdisc->kind, sizeof(qdisc->kind)));
	(void)snprintf(finding.what, sizeof(finding.what),
	               "the queue of %s (%s) holds %" PRIu64
	               " packets%s, %" PRIu64
	               " flows that send at once need %" PRIu64,
	               device.name, kind, qdisc->limit_packets.value,
	               qdisc->n_queues > 1 ? " for each of its parts" : "",
	               in->goal->flows, need);
	propose(in, &finding.remedy);
	in->emit(in->to, &finding);
}

static uint64_t known_or_0(struct fact_u64 fact)
{
	return fact.state == FACT_KNOWN ? fact.value : 0;
}

static void judge_drops(const struct rule *self, const struct rule_input *in)
{
	const struct device device = device_of(in);
	const struct path_facts *path = &in->ns->path;
	const uint64_t received = known_or_0(path->rx_dropped);
	const uint64_t sent = known_or_0(path->tx_dropped);
	const uint64_t queued = known_or_0(path->qdisc.drops);
	struct finding finding = {
		.rule = self,
		.verdict = VERDICT_NOTE,
		.ns = in->ns,
		.subject = "drops",
		.observed = fact_known(
			saturate_add(received, saturate_add(sent, queued))),
		.unit = "packets",
		.why = "since it was created; whether they were of TCP it does not tell. Look whether they grow while the load runs",
	};

	if (!finding.observed.value)
		return;
	(void)snprintf(finding.what, sizeof(finding.what),
	               "%s has dropped %" PRIu64
	               " packets that it received, %" PRIu64
	               " that it sent and %" PRIu64 " in its queue",
	               device.name, received, sent, queued);
	in->emit(in->to, &finding);
}

static void judge_neighbours(const struct rule *self,
                             const struct rule_input *in)
{
	const struct neigh_facts *neigh = &in->host->neigh;
	struct finding finding = {
		.rule = self,
		.verdict = VERDICT_WARN,
		.ns = in->ns,
		.subject = "neighbours",
		.observed = neigh->entries,
		.needed = neigh->thresh[2],
		.unit = "entries",
		.why = "an address of the own network that is new then gets no entry, and connect() to it fails with ENOBUFS or hangs",
	};

	if (!rule_knows(self, in, &need_neigh) ||
	    !rule_knows(self, in, &need_thresh) ||
	    neigh->entries.value < neigh->thresh[2].value)
		return;
	(void)snprintf(finding.what, sizeof(finding.what),
	               "the table of neighbours is full: %" PRIu64
	               " entries, gc_thresh3 allows %" PRIu64,
	               neigh->entries.value, neigh->thresh[2].value);
	in->emit(in->to, &finding);
}

static void judge_device(const struct rule *self, const struct rule_input *in)
{
	if (!rule_knows(self, in, &need_device))
		return;
	if (!in->ns->path.up.value) {
		emit_down(self, in);
		return;
	}
	judge_mtu(self, in);
	judge_qdisc(self, in);
	judge_drops(self, in);
	judge_neighbours(self, in);
}

static bool applies(const struct goal *goal, const struct need *need)
{
	(void)need;
	return goal->peer;
}

static void judge(const struct rule *self, const struct rule_input *in)
{
	const struct path_facts *path = &in->ns->path;

	if (path->route.state == FACT_ABSENT)
		emit_no_route(self, in);
	else if (!rule_knows(self, in, &need_route))
		return;
	else if (path->local)
		emit_local(self, in);
	else
		judge_device(self, in);
}

const struct rule rule_path_peer = {
	.id = "path.peer",
	.group = GROUP_PATH,
	.scope = SCOPE_NETNS,
	.title = "there is a way to the goal's peer",
	.ref = "net/ipv4/route.c:inet_rtm_getroute",
	.explain =
		"With --peer the flows leave this host: over the route that the kernel would take, its device, and the queue in front of that (the qdisc, see `tc qdisc`).\n\n"
		"N flows that begin together put N packets there, their SYNs, and later each keeps at least one: a queue that holds fewer than N packets drops the rest, which TCP sends again. What a queue holds is its own limit; for pfifo_fast it is the device's txqueuelen, for fq 10000 packets in all and 100 of each flow, and of a device with several queues (mq) it is the smallest of them. noqueue has none, and nothing is dropped there; one that is limited in bytes, or has classes, is not judged.\n\n"
		"A peer on the same network, or the router on the way to it, needs an entry in the table of neighbours, which is one for the host: with net.ipv4.neigh.default.gc_thresh3 entries it is full (net.ipv6... for IPv6). All flows to one peer share one entry.\n\n"
		"What lies behind the first device this host does not know. Drops of the device and its queue are since it was created: a note.",
	.applies = applies,
	.judge = judge,
};
