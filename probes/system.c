// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * system - see system.h. Names are kept as they are; whoever shows them
 * escapes them.
 */
#include "probes/system.h"

#include <stdio.h>
#include <sys/utsname.h>
#include <time.h>

#include "probes/facts.h"
#include "probes/registry.h"

void system_parse(const struct utsname *uts, struct host *ret)
{
	(void)snprintf(ret->name, sizeof(ret->name), "%s", uts->nodename);
	(void)snprintf(ret->kernel, sizeof(ret->kernel), "%s", uts->release);
}

static int run(const struct probe_env *env, struct host *host,
               struct netns_facts *ns, struct err *err)
{
	struct timespec now;
	struct utsname uts;

	(void)env;
	(void)ns;
	(void)err;
	if (!uname(&uts))
		system_parse(&uts, host);
	if (!clock_gettime(CLOCK_REALTIME, &now))
		host->taken_at_ns = (uint64_t)now.tv_sec * 1000000000U +
		                    (uint64_t)now.tv_nsec;
	return 0;
}

const struct probe probe_system = {
	.name = "system",
	.scope = PROBE_HOST,
	.serves = PROBE_FOR_CHECK | PROBE_FOR_LISTENERS | PROBE_FOR_LOAD |
	          PROBE_FOR_POLICY,
	.run = run,
};
