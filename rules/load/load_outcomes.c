// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * load.outcomes - every flow of the load test came through at the first try.
 *
 * A drop fails even when its flow came through late: the next client may
 * not be as patient. What a test that was interrupted did not get to is
 * unknown; what it saw happen counts.
 *
 * Not judged here: the bytes; see load.accounting. Resets are laid to the
 * accept queue only where its overflows were counted: on the far host, when
 * the queue was there.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "probes/base/err.h"
#include "probes/base/text.h"
#include "probes/load/load_result.h"
#include "rules/rule.h"

/* Of the host that has the queue. */
static struct fact_u64 delta_of(const struct load_result *load,
                                enum counter_id id)
{
	return load->peer ? load->peer->counter[id] : load->counter[id];
}

static uint64_t counted(const struct load_result *load, enum counter_id id)
{
	const struct fact_u64 delta = delta_of(load, id);

	return delta.state == FACT_KNOWN ? delta.value : 0;
}

/*
 * What the queue dropped. When that was not read, the overflows of the whole
 * namespace stand for it, unless no flow noticed: they were another's then.
 */
static uint64_t drops_of(const struct load_result *load)
{
	if (load->queue_drops.state == FACT_KNOWN)
		return load->queue_drops.value;
	if (load->flows[LOAD_OK] == load->asked)
		return 0;
	return counted(load, COUNTER_LISTEN_OVERFLOWS);
}

/* Flows that did not come through, of those that had their chance. */
static uint64_t broken_of(const struct load_result *load)
{
	const uint64_t *flows = load->flows;

	if (load->interrupted)
		return flows[LOAD_RESET] + flows[LOAD_REFUSED];
	return load->asked - flows[LOAD_OK] - flows[LOAD_LATE];
}

static bool is_lost(const struct load_result *load)
{
	return load->peer && load->peer->lost;
}

static enum verdict verdict_of(const struct load_result *load)
{
	if (drops_of(load) || broken_of(load))
		return VERDICT_FAIL;
	if (load->interrupted || is_lost(load))
		return VERDICT_UNKNOWN;
	if (load->flows[LOAD_LATE] || load->deadline)
		return VERDICT_WARN;
	return VERDICT_OK;
}

static void add(struct finding *finding, const char *part)
{
	text_join(finding->why, sizeof(finding->why), "; ", part);
}

/* " (limit 128, peak 129)", as far as they are known. */
static void queue_text(const struct load_result *load, char *buf, size_t size)
{
	const struct {
		const char *name;
		struct fact_u64 fact;
	} parts[] = {
		{ "limit", load->queue_limit },
		{ "peak", load->queue_peak },
	};
	char known[64] = "";

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		char part[32];

		if (parts[i].fact.state != FACT_KNOWN)
			continue;
		(void)snprintf(part, sizeof(part), "%s %" PRIu64, parts[i].name,
		               parts[i].fact.value);
		text_join(known, sizeof(known), ", ", part);
	}
	(void)snprintf(buf, size, known[0] ? " (%s)" : "%s", known);
}

/*
 * Connections of a held burst that found no room. Where opening it took so
 * long that SYNs were sent again meanwhile, there are more drops than that.
 */
static uint64_t unfit_of(const struct load_result *load, uint64_t drops)
{
	const struct fact_u64 peak = load->queue_peak;
	const uint64_t burst = load->mode.burst;

	if (peak.state != FACT_KNOWN || peak.value > burst ||
	    drops < burst - peak.value)
		return drops;
	return burst - peak.value;
}

static void say_queue(const struct load_result *load, struct finding *finding)
{
	const uint64_t drops = drops_of(load);
	const uint64_t unfit = unfit_of(load, drops);
	char queue[72];

	queue_text(load, queue, sizeof(queue));
	if (load->queue_drops.state != FACT_KNOWN)
		(void)snprintf(finding->what, sizeof(finding->what),
		               "accept queues overflowed %" PRIu64 " times%s",
		               drops, queue);
	else if (load->mode.accept == LOAD_ACCEPT_HELD)
		(void)snprintf(
			finding->what, sizeof(finding->what),
			"%" PRIu64 " of %" PRIu64
			" connections did not fit into the accept queue%s",
			unfit, load->mode.burst, queue);
	else
		/* One connection may be dropped again and again. */
		(void)snprintf(finding->what, sizeof(finding->what),
		               "the accept queue%s dropped %" PRIu64
		               " packets of handshakes",
		               queue, drops);
	finding->observed = load->queue_peak;
	/* What came by a schedule was no burst that had to fit. */
	if (load->mode.burst)
		finding->needed = fact_known(load->mode.burst);
	finding->unit = "connections";
}

