// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * apply - see apply.h.
 *
 * A step that failed is taken back by force: whatever stands there since its
 * set() is our doing. Those before it are not, for somebody may have changed
 * them meanwhile.
 */
#include "checker/fix/apply.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "probes/base/err.h"
#include "probes/base/text.h"

#define NAME_SIZE 192
#define VALUE_SIZE 48

struct shown {
	char text[VALUE_SIZE];
};

/* A value as a word of a sentence; a file's content is none. */
static struct shown show(const struct fix_step *step, const char *value)
{
	struct shown shown;

	if (step->kind == FIX_FILE)
		(void)snprintf(shown.text, sizeof(shown.text), "%s",
		               value ? "a file" : "no file");
	else if (!value)
		(void)snprintf(shown.text, sizeof(shown.text), "gone");
	else
		(void)text_escape(shown.text, sizeof(shown.text), value,
		                  strlen(value));
	return shown;
}

/* --- making ------------------------------------------------------------ */

/* What it must be, and why. */
struct expected {
	enum fix_now now;
	bool written; /* it was set to that; else nobody should have set it */
};

static int refuse_other(const struct fix_step *step,
                        const struct expected *expected, const char *text,
                        struct err *err)
{
	const bool written = expected->written;
	const int code = written ? -EIO : -ESTALE;
	const struct shown is = show(step, text);
	const struct shown want =
		show(step, expected->now == FIX_NOW_TO ? step->to : step->from);
	char name[NAME_SIZE];

	fix_step_name(step, name, sizeof(name));
	if (step->kind == FIX_FILE && !strcmp(is.text, want.text))
		return err_set(err, code, "%s: its content is not %s", name,
		               written ? "what was written" : "what it was");
	return err_set(
		err, code,
		written ? "%s: is %s after %s was written"
			: "%s: is %s and no longer %s: somebody changed it meanwhile",
		name, is.text, want.text);
}

static int expect(struct fix_world *world, const struct fix_step *step,
                  struct expected expected, struct err *err)
{
	enum fix_now now = FIX_NOW_OTHER;
	char *text = NULL;
	int rc;

	rc = fix_act(step->kind)->look(world, step, &now, &text, err);
	if (!rc && now != expected.now)
		rc = refuse_other(step, &expected, text, err);
	free(text);
	return rc;
}

/* @ret_tried: something may have been changed */
static int make(struct fix_world *world, const struct fix_step *step,
                bool *ret_tried, struct err *err)
{
	int rc;

	rc = expect(world, step, (struct expected){ FIX_NOW_FROM, false }, err);
	*ret_tried = !rc;
	if (!rc)
		rc = fix_act(step->kind)->set(world, step, step->to, err);
	if (!rc)
		rc = expect(world, step, (struct expected){ FIX_NOW_TO, true },
		            err);
	return rc;
}

/* --- taking back ------------------------------------------------------- */

/* One step, and what is known of it. */
struct undoing {
	struct fix_world *world;
	const struct fix_step *step;
	enum fix_now now;
	char *text; /* what is there */
	char why[512];
	int rc;
};

static enum fix_undone fail_undo(struct undoing *undoing, int rc,
                                 const struct err *err)
{
	undoing->rc = rc;
	(void)snprintf(undoing->why, sizeof(undoing->why), "%s%s%s", err->what,
	               err->hint[0] ? "; " : "", err->hint);
	return FIX_UNDONE_FAILED;
}

static enum fix_undone refuse_undo(struct undoing *undoing)
{
	const struct fix_step *step = undoing->step;

	undoing->rc = -ESTALE;
	if (step->kind == FIX_FILE)
		(void)snprintf(undoing->why, sizeof(undoing->why),
		               "somebody %s it since",
		               undoing->text ? "wrote" : "removed");
	else
		(void)snprintf(
			undoing->why, sizeof(undoing->why),
			"somebody changed it since: it is %s, the fix had made it %s",
			show(step, undoing->text).text,
			show(step, step->to).text);
	return FIX_UNDONE_REFUSED;
}

static enum fix_undone restore(struct undoing *undoing)
{
	struct fix_world *world = undoing->world;
	const struct fix_step *step = undoing->step;
	const struct fix_act *act = fix_act(step->kind);
	struct err err = { 0 };
	int rc;

	if (act->warn)
		act->warn(world, step, step->from, undoing->why,
		          sizeof(undoing->why));
	rc = act->set(world, step, step->from, &err);
	if (!rc)
		rc = expect(world, step,
		            (struct expected){ FIX_NOW_FROM, true }, &err);
	return rc ? fail_undo(undoing, rc, &err) : FIX_UNDONE_RESTORED;
}

