// SPDX-License-Identifier: GPL-2.0-or-later
/* act - see act.h. */
#include "checker/fix/act.h"

#include <errno.h>
#include <string.h>

#include "probes/base/err.h"
#include "probes/base/text.h"

static const struct fix_act *const fix_acts[FIX_KIND_COUNT] = {
	[FIX_SYSCTL] = &fix_act_sysctl,
	[FIX_PRLIMIT] = &fix_act_prlimit,
	[FIX_RELISTEN] = &fix_act_relisten,
	[FIX_FILE] = &fix_act_file,
};

const struct fix_act *fix_act(enum fix_kind kind)
{
	return fix_acts[kind];
}

void fix_permit(struct fix_world *world, struct fix_steps *steps)
{
	for (size_t i = 0; i < steps->n; i++) {
		struct fix_step *step = &steps->list[i];

		if (!step->skipped[0])
			fix_act(step->kind)->permit(world, step);
	}
}

void fix_step_skip(struct fix_step *step, const struct err *err)
{
	step->skipped[0] = '\0';
	text_join(step->skipped, sizeof(step->skipped), "", err->what);
	if (err->hint[0])
		text_join(step->skipped, sizeof(step->skipped), ": ",
		          err->hint);
}

/* Names and values are cut before the reason is. */
int fix_step_failed(const struct fix_step *step, const char *value, int code,
                    const struct err *why, struct err *err)
{
	char name[112];

	fix_step_name(step, name, sizeof(name));
	if (value)
		(void)err_set(err, code, "cannot set %s to %.24s: %s", name,
		              value, why->what);
	else
		(void)err_set(err, code, "cannot look at %s: %s", name,
		              why->what);
	err_hint(err, "%s", why->hint);
	return code;
}

int fix_look_failed(const struct fix_step *step, int code,
                    const struct err *why, enum fix_now *ret, struct err *err)
{
	if (code != -ENOENT && code != -ESRCH)
		return fix_step_failed(step, NULL, code, why, err);
	*ret = FIX_NOW_GONE;
	return 0;
}

enum fix_now fix_now_of(const struct fix_step *step, const char *text)
{
	if (!strcmp(text, step->from))
		return FIX_NOW_FROM;
	return strcmp(text, step->to) ? FIX_NOW_OTHER : FIX_NOW_TO;
}
