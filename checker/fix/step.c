// SPDX-License-Identifier: GPL-2.0-or-later
/* step - see step.h. */
#include "checker/fix/step.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "probes/base/text.h"
#include "probes/base/vec.h"

const char *fix_kind_name(enum fix_kind kind)
{
	static const char *const names[FIX_KIND_COUNT] = {
		[FIX_SYSCTL] = "sysctl",
		[FIX_PRLIMIT] = "prlimit",
		[FIX_RELISTEN] = "relisten",
		[FIX_FILE] = "file",
	};

	return names[kind];
}

/* Return: false when there is no memory. NULL has a copy too: NULL. */
static bool copy_text(const char *text, char **ret)
{
	*ret = text ? strdup(text) : NULL;
	return *ret || !text;
}

struct fix_step *fix_steps_add(struct fix_steps *steps,
                               const struct fix_step *step)
{
	struct fix_step *list =
		vec_grow(steps->list, steps->n, &steps->max, sizeof(*list));
	struct fix_step copy = *step;

	if (!list)
		return NULL;
	steps->list = list;
	if (!copy_text(step->from, &copy.from))
		return NULL;
	if (!copy_text(step->to, &copy.to)) {
		free(copy.from);
		return NULL;
	}
	list[steps->n] = copy;
	return &list[steps->n++];
}

void fix_steps_free(struct fix_steps *steps)
{
	for (size_t i = 0; i < steps->n; i++) {
		free(steps->list[i].from);
		free(steps->list[i].to);
	}
	free(steps->list);
	*steps = (struct fix_steps){ 0 };
}

size_t fix_steps_made(const struct fix_steps *steps)
{
	size_t n = 0;

	for (size_t i = 0; i < steps->n; i++)
		n += !steps->list[i].skipped[0];
	return n;
}

void fix_answer(const char *answers[static FIX_ANSWERS_MAX], size_t *n,
                const char *id)
{
	for (size_t i = 0; i < *n; i++) {
		if (!strcmp(answers[i], id))
			return;
	}
	if (*n < FIX_ANSWERS_MAX)
		answers[(*n)++] = id;
}

void fix_step_answer(struct fix_step *step, const char *id)
{
	fix_answer(step->answers, &step->n_answers, id);
}

void fix_step_name(const struct fix_step *step, char *buf, size_t size)
{
	const struct fix_place *place = &step->place;
	size_t used = text_safe(buf, size, step->key, strlen(step->key));
	char name[4 * sizeof(place->name) + 1];

	if (place->name[0])
		(void)text_escape(name, sizeof(name), place->name,
		                  strlen(place->name));
	else if (place->enter[0])
		(void)snprintf(name, sizeof(name), "net:[%" PRIu64 "]",
		               place->inode);
	else
		return;
	(void)snprintf(buf + used, size - used, " in namespace %s", name);
}