static enum fix_undone fail_unseen(struct undoing *undoing)
{
	char name[NAME_SIZE];
	struct err err = { 0 };

	fix_step_name(undoing->step, name, sizeof(name));
	(void)err_set(
		&err, -ESRCH,
		"%s is not found, but it need not have ended: the fix was made in another PID namespace",
		name);
	err_hint(&err, "undo it there, or forget it with --force");
	return fail_undo(undoing, -ESRCH, &err);
}

static enum fix_undone settle(struct undoing *undoing,
                              const struct fix_undo *undo)
{
	const struct fix_step *step = undoing->step;
	const struct fix_act *act = fix_act(step->kind);
	struct err err = { 0 };
	int rc;

	rc = act->look(undoing->world, step, &undoing->now, &undoing->text,
	               &err);
	if (rc)
		return fail_undo(undoing, rc, &err);
	if (act->tidy)
		act->tidy(undoing->world, step);
	if (undoing->now == FIX_NOW_GONE)
		return undo->elsewhere && !undo->force ? fail_unseen(undoing)
		                                       : FIX_UNDONE_GONE;
	if (undoing->now == FIX_NOW_FROM)
		return FIX_UNDONE_ALREADY;
	if (undoing->now == FIX_NOW_OTHER && !undo->force)
		return refuse_undo(undoing);
	return restore(undoing);
}

static int take_back(struct fix_world *world, const struct fix_step *step,
                     const struct fix_undo *undo)
{
	struct undoing undoing = { .world = world, .step = step };
	enum fix_undone undone = FIX_UNDONE_GONE;

	if (step->kind == FIX_FILE || !undo->files_only)
		undone = settle(&undoing, undo);
	if (undo->tell)
		undo->tell(undo->to, step, undone, undoing.text, undoing.why);
	free(undoing.text);
	return undoing.rc;
}

int fix_take_back(struct fix_world *world, const struct fix_steps *steps,
                  const struct fix_undo *undo, struct err *err)
{
	char name[NAME_SIZE] = "";
	int first = 0;

	for (size_t i = steps->n; i-- > 0;) {
		const struct fix_step *step = &steps->list[i];
		int rc;

		if (step->skipped[0])
			continue;
		if (undo->stopped && undo->stopped())
			return err_set(err, -EINTR, "stopped");
		rc = take_back(world, step, undo);
		if (rc && !first) {
			first = rc;
			fix_step_name(step, name, sizeof(name));
		}
	}
	if (first)
		return err_set(err, first, "not all of it is taken back: %s",
		               name);
	return 0;
}

/* --- all or none ------------------------------------------------------- */

/* What could not be taken back. */
struct left {
	char names[160];
};

static void note_left(void *to, const struct fix_step *step,
                      enum fix_undone undone, const char *now, const char *why)
{
	struct left *left = to;
	char name[NAME_SIZE];

	(void)now;
	(void)why;
	if (undone != FIX_UNDONE_REFUSED && undone != FIX_UNDONE_FAILED)
		return;
	fix_step_name(step, name, sizeof(name));
	text_join(left->names, sizeof(left->names), ", ", name);
}

/* The first @n; and the one after them, by force, when it was @tried. */
static void put_back(struct fix_world *world, const struct fix_steps *steps,
                     size_t n, bool tried, struct left *left)
{
	struct fix_undo undo = { .force = true, .tell = note_left, .to = left };
	const struct fix_steps before = { .list = steps->list, .n = n };

	if (tried)
		(void)take_back(world, &steps->list[n], &undo);
	undo.force = false;
	(void)fix_take_back(world, &before, &undo, NULL);
}

/* What is left is more urgent than what to do about the cause. */
static int fail_apply(const struct err *why, const struct left *left,
                      struct err *err)
{
	if (left->names[0])
		err_hint(err, "not put back: %s", left->names);
	else if (why->hint[0])
		err_hint(err, "%s", why->hint);
	return err_set(err, why->code, "%s", why->what);
}

int fix_apply(struct fix_world *world, const struct fix_steps *steps,
              bool (*stopped)(void), bool *ret_back, struct err *err)
{
	struct err why = { 0 };
	struct left left = { "" };
	bool tried = false;
	size_t at;
	int rc = 0;

	*ret_back = false;
	for (at = 0; at < steps->n; at++) {
		if (steps->list[at].skipped[0])
			continue;
		if (stopped && stopped())
			rc = err_set(&why, -EINTR, "stopped");
		else
			rc = make(world, &steps->list[at], &tried, &why);
		if (rc)
			break;
		tried = false;
	}
	if (!rc)
		return 0;
	put_back(world, steps, at, tried, &left);
	*ret_back = !left.names[0];
	return fail_apply(&why, &left, err);
}
