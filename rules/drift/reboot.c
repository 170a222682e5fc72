// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * reboot - see reboot.h. The host that is judged again is a copy, with one
 * sysctl changed: no rule has to know that it is asked about the future.
 *
 * What follows from several changes at once is not asked: each is said.
 */
#include "rules/drift/reboot.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "probes/base/text.h"
#include "rules/engine.h"
#include "rules/rule.h"
#include "rules/saturate.h"

const struct drift *reboot_drift(const struct rule *self,
                                 const struct rule_input *in)
{
	const struct drift *drift = in->host->drift;
	struct finding finding = {
		.rule = self,
		.verdict = VERDICT_UNKNOWN,
		.ns = in->ns,
	};
	char path[REBOOT_LINE_SIZE];

	if (!drift->unread[0])
		return drift;
	(void)text_escape(path, sizeof(path), drift->unread,
	                  strlen(drift->unread));
	(void)snprintf(finding.subject, sizeof(finding.subject), "%s", path);
	(void)snprintf(finding.what, sizeof(finding.what),
	               "what %s sets at boot is unknown (%s)", path,
	               fact_state_name(drift->unread_state));
	(void)snprintf(finding.why, sizeof(finding.why), "%s",
	               drift->unread_state == FACT_DENIED
	                       ? "it may not be read: run kiloflow as root"
	                       : "it is not what it should be: look at it");
	in->emit(in->to, &finding);
	return NULL;
}

/* ---- judging again ---- */

struct future {
	struct host host;
	struct netns_facts ns;
};

/* Only of the host's own namespace; without drift, which is asking. */
static void present(const struct rule_input *in, struct future *ret)
{
	ret->host = *in->host;
	ret->ns = *in->ns;
	ret->host.ns = &ret->ns;
	ret->host.n_ns = 1;
	ret->host.drift = NULL;
}

/* After a reboot no port is in use; reserved ones all count as in the range. */
static void set_ports(struct netns_facts *ns)
{
	const struct sysctl_fact *range = &ns->sysctl[SYSCTL_PORT_RANGE];
	const struct sysctl_fact *reserved = &ns->sysctl[SYSCTL_RESERVED_PORTS];
	uint64_t ports;

	if (range->state != FACT_KNOWN || ns->ports.free.state != FACT_KNOWN)
		return;
	ports = saturate_add(saturate_sub(saturate_sysctl(range, 1),
	                                  saturate_sysctl(range, 0)),
	                     1);
	if (reserved->state == FACT_KNOWN)
		ports = saturate_sub(ports, saturate_sysctl(reserved, 0));
	ns->ports.usable = fact_known(ports);
	ns->ports.free = fact_known(ports);
}

static void set_sysctl(struct future *future, enum sysctl_id id,
                       const struct drift_value *value)
{
	struct sysctl_fact *fact = sysctl_desc(id)->scope == SYSCTL_SCOPE_NETNS
	                                   ? &future->ns.sysctl[id]
	                                   : &future->host.sysctl[id];

	for (unsigned int i = 0; i < value->n; i++)
		fact->v[i] = value->v[i];
	memcpy(fact->text, value->text, sizeof(fact->text));
	if (id == SYSCTL_PORT_RANGE || id == SYSCTL_RESERVED_PORTS)
		set_ports(&future->ns);
}

static void note_fail(void *to, const struct finding *finding)
{
	bool *fails = to;

	if (finding->verdict == VERDICT_FAIL)
		*fails = true;
}

static bool fails(const struct rule *rule, const struct rule_input *in,
                  const struct host *host)
{
	bool failed = false;
	const struct rule_input again = {
		.host = host,
		.goal = in->goal,
		.need = in->need,
		.emit = note_fail,
		.to = &failed,
	};

	engine_judge(rule, &again, NULL);
	return failed;
}

struct reboot_effect reboot_effect(const struct rule_input *in,
                                   enum sysctl_id id,
                                   const struct drift_value *value)
{
	struct reboot_effect effect = { 0 };
	struct future now;
	struct future then;

	present(in, &now);
	present(in, &then);
	set_sysctl(&then, id, value);
	for (size_t i = 0; rules[i]; i++) {
		const struct rule *rule = rules[i];
		bool today;
		bool afterwards;

		if (rule->scope != SCOPE_HOST && rule->scope != SCOPE_NETNS)
			continue;
		today = fails(rule, in, &now.host);
		afterwards = fails(rule, in, &then.host);
		if (afterwards && !today)
			effect.breaks = rule;
		if (today && !afterwards)
			effect.mends = rule;
	}
	return effect;
}

/* ---- saying it ---- */

void reboot_say(struct finding *finding, const struct reboot_effect *effect)
{
	char part[96];

	if (effect->breaks) {
		finding->verdict = VERDICT_WARN;
		(void)snprintf(part, sizeof(part),
		               "%s fails for this goal then",
		               effect->breaks->id);
	} else if (effect->mends) {
		(void)snprintf(part, sizeof(part),
		               "%s, which fails now, holds then",
		               effect->mends->id);
	} else {
		return;
	}
	text_join(finding->why, sizeof(finding->why), "; ", part);
}

void reboot_line(const struct drift_line *line, char buf[REBOOT_LINE_SIZE])
{
	/* the name is what counts, and the longest is 255 bytes */
	const size_t max = REBOOT_LINE_SIZE - sizeof(":4294967295");
	const size_t len = strlen(line->path);
	const char *from = len > max ? line->path + (len - max) : line->path;
	const size_t used = text_escape(buf, max + 1, from, strlen(from));

	(void)snprintf(buf + used, REBOOT_LINE_SIZE - used, ":%u",
	               line->number);
}

void reboot_loser(const struct drift_set *set, struct finding *finding)
{
	static const char *const reasons[] = {
		[SYSCTL_LOST_LATER] = "a later line does",
		[SYSCTL_LOST_EXPLICIT] = "another line names the key itself",
		[SYSCTL_LOST_EXCLUDED] = "another line excludes the key",
		[SYSCTL_LOST_REFUSED] = "the kernel refuses that value",
		[SYSCTL_LOST_MASKED] = "a file of the same name masks it",
		[SYSCTL_LOST_NOT_READ] = "that file is not read at boot",
	};
	char line[REBOOT_LINE_SIZE];
	char part[224];

	if (!set->lost)
		return;
	reboot_line(&set->lost_line, line);
	(void)snprintf(part, sizeof(part), "%s does not set it: %s", line,
	               reasons[set->lost_why]);
	text_join(finding->why, sizeof(finding->why), "; ", part);
}
