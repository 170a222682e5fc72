// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * system - see system.h. Names are kept as they are; whoever shows them
 * escapes them.
 */
#include "probes/system.h"

#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>

#include "probes/base/file.h"
#include "probes/facts.h"
#include "probes/registry.h"

void system_parse(const struct utsname *uts, struct host *ret)
{
	(void)snprintf(ret->name, sizeof(ret->name), "%s", uts->nodename);
	(void)snprintf(ret->kernel, sizeof(ret->kernel), "%s", uts->release);
}

/* It only tells two sets of facts apart. */
static void read_boot_id(int root_fd, struct host *host)
{
	char text[sizeof(host->boot_id)];
	size_t len;

	if (file_read(root_fd, "proc/sys/kernel/random/boot_id", text,
	              sizeof(text), &len, NULL))
		return;
	memcpy(host->boot_id, text, strcspn(text, "\n"));
}

static int run(const struct probe_env *env, struct host *host,
               struct netns_facts *ns, struct err *err)
{
	struct timespec now;
	struct utsname uts;

	(void)ns;
	(void)err;
	read_boot_id(env->root_fd, host);
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
