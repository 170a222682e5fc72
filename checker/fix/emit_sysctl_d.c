// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * emit_sysctl_d - a file of sysctl.d.
 *
 * It does not begin as those of fix_persist() do: whoever puts it into place
 * owns it, and no later fix changes it.
 */
#include "checker/fix/emit.h"

#include "checker/fix/emit_words.h"

static void write_file(const struct fix_steps *steps, FILE *out)
{
	struct emit_setting settings[SYSCTL_COUNT];
	const size_t n = emit_host_settings(steps, settings);

	emit_comment(out, "%s, from `kiloflow check --fix --emit sysctl.d`.",
	             emit_path(steps));
	emit_comment(out, "`sysctl --system` puts it in force.");
	for (size_t i = 0; i < n; i++) {
		(void)fprintf(out, "%s = ", settings[i].desc->key);
		emit_plain(settings[i].value, out);
		(void)fputc('\n', out);
	}
	emit_rest(steps, EMIT_FOR_HOST, out);
}

const struct fix_emitter fix_emit_sysctl_d = {
	.name = "sysctl.d",
	.what = "a file for /etc/sysctl.d",
	.write = write_file,
};
