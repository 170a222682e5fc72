// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * drift.loaders - systemd-sysctl and `sysctl --system` set the same.
 *
 * Only one of them runs at boot; but the other is what people type after
 * they changed a file, and what some packages run. A note: what the boot
 * brings is judged by the other rules.
 */
#include <stdio.h>

#include "rules/drift/reboot.h"
#include "rules/rule.h"

/* "sets 128 (/etc/sysctl.conf:3)" */
static void describe(const struct drift_set *set, char *buf, size_t size)
{
	char line[REBOOT_LINE_SIZE];

	(void)snprintf(buf, size, "leaves it alone");
	if (!set->set)
		return;
	reboot_line(&set->line, line);
	(void)snprintf(buf, size, "sets %s (%s)",
	               set->value.text[0] ? set->value.text : "none", line);
}

static void judge_key(const struct rule *self, const struct rule_input *in,
                      enum sysctl_id id, const struct drift *drift)
{
	const struct drift_key *key = &drift->key[id];
	const bool systemd = drift->boot == SYSCTL_LOADER_SYSTEMD;
	const char *name = sysctl_desc(id)->key;
	struct finding finding = {
		.rule = self,
		.verdict = VERDICT_NOTE,
		.ns = in->ns,
	};
	char by_systemd[192];
	char by_procps[192];

	if (!key->loaders_differ)
		return;
	describe(&key->by[SYSCTL_LOADER_SYSTEMD], by_systemd,
	         sizeof(by_systemd));
	describe(&key->by[SYSCTL_LOADER_PROCPS], by_procps, sizeof(by_procps));
	(void)snprintf(finding.subject, sizeof(finding.subject), "%s", name);
	(void)snprintf(finding.what, sizeof(finding.what),
	               "%s depends on who reads the files: at boot %s %s", name,
	               systemd ? "systemd-sysctl" : "sysctl --system",
	               systemd ? by_systemd : by_procps);
	(void)snprintf(finding.why, sizeof(finding.why), "%s %s",
	               systemd ? "sysctl --system" : "systemd-sysctl",
	               systemd ? by_procps : by_systemd);
	in->emit(in->to, &finding);
}

static void judge(const struct rule *self, const struct rule_input *in)
{
	const struct drift *drift = reboot_drift(self, in);

	for (enum sysctl_id id = 0; drift && id < SYSCTL_COUNT; id++)
		judge_key(self, in, id, drift);
}

const struct rule rule_drift_loaders = {
	.id = "drift.loaders",
	.group = GROUP_REBOOT,
	.scope = SCOPE_NETNS,
	.of_boot = true,
	.title = "systemd-sysctl and sysctl --system set the same",
	.ref = "sysctl.d(5):systemd-sysctl and sysctl(8) --system",
	.explain =
		"Two programs read the same files and do not set the same: systemd-sysctl, which a host with systemd runs at boot, and `sysctl --system`, which people run after they changed a file. So a value may change when somebody types a command, and change back at the next boot.\n\n"
		"The usual reason is /etc/sysctl.conf: `sysctl --system` reads it last, so that it always wins; systemd-sysctl reads it only where a file in /etc/sysctl.d is linked to it (99-sysctl.conf on Debian 12), in the order of that name.\n\n"
		"Others are rare. A value that the kernel refuses leaves with `sysctl --system` what an earlier line set, and with systemd-sysctl the default. A line \"-KEY\" without a value takes an earlier assignment of KEY back with systemd-sysctl only. Files whose name begins with a dot are read by `sysctl --system` only. A carriage return in the middle of a line, or braces in a glob, mean something to systemd-sysctl only.\n\n"
		"To have one answer, set each key in one file of /etc/sysctl.d, and nothing in /etc/sysctl.conf.",
	.judge = judge,
};
