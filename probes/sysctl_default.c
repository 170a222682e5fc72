// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * sysctl_default - see sysctl_default.h. Distributions carry changes back to
 * older kernels, so a value that any version began with may be a default.
 *
 * Not known here: what is chosen when a kernel is built (the congestion
 * control), and fs.file-max, which is either computed from the memory or,
 * with systemd since version 240, as large as it can be.
 */
#include "probes/sysctl_default.h"

#include <string.h>

#include "probes/base/num.h"

/* Version x.y as one number. */
#define VERSION(x, y) ((x)*1000U + (y))

/* No version's default: what systemd sets first, or a kernel built otherwise.
 */
#define ELSEWHERE UINT32_MAX

struct built_in {
	enum sysctl_id id;
	unsigned int since; /* VERSION() */
	unsigned int n;
	int64_t v[2];
};

/* Of several rows for a sysctl the last that is old enough holds. */
static const struct built_in built_ins[] = {
	{ SYSCTL_SOMAXCONN, 0, 1, { 128 } },
	{ SYSCTL_SOMAXCONN, VERSION(5, 4), 1, { 4096 } },
	{ SYSCTL_SYNCOOKIES, 0, 1, { 1 } },
	{ SYSCTL_ABORT_ON_OVERFLOW, 0, 1, { 0 } },
	{ SYSCTL_SYNACK_RETRIES, 0, 1, { 5 } },
	{ SYSCTL_SYN_RETRIES, 0, 1, { 5 } },
	{ SYSCTL_SYN_RETRIES, VERSION(3, 7), 1, { 6 } },
	{ SYSCTL_SYN_LINEAR_TIMEOUTS, 0, 1, { 4 } },
	{ SYSCTL_PORT_RANGE, 0, 2, { 32768, 61000 } },
	{ SYSCTL_PORT_RANGE, VERSION(4, 2), 2, { 32768, 60999 } },
	{ SYSCTL_RESERVED_PORTS, 0, 1, { 0 } },
	{ SYSCTL_UNPRIVILEGED_PORT_START, 0, 1, { 1024 } },
	{ SYSCTL_TW_REUSE, 0, 1, { 0 } },
	{ SYSCTL_TW_REUSE, VERSION(4, 19), 1, { 2 } },
	{ SYSCTL_TW_REUSE_DELAY, 0, 1, { 1000 } },
	{ SYSCTL_FIN_TIMEOUT, 0, 1, { 60 } },
	{ SYSCTL_ORPHAN_RETRIES, 0, 1, { 0 } },
	{ SYSCTL_RETRIES2, 0, 1, { 15 } },
	{ SYSCTL_KEEPALIVE_TIME, 0, 1, { 7200 } },
	{ SYSCTL_KEEPALIVE_PROBES, 0, 1, { 9 } },
	{ SYSCTL_KEEPALIVE_INTVL, 0, 1, { 75 } },
	{ SYSCTL_TIMESTAMPS, 0, 1, { 1 } },
	{ SYSCTL_MODERATE_RCVBUF, 0, 1, { 1 } },
	{ SYSCTL_LIMIT_OUTPUT_BYTES, 0, 1, { 131072 } },
	{ SYSCTL_LIMIT_OUTPUT_BYTES, VERSION(4, 1), 1, { 262144 } },
	{ SYSCTL_LIMIT_OUTPUT_BYTES, VERSION(5, 0), 1, { 1 << 20 } },
	{ SYSCTL_LIMIT_OUTPUT_BYTES, VERSION(6, 16), 1, { 4 << 20 } },
	{ SYSCTL_RMEM_DEFAULT, 0, 1, { 212992 } },
	{ SYSCTL_WMEM_DEFAULT, 0, 1, { 212992 } },
	{ SYSCTL_RMEM_MAX, 0, 1, { 212992 } },
	{ SYSCTL_RMEM_MAX, VERSION(6, 18), 1, { 4 << 20 } },
	{ SYSCTL_WMEM_MAX, 0, 1, { 212992 } },
	{ SYSCTL_WMEM_MAX, VERSION(6, 18), 1, { 4 << 20 } },
	{ SYSCTL_NETDEV_MAX_BACKLOG, 0, 1, { 1000 } },
	{ SYSCTL_NETDEV_BUDGET, 0, 1, { 300 } },
	{ SYSCTL_NETDEV_BUDGET_USECS, ELSEWHERE, 1, { 2000 } },  /* HZ 1000 */
	{ SYSCTL_NETDEV_BUDGET_USECS, ELSEWHERE, 1, { 6666 } },  /* 300 */
	{ SYSCTL_NETDEV_BUDGET_USECS, ELSEWHERE, 1, { 8000 } },  /* 250 */
	{ SYSCTL_NETDEV_BUDGET_USECS, ELSEWHERE, 1, { 20000 } }, /* 100 */
	{ SYSCTL_SLOW_START_AFTER_IDLE, 0, 1, { 1 } },
	{ SYSCTL_NO_METRICS_SAVE, 0, 1, { 0 } },
	{ SYSCTL_CHILD_EHASH_ENTRIES, 0, 1, { 0 } },
	{ SYSCTL_MIGRATE_REQ, 0, 1, { 0 } },
	{ SYSCTL_NR_OPEN, 0, 1, { 1048576 } },
	{ SYSCTL_NR_OPEN, ELSEWHERE, 1, { 1073741816 } }, /* systemd 240 */
	{ SYSCTL_MAX_MAP_COUNT, 0, 1, { 65530 } },
};

