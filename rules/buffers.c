// SPDX-License-Identifier: GPL-2.0-or-later
/* buffers - see buffers.h. */
#include "rules/buffers.h"

#include <inttypes.h>
#include <stdio.h>

#include "probes/goal.h"
#include "probes/need.h"
#include "rules/remedy.h"
#include "rules/rule.h"
#include "rules/saturate.h"

static const int64_t *numbers(const struct buffers *buffers,
                              const struct rule_input *in)
{
	return in->ns->sysctl[buffers->id].v;
}

bool buffers_small(const struct buffers *buffers, const struct rule_input *in,
                   uint64_t largest, struct finding *ret)
{
	if (largest >= in->need->buffer_bytes)
		return false;
	ret->verdict = VERDICT_WARN;
	ret->observed = fact_known(largest);
	ret->needed = fact_known(in->need->buffer_bytes);
	ret->unit = "bytes";
	(void)snprintf(ret->what, sizeof(ret->what),
	               "a flow's %s grows to no more than %" PRIu64
	               " bytes, what it has under way needs %" PRIu64,
	               buffers->name, largest, in->need->buffer_bytes);
	(void)snprintf(ret->why, sizeof(ret->why),
	               "it waits for its peer after every few packets");
	return true;
}

bool buffers_order(const struct buffers *buffers, const struct rule_input *in,
                   struct finding *ret)
{
	const int64_t *v = numbers(buffers, in);
	const bool never_grows = v[1] > v[2];

	if (v[0] <= v[1] && !never_grows)
		return false;
	ret->verdict = never_grows ? VERDICT_WARN : VERDICT_NOTE;
	(void)snprintf(ret->what, sizeof(ret->what),
	               "%s is %" PRId64 " %" PRId64 " %" PRId64
	               ": the numbers do not rise",
	               sysctl_desc(buffers->id)->key, v[0], v[1], v[2]);
	if (never_grows)
		(void)snprintf(ret->why, sizeof(ret->why),
		               "a %s begins at the second number, %" PRId64
		               " bytes, and the third lets it grow no further",
		               buffers->name, v[1]);
	else
		(void)snprintf(
			ret->why, sizeof(ret->why),
			"the first number, which a flow keeps when memory is short, is more than the %" PRId64
			" bytes that it begins with",
			v[1]);
	return true;
}

void buffers_propose(const struct buffers *buffers, const struct rule_input *in,
                     struct remedy *ret)
{
	const struct sysctl_fact *now = &in->ns->sysctl[buffers->id];
	const uint64_t need = remedy_limit(in->need->buffer_bytes, 1);
	char text[sizeof(ret->to)];
	uint64_t to[3];

	for (unsigned int i = 0; i < 3; i++) {
		to[i] = saturate_sysctl(now, i);
		if (to[i] < (uint64_t)buffers->usual[i])
			to[i] = (uint64_t)buffers->usual[i];
		if (i && to[i] < to[i - 1])
			to[i] = to[i - 1];
	}
	if (to[2] < need)
		to[2] = need;
	if (to[2] > (uint64_t)sysctl_desc(buffers->id)->max)
		return;
	(void)snprintf(text, sizeof(text), "%" PRIu64 " %" PRIu64 " %" PRIu64,
	               to[0], to[1], to[2]);
	remedy_sysctl(ret, in, buffers->id, text);
}