static void say_flows(const struct load_result *load, struct finding *finding)
{
	const uint64_t late = load->flows[LOAD_LATE];
	const uint64_t broken = broken_of(load);
	const uint64_t through = load->flows[LOAD_OK] + late;
	char *what = finding->what;
	const size_t size = sizeof(finding->what);

	finding->observed = fact_known(through);
	finding->needed = fact_known(load->asked);
	finding->unit = "flows";
	if (broken)
		(void)snprintf(what, size,
		               "%" PRIu64 " of %" PRIu64
		               " flows did not come through",
		               broken, load->asked);
	else if (load->interrupted)
		(void)snprintf(what, size,
		               "the load test was interrupted: %" PRIu64
		               " of %" PRIu64 " flows came through until then",
		               through, load->asked);
	else if (is_lost(load))
		(void)snprintf(what, size,
		               "the far host was lost on the way: here %" PRIu64
		               " of %" PRIu64 " flows came through",
		               through, load->asked);
	else if (late)
		(void)snprintf(what, size,
		               "%" PRIu64 " of %" PRIu64 " flows were late",
		               late, load->asked);
	else
		(void)snprintf(what, size, "the load test did not end in time");
}

/* "129 ok, 871 late" */
static void say_outcomes(const struct load_result *load,
                         struct finding *finding)
{
	char outcomes[192] = "";

	for (int i = 0; i < LOAD_OUTCOMES; i++) {
		char part[48];

		if (!load->flows[i])
			continue;
		(void)snprintf(part, sizeof(part), "%" PRIu64 " %s",
		               load->flows[i],
		               load_outcome_name((enum load_outcome)i));
		text_join(outcomes, sizeof(outcomes), ", ", part);
	}
	add(finding, outcomes);
}

static void say_errors(const struct load_result *load, struct finding *finding)
{
	char errors[96] = "";

	for (size_t i = 0; i < load->n_errors; i++) {
		const struct load_error *error = &load->errors[i];
		char part[64];

		(void)snprintf(part, sizeof(part), "%s %s x %" PRIu64,
		               load_phase_name(error->phase),
		               err_name(error->code), error->count);
		text_join(errors, sizeof(errors), ", ", part);
	}
	if (errors[0])
		add(finding, errors);
}

/* The kernel's own counts of what happened meanwhile. */
static void say_counters(const struct load_result *load,
                         struct finding *finding)
{
	static const enum counter_id ids[] = {
		COUNTER_LISTEN_OVERFLOWS,
		COUNTER_SYNCOOKIES_FAILED,
		COUNTER_EMBRYONIC_RSTS,
	};

	for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
		const uint64_t delta = counted(load, ids[i]);
		char part[64];

		if (!delta)
			continue;
		(void)snprintf(part, sizeof(part), "%s +%" PRIu64,
		               counter_desc(ids[i])->name, delta);
		add(finding, part);
	}
}

/* It is known, and not 0; the far host's is not known here. */
static bool is_on(const struct rule_input *in, enum sysctl_id id)
{
	const struct sysctl_fact *fact = &in->ns->sysctl[id];

	return !in->load->peer && fact->state == FACT_KNOWN && fact->v[0];
}

/* Why flows were reset, as far as a counter bears it out. */
static const char *reset_cause(const struct rule_input *in)
{
	const struct load_result *load = in->load;

	if (delta_of(load, COUNTER_LISTEN_OVERFLOWS).state != FACT_KNOWN)
		return "whether the accept queue had to do with it is not known: ListenOverflows could not be read";
	if (!counted(load, COUNTER_LISTEN_OVERFLOWS))
		return "nothing overflowed: the accept queue did not reset them";
	if (counted(load, COUNTER_SYNCOOKIES_FAILED))
		return "a full queue drops the ACK of a SYN cookie, and an eager client's next segment, which is no cookie, is answered with a reset";
	if (counted(load, COUNTER_EMBRYONIC_RSTS) &&
	    is_on(in, SYSCTL_ABORT_ON_OVERFLOW))
		return "net.ipv4.tcp_abort_on_overflow reset those whose ACK found the queue full";
	return "the accept queue overflowed, but no counter ties the resets to it";
}

