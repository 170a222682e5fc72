/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * apply - makes the steps of a fix, all or none, and takes them back.
 */
#ifndef KILOFLOW_CHECKER_FIX_APPLY_H
#define KILOFLOW_CHECKER_FIX_APPLY_H

#include <stdbool.h>
#include <stddef.h>

#include "checker/fix/act.h"

struct err;
struct fix_steps;
struct fix_world;

/**
 * fix_apply - make all that is not skipped, in order
 * @stopped: asked before each step; true: go no further. NULL: never
 *
 * Each must stand as it was planned from, and be read back as planned. When
 * one fails, it and those before it are taken back.
 *
 * Return: 0; -EINTR when stopped; -ESTALE when one does not stand as it was
 * planned from; -EIO when one reads back as something else; what set() or
 * look() return. The words name the step; the hint what could not be taken
 * back. @ret_back: all is as it was before.
 */
int fix_apply(struct fix_world *world, const struct fix_steps *steps,
              bool (*stopped)(void), bool *ret_back, struct err *err);

/* What became of a step that was to be taken back. */
enum fix_undone {
	FIX_UNDONE_RESTORED,
	FIX_UNDONE_ALREADY, /* it is as it was, or was never made */
	FIX_UNDONE_GONE,    /* what was changed has ended */
	FIX_UNDONE_REFUSED, /* somebody changed it since: nothing was done */
	FIX_UNDONE_FAILED,
};

struct fix_undo {
	bool force;      /* restore what somebody changed since, too */
	bool files_only; /* another boot: nothing else of it is left */
	bool elsewhere;  /* what is not found may be where it was made: fails */
	/* asked before each step; true: go no further. NULL: never */
	bool (*stopped)(void);
	/*
	 * Told of each step, NULL: nobody is
	 * @now: what is there, or was before it was restored; NULL: nothing,
	 * or it could not be told
	 * @why: of REFUSED and FAILED; a warning of RESTORED, or ""
	 */
	void (*tell)(void *to, const struct fix_step *step,
	             enum fix_undone undone, const char *now, const char *why);
	void *to;
};

/**
 * fix_take_back - in reverse, as far as it goes: one that is refused or fails
 * does not keep the others from being taken back
 *
 * Return: 0 when all is as it was; -EINTR when stopped; else negative errno of
 * the first that is not: -ESTALE of one that is refused.
 */
int fix_take_back(struct fix_world *world, const struct fix_steps *steps,
                  const struct fix_undo *undo, struct err *err);

#endif
