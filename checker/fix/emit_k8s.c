// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * emit_k8s - securityContext.sysctls of a pod; one YAML document a namespace.
 *
 * Which of them a cluster takes at once is Kubernetes' list of safe sysctls,
 * pkg/kubelet/sysctl/safe_sysctls.go; all others have to be allowed on the
 * node first, or the pod is refused (SysctlForbidden).
 */
#include "checker/fix/emit.h"

#include <string.h>

#include "checker/fix/emit_words.h"

static const struct safe {
	enum sysctl_id id;
	const char *since; /* of Kubernetes; "": longer than anybody minds */
} safe[] = {
	{ SYSCTL_PORT_RANGE, "" },
	{ SYSCTL_SYNCOOKIES, "" },
	{ SYSCTL_UNPRIVILEGED_PORT_START, "1.22" },
	{ SYSCTL_RESERVED_PORTS, "1.27" },
	{ SYSCTL_KEEPALIVE_TIME, "1.29" },
	{ SYSCTL_KEEPALIVE_INTVL, "1.29" },
	{ SYSCTL_KEEPALIVE_PROBES, "1.29" },
	{ SYSCTL_FIN_TIMEOUT, "1.29" },
	{ SYSCTL_TCP_RMEM, "1.32" },
	{ SYSCTL_TCP_WMEM, "1.32" },
};

static const struct safe *find_safe(const struct sysctl_desc *desc)
{
	for (size_t i = 0; i < sizeof(safe) / sizeof(safe[0]); i++) {
		if (sysctl_desc(safe[i].id) == desc)
			return &safe[i];
	}
	return NULL;
}

static void write_unsafe(const struct emit_setting *settings, size_t n,
                         FILE *out)
{
	const char *separator = "# on each node that may run it: kubelet "
				"--allowed-unsafe-sysctls=";
	bool any = false;

	for (size_t i = 0; i < n; i++) {
		if (find_safe(settings[i].desc))
			continue;
		(void)fprintf(out, "%s%s", separator, settings[i].desc->key);
		separator = ",";
		any = true;
	}
	if (any)
		(void)fputc('\n', out);
}

static void write_setting(const struct emit_setting *setting, FILE *out)
{
	const struct safe *known = find_safe(setting->desc);

	(void)fprintf(out, "      - name: \"%s\"", setting->desc->key);
	if (!known)
		(void)fputs(" # has to be allowed: see above", out);
	else if (known->since[0])
		(void)fprintf(out,
		              " # before Kubernetes %s it has to be allowed",
		              known->since);
	(void)fputs("\n        value: ", out);
	emit_quoted(setting->value, out);
	(void)fputc('\n', out);
}

static void write_place(const struct fix_steps *steps,
                        const struct fix_place *place, FILE *out)
{
	struct emit_setting settings[SYSCTL_COUNT];
	const size_t n = emit_place_settings(steps, place, settings);

	emit_place(place, out);
	write_unsafe(settings, n, out);
	(void)fputs("spec:\n"
	            "  securityContext:\n"
	            "    sysctls:\n",
	            out);
	for (size_t i = 0; i < n; i++)
		write_setting(&settings[i], out);
}

static void write_all(const struct fix_steps *steps, FILE *out)
{
	const struct fix_place *place;
	bool another = false;

	emit_comment(out,
	             "From `kiloflow check --fix --emit k8s`: for a pod, or a "
	             "template of pods. Not with hostNetwork.");
	for (size_t at = 0; (place = emit_next_place(steps, &at));) {
		if (another)
			(void)fputs("---\n", out);
		another = true;
		write_place(steps, place, out);
	}
	emit_rest(steps, EMIT_FOR_CONTAINER, out);
}

const struct fix_emitter fix_emit_k8s = {
	.name = "k8s",
	.what = "the securityContext of a Kubernetes pod",
	.write = write_all,
};
