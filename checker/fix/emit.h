/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * emit - a plan as something else applies it: one file and one constant a
 * form. Pure but for the stream.
 *
 * What a form cannot express (a running listener, a sysctl of the whole host
 * in a container's settings) stands in it as a comment that says what to do.
 */
#ifndef KILOFLOW_CHECKER_FIX_EMIT_H
#define KILOFLOW_CHECKER_FIX_EMIT_H

#include <stdio.h>

struct fix_steps;

struct fix_emitter {
	const char *name; /* "sysctl.d", "docker", "k8s", "ansible" */
	const char *what; /* a few words, for help */
	void (*write)(const struct fix_steps *steps, FILE *out);
};

extern const struct fix_emitter fix_emit_sysctl_d;
extern const struct fix_emitter fix_emit_docker;
extern const struct fix_emitter fix_emit_k8s;
extern const struct fix_emitter fix_emit_ansible;

/** fix_emitters - ends with NULL */
extern const struct fix_emitter *const fix_emitters[];

/** fix_emitter_by_name - NULL when there is none */
const struct fix_emitter *fix_emitter_by_name(const char *name);

#endif