#define N_BUILT_INS (sizeof(built_ins) / sizeof(built_ins[0]))

static unsigned int version_of(const char *release)
{
	const char *cursor = release;
	const char *end = release + strlen(release);
	uint64_t x;
	uint64_t y;

	if (num_scan_u64(&cursor, end, &x) || cursor == end ||
	    *cursor++ != '.' || num_scan_u64(&cursor, end, &y) || x > 999 ||
	    y > 999)
		return ELSEWHERE - 1;
	return VERSION((unsigned int)x, (unsigned int)y);
}

bool sysctl_default(enum sysctl_id id, const char *release,
                    struct sysctl_value *ret)
{
	const unsigned int version = version_of(release);
	bool found = false;

	for (size_t i = 0; i < N_BUILT_INS; i++) {
		const struct built_in *row = &built_ins[i];

		if (row->id != id || row->since > version)
			continue;
		*ret = (struct sysctl_value){
			.n = row->n,
			.v = { row->v[0], row->v[1] },
			.text = span_of("", 0),
		};
		found = true;
	}
	return found;
}

static bool may_be_built_in(enum sysctl_id id, const struct sysctl_fact *fact)
{
	bool any = false;

	for (size_t i = 0; i < N_BUILT_INS; i++) {
		const struct built_in *row = &built_ins[i];

		if (row->id != id)
			continue;
		if (!memcmp(row->v, fact->v, row->n * sizeof(row->v[0])))
			return true;
		any = true;
	}
	return !any;
}

/* From the number of hash buckets: net/ipv4/tcp.c:tcp_init() and others. */
static bool is_power_of_two(int64_t v)
{
	return v > 0 && !(v & (v - 1));
}

/* net/ipv4/tcp.c:tcp_init_mem() */
static bool is_computed_mem(const int64_t v[static 3])
{
	return v[0] == v[1] / 4 * 3 && v[2] == v[0] * 2;
}

/* net/ipv4/tcp.c:tcp_init(); 87380 before 4.20, 32 MiB since 6.16 */
static bool is_computed_rmem(const int64_t v[static 3])
{
	return v[0] == 4096 && (v[1] == 131072 || v[1] == 87380) &&
	       (v[2] <= 6 << 20 || v[2] == 32 << 20);
}

static bool is_computed_wmem(const int64_t v[static 3])
{
	return v[0] == 4096 && v[1] == 16384 && v[2] <= 4 << 20;
}

bool sysctl_may_be_default(enum sysctl_id id, const struct sysctl_fact *fact)
{
	switch (id) {
	case SYSCTL_MAX_SYN_BACKLOG:
	case SYSCTL_MAX_TW_BUCKETS:
	case SYSCTL_MAX_ORPHANS:
		return is_power_of_two(fact->v[0]);
	case SYSCTL_TCP_MEM:
		return is_computed_mem(fact->v);
	case SYSCTL_TCP_RMEM:
		return is_computed_rmem(fact->v);
	case SYSCTL_TCP_WMEM:
		return is_computed_wmem(fact->v);
	default:
		return may_be_built_in(id, fact);
	}
}