/* A closed connection keeps its port for a while. */
static void say_ports(const struct load_result *load, struct finding *finding)
{
	char part[160];

	if (load->ports_out_us.state != FACT_KNOWN)
		return;
	(void)snprintf(
		part, sizeof(part),
		"no local port was left after %.1f s: at this rate closed connections keep %" PRIu64
		", %" PRIu64 " were free",
		(double)load->ports_out_us.value / 1e6, load->predicted.ports,
		load->ports);
	add(finding, part);
}

static void say_cause(const struct rule_input *in, struct finding *finding)
{
	const struct load_result *load = in->load;
	char deadline[64];

	if (load->flows[LOAD_RESET])
		add(finding, reset_cause(in));
	else if (!load->mode.eager && drops_of(load) &&
	         is_on(in, SYSCTL_SYNCOOKIES))
		add(finding,
		    "an eager client (one that writes more than one segment at once, such as iperf) would have been reset");
	else if (load->flows[LOAD_LATE] && !drops_of(load))
		add(finding,
		    "a SYN or the first bytes had to be sent again, though no drop was seen");
	if (load->deadline) {
		(void)snprintf(deadline, sizeof(deadline),
		               "the %s phase ran into its deadline",
		               load->deadline_phase);
		add(finding, deadline);
	}
}

static void emit_refused(const struct rule *self, const struct rule_input *in)
{
	const struct load_refusal *refusal = &in->load->refusal;
	const bool is_path = !strcmp(refusal->resource, "lo") ||
	                     !strcmp(refusal->resource, "::1");
	struct finding finding = {
		.rule = self,
		.verdict = VERDICT_FAIL,
		.ns = in->ns,
		.observed = fact_known(refusal->have),
		.needed = fact_known(refusal->need),
		.why = "nothing was opened; with less the test would have failed by itself and proved nothing",
	};

	if (is_path)
		(void)snprintf(finding.what, sizeof(finding.what),
		               "load test refused: %s cannot be used",
		               refusal->resource);
	else
		(void)snprintf(finding.what, sizeof(finding.what),
		               "load test refused: %s: need %" PRIu64
		               ", have %" PRIu64,
		               refusal->resource, refusal->need, refusal->have);
	in->emit(in->to, &finding);
}

static void judge(const struct rule *self, const struct rule_input *in)
{
	const struct load_result *load = in->load;
	struct finding finding = {
		.rule = self,
		.verdict = verdict_of(load),
		.ns = in->ns,
	};

	if (load->refusal.refused) {
		emit_refused(self, in);
		return;
	}
	if (finding.verdict == VERDICT_OK)
		return;
	if (drops_of(load))
		say_queue(load, &finding);
	else
		say_flows(load, &finding);
	say_outcomes(load, &finding);
	say_cause(in, &finding);
	say_ports(load, &finding);
	say_counters(load, &finding);
	say_errors(load, &finding);
	in->emit(in->to, &finding);
}

const struct rule rule_load_outcomes = {
	.id = "load.outcomes",
	.group = GROUP_LOAD,
	.scope = SCOPE_LOAD,
	.decisive = true,
	.title = "every flow came through at the first try",
	.ref = "net/ipv4/tcp_input.c:tcp_conn_request",
	.explain =
		"The load test sends the connects of a burst while nobody accepts, so the accept queue must hold them all; then it accepts, moves data and closes. Each flow has one outcome: ok; late (its SYN or its first bytes had to be sent again); reset; refused; timed_out (no connection within 15 s); ghost (established for the client, never accepted by the server); failed (an error of this host, such as EMFILE).\n\n"
		"A queue of limit L holds L + 1 connections, the rest of the burst is dropped: the peak and the drops were read from the kernel before the first accept. Any drop fails, and any outcome but ok and late; late flows without a drop are a warning.\n\n"
		"The test's own clients write one small segment and wait, so with SYN cookies on they survive an overflow, late. A client that writes more than one segment at once, as iperf and every bulk sender does, is reset: its SYN cookie's ACK is dropped on the full queue, and a later segment does not validate as a cookie. `kiloflow load --eager` shows those resets; the counters ListenOverflows and SyncookiesFailed prove the cause. A reset without an overflow is not the accept queue's doing.\n\n"
		"`kiloflow load --churn` opens and closes connections at a rate. Each that closed in order keeps its local port in TIME_WAIT for 60 s, or over loopback for net.ipv4.tcp_tw_reuse_delay where net.ipv4.tcp_tw_reuse is not 0: the rate times that is how many it takes. Without a port connect() fails with EADDRNOTAVAIL.",
	.judge = judge,
};
