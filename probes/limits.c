// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * limits - see limits.h. Another process's limits are not looked at: the
 * load test runs in this one.
 */
#include "probes/limits.h"

#include <errno.h>
#include <sys/resource.h>

#include "probes/facts.h"
#include "probes/proc_limits.h"
#include "probes/registry.h"

static struct fact_u64 limit_fact(rlim_t limit)
{
	return fact_known(limit == RLIM_INFINITY ? UINT64_MAX : limit);
}

void limits_parse(const struct rlimit *limit, struct limits_facts *ret)
{
	ret->nofile_soft = limit_fact(limit->rlim_cur);
	ret->nofile_hard = limit_fact(limit->rlim_max);
}

static int run(const struct probe_env *env, struct host *host,
               struct netns_facts *ns, struct err *err)
{
	struct fact_u64 *open = &host->limits.nofile_open;
	struct rlimit limit;

	(void)ns;
	(void)err;
	*open = proc_limits_fds(env->root_fd, "proc/self/fd");
	if (open->state == FACT_KNOWN && open->value)
		open->value--; /* the one that it took to count them */
	if (getrlimit(RLIMIT_NOFILE, &limit)) {
		const enum fact_state state = fact_state_from_errno(-errno);

		host->limits.nofile_soft.state = state;
		host->limits.nofile_hard.state = state;
		return 0;
	}
	limits_parse(&limit, &host->limits);
	return 0;
}

const struct probe probe_limits = {
	.name = "limits",
	.scope = PROBE_HOST,
	.serves = PROBE_FOR_CHECK | PROBE_FOR_LOAD,
	.run = run,
};
