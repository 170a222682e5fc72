// SPDX-License-Identifier: GPL-2.0-or-later
/* persist_obstacle - see persist_obstacle.h. */
#include "checker/fix/persist_obstacle.h"

#include <stdio.h>
#include <string.h>

#include "probes/base/text.h"

/* "/etc/sysctl.conf:12" */
static void format_line(const struct sysctl_line *line, char *buf, size_t size)
{
	char path[96];

	(void)text_escape(path, sizeof(path), line->file->path,
	                  strlen(line->file->path));
	(void)snprintf(buf, size, "%s:%u", path, line->number);
}

/*
 * The sysctl for whose value the kernel may refuse that of @id; @id itself
 * for all that stand alone. See sysctl_simulate.c:ports_agree().
 */
static enum sysctl_id rival_of(enum sysctl_id id)
{
	switch (id) {
	case SYSCTL_PORT_RANGE:
		return SYSCTL_UNPRIVILEGED_PORT_START;
	case SYSCTL_UNPRIVILEGED_PORT_START:
		return SYSCTL_PORT_RANGE;
	default:
		return id;
	}
}

static void say_line(enum sysctl_id id, const char *what,
                     const struct sysctl_outcome *outcome, char *buf,
                     size_t size)
{
	char line[128];
	char raw[64];
	char value[64];

	format_line(&outcome->line, line, sizeof(line));
	sysctl_value_format(sysctl_desc(id), &outcome->value, raw, sizeof(raw));
	(void)text_escape(value, sizeof(value), raw, strlen(raw));
	(void)snprintf(buf, size,
	               "%s sets %s to %s; change or delete that line", line,
	               what, value);
}

void persist_obstacle(enum sysctl_id id, const struct sysctl_outcome outcomes[],
                      char *buf, size_t size)
{
	const struct sysctl_outcome *outcome = &outcomes[id];
	const enum sysctl_id rival = rival_of(id);
	char line[128];

	if (outcome->set) {
		say_line(id, "it", outcome, buf, size);
	} else if (outcome->without.file) {
		format_line(&outcome->without, line, sizeof(line));
		(void)snprintf(buf, size, "%s takes it out; delete that line",
		               line);
	} else if (outcomes[rival].set) {
		say_line(rival, sysctl_desc(rival)->key, &outcomes[rival], buf,
		         size);
	} else {
		(void)snprintf(buf, size, "no kernel accepts that value");
	}
}
