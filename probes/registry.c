// SPDX-License-Identifier: GPL-2.0-or-later
/* registry - runs the probes that registry.h lists. */
#include "probes/registry.h"

#define PROBE_ADDRESS(name) &probe_##name,

static const struct probe *const probes[] = { PROBES(PROBE_ADDRESS) };

int probe_run(const struct probe_env *env, enum probe_scope scope,
              unsigned int for_whom, struct host *host, struct netns_facts *ns,
              struct err *err)
{
	for (size_t i = 0; i < sizeof(probes) / sizeof(probes[0]); i++) {
		const struct probe *probe = probes[i];
		int rc;

		if (probe->scope != scope || !(probe->serves & for_whom))
			continue;
		rc = probe->run(env, host, ns, err);
		if (rc)
			return rc;
	}
	return 0;
}
