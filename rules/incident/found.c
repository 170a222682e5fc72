// SPDX-License-Identifier: GPL-2.0-or-later
/* found - see found.h. */
#include "rules/incident/found.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "rules/incident/hot.h"
#include "rules/remedy.h"
#include "rules/rule.h"

struct cause_found found_make(const char *id, const struct netns_facts *ns,
                              struct count_range connections,
                              enum confidence confidence)
{
	struct cause_found found = {
		.cause = cause_by_id(id),
		.min = connections.min,
		.max = connections.max,
		.confidence = confidence,
		.ns = ns,
	};

	if (found.max && !found.min)
		found.confidence = CONFIDENCE_POSSIBLE;

	(void)snprintf(found.sees, sizeof(found.sees), "%s", found.cause->sees);
	return found;
}

void found_evidence(struct cause_found *found, const char *name, uint64_t count)
{
	struct evidence *evidence = &found->evidence[found->n_evidence];

	if (!count || found->n_evidence == CAUSE_EVIDENCE_MAX)
		return;
	(void)snprintf(evidence->name, sizeof(evidence->name), "%s", name);
	evidence->count = count;
	found->n_evidence++;
}

void found_counters(struct cause_found *found,
                    const uint64_t sum[static COUNTER_COUNT], uint64_t mask)
{
	for (enum counter_id id = 0; id < COUNTER_COUNT; id++) {
		if (mask >> id & 1)
			found_evidence(found, counter_desc(id)->name, sum[id]);
	}
}

void found_process(struct cause_found *found, pid_t pid,
                   const char comm[static 16])
{
	found->pid = pid;
	memcpy(found->comm, comm, sizeof(found->comm));
}

/* From within another PID namespace an event has a name and no pid. */
static bool is_owner(const struct hot *hot, const struct seen_reset *reset)
{
	return hot->owner && reset->active && !reset->pid &&
	       !strncmp(hot->owner->comm, reset->comm, sizeof(reset->comm));
}

static void name_listener(struct cause_found *found,
                          const struct ledger *ledger, enum reset_kind kind)
{
	const struct reset_tally *tally = &ledger->tally;
	struct hot hot = { .at = 0 };

	while (hot_next(ledger, &hot)) {
		if (hot.listener->port != tally->port[kind])
			continue;
		listener_format(hot.listener, found->listener,
		                sizeof(found->listener));
		if (!tally->by_client[kind] &&
		    is_owner(&hot, tally->first[kind]))
			found_process(found, hot.owner->pid, hot.owner->comm);
	}
}

void found_resets(struct cause_found *found, const struct ledger *ledger,
                  enum reset_kind kind)
{
	const struct seen_reset *first;
	char name[sizeof(found->evidence[0].name)];

	if (kind == RESET_KINDS || !ledger->tally.n[kind])
		return;
	first = ledger->tally.first[kind];
	/* of a known kind, so the reason is a known word */
	(void)snprintf(name, sizeof(name), "traced resets %s", first->reason);
	found_evidence(found, name, ledger->tally.n[kind]);
	if (ledger->tally.pid[kind])
		found_process(found, first->pid, first->comm);
	name_listener(found, ledger, kind);
}

void found_count_text(struct count_range connections, char *buf, size_t size)
{
	if (!connections.max)
		(void)snprintf(buf, size, "no connection");
	else if (!connections.min)
		(void)snprintf(buf, size, "up to %" PRIu64 " connection%s",
		               connections.max,
		               connections.max == 1 ? "" : "s");
	else if (connections.min == connections.max)
		(void)snprintf(buf, size, "%" PRIu64 " connection%s",
		               connections.max,
		               connections.max == 1 ? "" : "s");
	else
		(void)snprintf(buf, size,
		               "%" PRIu64 " to %" PRIu64 " connections",
		               connections.min, connections.max);
}

void found_what(struct cause_found *found, const char *did)
{
	const bool is_one = found->max == 1 && !strncmp(did, "were ", 5);
	char count[64];

	found_count_text((struct count_range){ found->min, found->max }, count,
	                 sizeof(count));
	(void)snprintf(found->what, sizeof(found->what), "%s %s%s",
	               found->max ? count : "some connections",
	               is_one ? "was " : "", did + (is_one ? 5 : 0));
}

void found_raise(struct remedy *ret, const struct ledger *ledger,
                 const struct netns_facts *ns, enum sysctl_id id, uint64_t need)
{
	const struct host *host = ledger->incident->after;
	const struct rule_input in = {
		.host = host,
		.ns = ns ? ns : &host->ns[0],
	};

	if (host_sysctl(host, in.ns, id)->state == FACT_KNOWN)
		remedy_raise(ret, &in, id, need, 1);
}

void found_set(struct remedy *ret, const struct ledger *ledger,
               const struct netns_facts *ns, enum sysctl_id id, const char *to)
{
	const struct host *host = ledger->incident->after;
	const struct rule_input in = { .host = host, .ns = ns };

	remedy_sysctl(ret, &in, id, to);
}

static struct count_range draw(struct ledger *ledger, const struct claim *claim)
{
	return claim->pool == POOL_OTHER
	               ? ledger_draw_other(ledger, claim->want, claim->each)
	               : ledger_draw(ledger, claim->pool, claim->want);
}

struct count_range found_claim(struct ledger *ledger, const struct claim *claim)
{
	const struct count_range drawn = draw(ledger, claim);
	struct cause_found found;

	if (!drawn.max && !claim->always)
		return drawn;
	found = found_make(claim->cause, ledger_where(ledger, claim->where),
	                   drawn, claim->confidence);
	found_what(&found, claim->did);
	(void)snprintf(found.why, sizeof(found.why), "%s", claim->why);
	found_counters(&found, ledger->sum, claim->counters);
	found_evidence(&found, claim->more.name, claim->more.count);
	found_resets(&found, ledger, claim->kind);
	found.remedy = claim->remedy;
	ledger_emit(ledger, &found);
	return drawn;
}
