/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * act - how a step of each kind is looked at and made: one file and one
 * constant a kind.
 *
 * Each of them moves the calling thread to the network namespace that it has
 * to be in, and leaves it there.
 *
 * To add a kind: copy act_prlimit.c, add its row to enum fix_kind and to
 * fix_acts[].
 */
#ifndef KILOFLOW_CHECKER_FIX_ACT_H
#define KILOFLOW_CHECKER_FIX_ACT_H

#include <stddef.h>

#include "checker/fix/step.h"

struct err;
struct fix_world;

/* How it stands with what a step changes. */
enum fix_now {
	FIX_NOW_FROM,  /* as it was before the fix */
	FIX_NOW_TO,    /* as the fix made it */
	FIX_NOW_OTHER, /* somebody changed it */
	FIX_NOW_GONE,  /* namespace, process or listener has ended */
};

struct fix_act {
	/*
	 * Could it be made here? Tried as far as trying changes nothing, never
	 * guessed from a version. What could not work becomes step->skipped:
	 * the reason and what to do instead.
	 */
	void (*permit)(struct fix_world *world, struct fix_step *step);
	/*
	 * @ret_text: what is there now, allocated, the caller frees it; NULL
	 * when gone, or no file
	 *
	 * Return: 0; negative errno when it cannot be told.
	 */
	int (*look)(struct fix_world *world, const struct fix_step *step,
	            enum fix_now *ret, char **ret_text, struct err *err);
	/*
	 * Set it to @value, one of step->from and step->to. Either all of it is
	 * done or nothing. What came of it is for look() to say.
	 *
	 * Return: 0; negative errno, with words that name the step.
	 */
	int (*set)(struct fix_world *world, const struct fix_step *step,
	           const char *value, struct err *err);
	/*
	 * Remove what a set() that was killed may have left beside it. NULL: it
	 * leaves nothing.
	 */
	void (*tidy)(struct fix_world *world, const struct fix_step *step);
	/*
	 * What setting it to @value costs those who use it now, in words, or
	 * "". NULL: nothing.
	 */
	void (*warn)(struct fix_world *world, const struct fix_step *step,
	             const char *value, char *buf, size_t size);
};

extern const struct fix_act fix_act_sysctl;
extern const struct fix_act fix_act_prlimit;
extern const struct fix_act fix_act_relisten;
extern const struct fix_act fix_act_file;

/**
 * fix_file_name - "99-x.conf", when @key is "/etc/sysctl.d/99-x.conf"; NULL of
 * every path that no step may touch
 */
const char *fix_file_name(const char *key);

/** fix_act - that of @kind; never NULL */
const struct fix_act *fix_act(enum fix_kind kind);

/** fix_permit - permit() of every step that is not skipped yet; again does no
 * harm
 */
void fix_permit(struct fix_world *world, struct fix_steps *steps);

/** fix_step_skip - it is not made: @err says why, and what to do */
void fix_step_skip(struct fix_step *step, const struct err *err);

/**
 * fix_step_failed - "cannot set net.core.somaxconn to 4096: " and @why
 * @value: NULL: it could not even be looked at
 *
 * Return: @code.
 */
int fix_step_failed(const struct fix_step *step, const char *value, int code,
                    const struct err *why, struct err *err);

/**
 * fix_look_failed - what look() returns when it got no further
 * @code: -ENOENT and -ESRCH: what was changed has ended, which is no error
 */
int fix_look_failed(const struct fix_step *step, int code,
                    const struct err *why, enum fix_now *ret, struct err *err);

/** fix_now_of - how it stands when @text, spelled as from and to, is there */
enum fix_now fix_now_of(const struct fix_step *step, const char *text);

#endif
