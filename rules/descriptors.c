// SPDX-License-Identifier: GPL-2.0-or-later
/* descriptors - see descriptors.h. */
#include "rules/descriptors.h"

#include "probes/facts.h"
#include "probes/need.h"
#include "rules/saturate.h"

uint64_t descriptors_used(const struct proc_limits_facts *process)
{
	return process->fds.state == FACT_KNOWN ? process->fds.value
	                                        : NEED_FDS_OVERHEAD;
}

uint64_t descriptors_needed(const struct proc_limits_facts *process,
                            const struct need *need)
{
	return saturate_add(descriptors_used(process), need->fds_server);
}
