// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * plan_memory - does memory bear what a sysctl would allow? See planning.h.
 *
 * What is allowed is not what is taken: but nothing else keeps the kernel from
 * taking it, and it cannot swap it out. Each sysctl is looked at by itself;
 * several of them bound the same connections.
 */
#include "checker/fix/planning.h"

#include <inttypes.h>
#include <stdio.h>

#include "probes/facts.h"
#include "probes/supply.h"
#include "probes/sysctl_value.h"
#include "rules/saturate.h"

#define MIB (UINT64_C(1) << 20)

/*
 * What one more costs, measured on 6.18. A limit of listeners costs where
 * connections fill it: one listener's is counted.
 */
static const struct cost {
	enum sysctl_id id;
	unsigned int number; /* of several: which of them bounds */
	uint64_t bytes;      /* 0: a page */
} costs[] = {
	{ SYSCTL_SOMAXCONN, 0, 2368 + 320 },     /* a socket, a request */
	{ SYSCTL_TCP_MEM, 2, 0 },                /* a page of buffers */
	{ SYSCTL_CONNTRACK_MAX, 0, 320 },        /* an entry, its extensions */
	{ SYSCTL_MAX_TW_BUCKETS, 0, 256 },       /* what is left of a socket */
	{ SYSCTL_MAX_ORPHANS, 0, 2368 },         /* a socket without its file */
	{ SYSCTL_FILE_MAX, 0, 192 + 192 + 832 }, /* file, dentry, inode */
};

/* A negative bound bounds nothing, or lets nothing through. */
static uint64_t number_of(const struct sysctl_value *value, unsigned int i)
{
	return value->v[i] > 0 ? (uint64_t)value->v[i] : 0;
}

static uint64_t bytes_more(const struct planning *planning, enum sysctl_id id,
                           const struct sysctl_value *from,
                           const struct sysctl_value *to)
{
	for (size_t i = 0; i < sizeof(costs) / sizeof(costs[0]); i++) {
		const struct cost *cost = &costs[i];
		const unsigned int n = cost->number;

		if (cost->id != id)
			continue;
		return saturate_mul(
			saturate_sub(number_of(to, n), number_of(from, n)),
			cost->bytes ? cost->bytes
				    : supply_page_bytes(planning->wish->host));
	}
	return 0;
}

bool plan_exceeds(const struct planning *planning, enum sysctl_id id,
                  const struct sysctl_value *from,
                  const struct sysctl_value *to, char *why, size_t size)
{
	const struct fact_u64 available =
		planning->wish->host->memory.available_bytes;
	const uint64_t bytes = bytes_more(planning, id, from, to);

	why[0] = '\0';
	if (available.state == FACT_KNOWN && bytes > available.value)
		(void)snprintf(
			why, size,
			"it would let the kernel take %" PRIu64
			" MiB more, and %" PRIu64
			" MiB are available: fewer flows, or more memory",
			bytes / MIB, available.value / MIB);
	else if (available.state != FACT_KNOWN && bytes && id == SYSCTL_TCP_MEM)
		(void)snprintf(
			why, size,
			"it would let TCP take %" PRIu64
			" MiB more, and what is available is unknown (%s): set it by hand",
			bytes / MIB, fact_state_name(available.state));
	return why[0];
}
