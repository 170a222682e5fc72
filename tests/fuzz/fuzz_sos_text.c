// SPDX-License-Identifier: GPL-2.0-or-later
/* fuzz_sos_text - the same bytes as each of the texts. */
#include <stddef.h>
#include <stdint.h>
#include <assert.h>
#include <string.h>

#include "probes/sos_netns.h"
#include "probes/sos_text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct span text = span_of((const char *)data, size);
	struct fact_u64 counter[COUNTER_COUNT] = { 0 };
	struct limits_facts limits = { 0 };
	struct link_facts link = { 0 };
	char name[SOS_NETNS_NAME_SIZE];
	struct span names = text;
	struct span value;

	for (enum sysctl_id id = 0; id < SYSCTL_COUNT; id++) {
		if (sos_sysctl(text, sysctl_desc(id)->key, &value))
			assert(value.at <= value.end && value.end <= text.end);
	}
	sos_nstat(text, counter);
	sos_netstat(text, counter);
	sos_limits(text, &limits);
	sos_link(text, "lo", &link);
	while (sos_netns_next(&names, name))
		assert(name[0] && strlen(name) < sizeof(name));
	(void)sos_ifindex(text, span_of("eth0", 4));
	return 0;
}
