// SPDX-License-Identifier: GPL-2.0-or-later
/* emit - see emit.h. */
#include "checker/fix/emit.h"

#include <string.h>

const struct fix_emitter *const fix_emitters[] = {
	&fix_emit_sysctl_d,
	&fix_emit_docker,
	&fix_emit_k8s,
	&fix_emit_ansible,
	NULL,
};

const struct fix_emitter *fix_emitter_by_name(const char *name)
{
	for (size_t i = 0; fix_emitters[i]; i++) {
		if (!strcmp(fix_emitters[i]->name, name))
			return fix_emitters[i];
	}
	return NULL;
}
