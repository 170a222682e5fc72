// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * drift.lost - no value in force is lost at the next boot.
 *
 * That no file sets a key is no finding where its value may be the kernel's
 * own: only a value that no kernel begins with was set by somebody. For what
 * the kernel computes at boot, such as net.ipv4.tcp_mem, the shape of it is
 * all there is to go by; fs.file-max has none, and is never judged.
 */
#include <stdio.h>

#include "rules/drift/reboot.h"
#include "rules/rule.h"

/* No file sets it, so any file will do; and a word may need quoting. */
static void propose(enum sysctl_id id, const struct drift_key *key,
                    const struct drift_set *set, struct remedy *ret)
{
	const char *name = sysctl_desc(id)->key;

	ret->kind = REMEDY_CONFIG;
	(void)snprintf(ret->key, sizeof(ret->key), "%s", name);
	(void)snprintf(ret->from, sizeof(ret->from), "%s", key->initial.text);
	(void)snprintf(ret->to, sizeof(ret->to), "%s", key->now);
	if (!set->lost && sysctl_desc(id)->type != SYSCTL_TYPE_WORD)
		(void)snprintf(
			ret->command, sizeof(ret->command),
			"echo '%s = %s' >>/etc/sysctl.d/99-kiloflow.conf", name,
			key->now);
}

static void judge_key(const struct rule *self, const struct rule_input *in,
                      enum sysctl_id id, const struct drift *drift)
{
	const struct drift_key *key = &drift->key[id];
	const struct drift_set *set = &key->by[drift->boot];
	const char *name = sysctl_desc(id)->key;
	struct finding finding = {
		.rule = self,
		.verdict = VERDICT_NOTE,
		.ns = in->ns,
		.why = "it is then what the kernel computes at boot",
	};
	struct reboot_effect effect = { 0 };

	if (set->set || key->kept)
		return;
	(void)snprintf(finding.subject, sizeof(finding.subject), "%s", name);
	(void)snprintf(finding.what, sizeof(finding.what),
	               "%s is %s, and no file sets it at the next boot", name,
	               key->now);
	if (key->default_known) {
		effect = reboot_effect(in, id, &key->initial);
		(void)snprintf(finding.why, sizeof(finding.why),
		               "it is then the kernel's default, %s",
		               key->initial.text[0] ? key->initial.text
		                                    : "none");
	}
	reboot_say(&finding, &effect);
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

const struct rule rule_drift_lost = {
	.id = "drift.lost",
	.group = GROUP_REBOOT,
	.scope = SCOPE_NETNS,
	.of_boot = true,
	.title = "no value in force is lost at the next boot",
	.ref = "sysctl.d(5):systemd-sysctl and sysctl(8) --system",
	.explain =
		"A value set with `sysctl -w` lasts until the next boot. If no file in sysctl.d sets the key, it is then what the kernel begins with.\n\n"
		"Most keys of most hosts are in no file, and should not be: their value is the kernel's own. So this is a finding only for a value with which no kernel begins: net.core.somaxconn begins with 128 or, since Linux 5.4, 4096, and 65536 was set by somebody. Where the kernel computes the default from the memory of the host, only its shape can be told: the numbers of net.ipv4.tcp_mem are as 3 to 4 to 6. A key that the kernel's command line sets (sysctl.KEY=VALUE) is not lost. fs.file-max is never judged: nothing tells a computed one from another.\n\n"
		"Where the default is known the goal is judged again with it: a rule that would fail then makes this a warning. A line that sets the key and does not count is named with the reason, for example one in /etc/sysctl.conf, which systemd-sysctl does not read unless a file in /etc/sysctl.d is linked to it.",
	.judge = judge,
};
