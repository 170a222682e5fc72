// SPDX-License-Identifier: GPL-2.0-or-later
/* emit_ansible - tasks for ansible.posix.sysctl, which sets and keeps. */
#include "checker/fix/emit.h"

#include <string.h>

#include "checker/fix/emit_words.h"

static void write_field(const char *name, struct span value, FILE *out)
{
	(void)fprintf(out, "    %s: ", name);
	emit_quoted(value, out);
	(void)fputc('\n', out);
}

static void write_task(const struct emit_setting *setting, const char *path,
                       FILE *out)
{
	const char *key = setting->desc->key;

	(void)fprintf(out,
	              "- name: \"set %s\"\n"
	              "  ansible.posix.sysctl:\n",
	              key);
	write_field("name", span_of(key, strlen(key)), out);
	write_field("value", setting->value, out);
	write_field("sysctl_file", span_of(path, strlen(path)), out);
	(void)fputs("    state: present\n"
	            "    reload: true\n",
	            out);
}

static void write_tasks(const struct fix_steps *steps, FILE *out)
{
	struct emit_setting settings[SYSCTL_COUNT];
	const size_t n = emit_host_settings(steps, settings);

	emit_comment(out,
	             "From `kiloflow check --fix --emit ansible`: tasks, to be "
	             "run as root; they need the collection ansible.posix.");
	for (size_t i = 0; i < n; i++)
		write_task(&settings[i], emit_path(steps), out);
	if (!n)
		(void)fputs("[]\n", out);
	emit_rest(steps, EMIT_FOR_HOST, out);
}

const struct fix_emitter fix_emit_ansible = {
	.name = "ansible",
	.what = "tasks for Ansible",
	.write = write_tasks,
};
