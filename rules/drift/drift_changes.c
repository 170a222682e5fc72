// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * drift.changes - at the next boot no file sets another value than is in
 * force.
 *
 * Somebody set the value that is in force by hand, or changed a file since.
 * Which of the two was meant is not judged: the finding says what will be,
 * and warns only where the goal fits now and will not fit then.
 */
#include <stdio.h>

#include "rules/drift/reboot.h"
#include "rules/rule.h"

/* No command: whether to edit that line or to overrule it is not ours. */
static void propose(enum sysctl_id id, const struct drift_key *key,
                    const struct drift_set *set, struct remedy *ret)
{
	ret->kind = REMEDY_CONFIG;
	(void)snprintf(ret->key, sizeof(ret->key), "%s", sysctl_desc(id)->key);
	(void)snprintf(ret->from, sizeof(ret->from), "%s", set->value.text);
	(void)snprintf(ret->to, sizeof(ret->to), "%s", key->now);
}

static void judge_key(const struct rule *self, const struct rule_input *in,
                      enum sysctl_id id, const struct drift *drift)
{
	const struct drift_key *key = &drift->key[id];
	const struct drift_set *set = &key->by[drift->boot];
	struct finding finding = {
		.rule = self,
		.verdict = VERDICT_NOTE,
		.ns = in->ns,
	};
	char line[REBOOT_LINE_SIZE];
	struct reboot_effect effect;

	if (!set->set || set->now != DRIFT_NOW_OTHER)
		return;
	effect = reboot_effect(in, id, &set->value);
	reboot_line(&set->line, line);
	(void)snprintf(finding.subject, sizeof(finding.subject), "%s",
	               sysctl_desc(id)->key);
	(void)snprintf(finding.what, sizeof(finding.what),
	               "%s is %.40s, and %s sets %.40s at the next boot",
	               sysctl_desc(id)->key, key->now, line, set->value.text);
	reboot_say(&finding, &effect);
	if (set->lost_why >= SYSCTL_LOST_REFUSED)
		reboot_loser(set, &finding);
	if (effect.breaks)
		propose(id, key, set, &finding.remedy);
	in->emit(in->to, &finding);
}

static void judge(const struct rule *self, const struct rule_input *in)
{
	const struct drift *drift = reboot_drift(self, in);

	for (enum sysctl_id id = 0; drift && id < SYSCTL_COUNT; id++)
		judge_key(self, in, id, drift);
}

const struct rule rule_drift_changes = {
	.id = "drift.changes",
	.group = GROUP_REBOOT,
	.scope = SCOPE_NETNS,
	.of_boot = true,
	.title = "no file sets another value at the next boot",
	.ref = "sysctl.d(5):systemd-sysctl and sysctl(8) --system",
	.explain =
		"At boot sysctls are set from files: those that end in .conf in /etc/sysctl.d, /run/sysctl.d, /usr/local/lib/sysctl.d and /usr/lib/sysctl.d, sorted by name whatever their directory; the last line that sets a key wins. A file in /etc hides one of the same name in the others, whole. A line that names a key beats one with a glob (net.ipv4.conf.*.rp_filter), wherever they stand.\n\n"
		"A host with systemd runs systemd-sysctl, others run `sysctl --system`. kiloflow follows the rules of the one that this host boots with, to the line that wins, and compares its value with the one in force. Where they differ it judges the goal again with the value to come: a rule that would fail then makes this a warning.\n\n"
		"Only the host's own network namespace is judged; these files say nothing about containers. What sets sysctls later at boot (tuned, a container runtime, a script) is not seen, and neither is a module that is not loaded yet when the files are read: its keys are missing then, and the lines for them lost.",
	.judge = judge,
};
