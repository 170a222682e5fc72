// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * json_fix - the steps of a fix as JSON: those that are in force, those that
 * would be, and those that are not made.
 */
#include "checker/report/json_value.h"

#include <string.h>

#include "checker/fix/step.h"
#include "checker/report/report.h"

static json_t *json_place(const struct fix_place *place)
{
	if (!place->inode && !place->name[0])
		return json_null();
	return jv_object((const struct jv_pair[]){
		{ "inode", jv_nonzero(place->inode) },
		{ "name", jv_text(place->name) },
		{ NULL, NULL },
	});
}

static json_t *json_answers(const struct fix_step *step)
{
	json_t *array = json_array();

	for (size_t i = 0; i < step->n_answers; i++)
		array = jv_append(array, json_string(step->answers[i]));
	return array;
}

/* A file's content is text, however long, and even when it is a number. */
static json_t *json_value(const struct fix_step *step, const char *value)
{
	json_t *content;

	if (step->kind != FIX_FILE || !value)
		return jv_number(value);
	content = json_string(value);
	return content ? content : jv_text(value);
}

static json_t *json_step(const struct fix_step *step)
{
	return jv_object((const struct jv_pair[]){
		{ "kind", json_string(fix_kind_name(step->kind)) },
		{ "key", jv_text(step->key) },
		{ "netns", json_place(&step->place) },
		{ "from", json_value(step, step->from) },
		{ "to", json_value(step, step->to) },
		{ "live", json_boolean(step->live) },
		{ "answers", json_answers(step) },
		{ "risk", jv_text(step->risk) },
		{ "lasts", jv_text(step->lasts) },
		{ "why", jv_text(step->skipped) },
		{ NULL, NULL },
	});
}

/* @skipped: those that are not made, or those that are. */
static json_t *json_steps(const struct fix_steps *steps, bool skipped)
{
	json_t *array = json_array();

	for (size_t i = 0; i < steps->n; i++) {
		const struct fix_step *step = &steps->list[i];

		if ((step->skipped[0] != '\0') == skipped)
			array = jv_append(array, json_step(step));
	}
	return array;
}

static bool is_persisted(const struct report_fix *fix)
{
	for (size_t i = 0; i < fix->steps->n; i++) {
		const struct fix_step *step = &fix->steps->list[i];

		if (step->kind == FIX_FILE && step->to && !step->skipped[0])
			return fix->state == REPORT_FIX_IN_FORCE;
	}
	return false;
}

json_t *jv_fix(const struct report_fix *fix)
{
	const bool planned = fix && (fix->state == REPORT_FIX_PLANNED ||
	                             fix->state == REPORT_FIX_STOPPED);

	if (!fix)
		return json_null();
	return jv_object((const struct jv_pair[]){
		{ "planned",
	          planned ? json_steps(fix->steps, false) : json_array() },
		{ "applied",
	          planned ? json_array() : json_steps(fix->steps, false) },
		{ "skipped", json_steps(fix->steps, true) },
		{ "assumed", json_boolean(fix->assumed) },
		{ "persisted", json_boolean(is_persisted(fix)) },
		{ "undo_id", jv_nonzero(fix->undo_id) },
		{ NULL, NULL },
	});
}
