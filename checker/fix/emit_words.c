// SPDX-License-Identifier: GPL-2.0-or-later
/* emit_words - see emit_words.h. */
#include "checker/fix/emit_words.h"

#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

#include "checker/fix/persist.h"
#include "checker/fix/persist_text.h"
#include "probes/base/text.h"

/* ---- which settings ---- */

static bool is_made(const struct fix_step *step, enum fix_kind kind)
{
	return step->kind == kind && !step->skipped[0] && step->to;
}

static bool is_of_netns(const struct fix_step *step)
{
	const enum sysctl_id id = sysctl_by_key(step->key);

	return id < SYSCTL_COUNT &&
	       sysctl_desc(id)->scope == SYSCTL_SCOPE_NETNS;
}

/* That which the program was started in has to be entered by nobody. */
static bool is_own(const struct fix_place *place)
{
	return !place->enter[0];
}

static bool same_place(const struct fix_place *a, const struct fix_place *b)
{
	return a->inode == b->inode && !strcmp(a->enter, b->enter);
}

static bool find_in_files(const struct fix_steps *steps,
                          const struct sysctl_desc *desc, struct span *ret)
{
	for (size_t i = 0; i < steps->n; i++) {
		if (is_made(&steps->list[i], FIX_FILE) &&
		    persist_text_find(steps->list[i].to, desc, ret))
			return true;
	}
	return false;
}

static bool find_step(const struct fix_steps *steps,
                      const struct sysctl_desc *desc,
                      const struct fix_place *place, struct span *ret)
{
	for (size_t i = 0; i < steps->n; i++) {
		const struct fix_step *step = &steps->list[i];

		if (!is_made(step, FIX_SYSCTL) ||
		    strcmp(step->key, desc->key) != 0 ||
		    !(place ? same_place(&step->place, place)
		            : is_own(&step->place)))
			continue;
		*ret = span_of(step->to, strlen(step->to));
		return true;
	}
	return false;
}

size_t emit_host_settings(const struct fix_steps *steps,
                          struct emit_setting ret[static SYSCTL_COUNT])
{
	size_t n = 0;

	for (enum sysctl_id id = 0; id < SYSCTL_COUNT; id++) {
		ret[n].desc = sysctl_desc(id);
		if (find_in_files(steps, ret[n].desc, &ret[n].value) ||
		    find_step(steps, ret[n].desc, NULL, &ret[n].value))
			n++;
	}
	return n;
}

size_t emit_place_settings(const struct fix_steps *steps,
                           const struct fix_place *place,
                           struct emit_setting ret[static SYSCTL_COUNT])
{
	size_t n = 0;

	for (enum sysctl_id id = 0; id < SYSCTL_COUNT; id++) {
		ret[n].desc = sysctl_desc(id);
		if (ret[n].desc->scope == SYSCTL_SCOPE_NETNS &&
		    find_step(steps, ret[n].desc, place, &ret[n].value))
			n++;
	}
	return n;
}

static bool has_settings(const struct fix_step *step)
{
	return is_made(step, FIX_SYSCTL) && is_of_netns(step);
}

static bool is_first_of_place(const struct fix_steps *steps, size_t at)
{
	for (size_t i = 0; i < at; i++) {
		if (has_settings(&steps->list[i]) &&
		    same_place(&steps->list[i].place, &steps->list[at].place))
			return false;
	}
	return true;
}

const struct fix_place *emit_next_place(const struct fix_steps *steps,
                                        size_t *at)
{
	while (*at < steps->n) {
		const size_t i = (*at)++;

		if (has_settings(&steps->list[i]) &&
		    is_first_of_place(steps, i))
			return &steps->list[i].place;
	}
	return NULL;
}

const char *emit_path(const struct fix_steps *steps)
{
	for (size_t i = 0; i < steps->n; i++) {
		if (is_made(&steps->list[i], FIX_FILE))
			return steps->list[i].key;
	}
	return FIX_PERSIST_PATH;
}

/* ---- text ---- */

void emit_comment(FILE *out, const char *fmt, ...)
{
	char text[1024];
	char safe[2 * sizeof(text)];
	va_list args;

	va_start(args, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	(void)text_safe(safe, sizeof(safe), text, strlen(text));
	(void)fprintf(out, "# %s\n", safe);
}

void emit_place(const struct fix_place *place, FILE *out)
{
	char name[4 * sizeof(place->name) + 1];

	(void)text_escape(name, sizeof(name), place->name, strlen(place->name));
	if (is_own(place))
		return;
	if (name[0])
		emit_comment(out, "for namespace %s", name);
	else
		emit_comment(out, "for namespace net:[%" PRIu64 "]",
		             place->inode);
}

static bool is_printable(char c)
{
	return c >= ' ' && c <= '~';
}

void emit_plain(struct span text, FILE *out)
{
	for (const char *p = text.at; p < text.end; p++) {
		if (is_printable(*p))
			(void)fputc(*p, out);
		else
			(void)fprintf(out, "\\x%02x", (unsigned char)*p);
	}
}

void emit_quoted(struct span text, FILE *out)
{
	(void)fputc('"', out);
	for (const char *p = text.at; p < text.end; p++) {
		if (*p == '"' || *p == '\\')
			(void)fprintf(out, "\\%c", *p);
		else if (is_printable(*p))
			(void)fputc(*p, out);
		else
			(void)fprintf(out, "\\u%04x", (unsigned char)*p);
	}
	(void)fputc('"', out);
}

/* ---- comments ---- */

static const char *or_nothing(const char *text)
{
	return text ? text : "nothing";
}

static void say_step(const struct fix_step *step, const char *how, FILE *out)
{
	char name[512];

	fix_step_name(step, name, sizeof(name));
	emit_comment(out, "%s: %s from %s to %s%s%s", how, name,
	             or_nothing(step->from), or_nothing(step->to),
	             step->lasts[0] ? "; " : "", step->lasts);
}

static void say_skipped(const struct fix_step *step, FILE *out)
{
	char name[512];

	fix_step_name(step, name, sizeof(name));
	emit_comment(out, "not made: %s: %s", name, step->skipped);
}

static void say_rest(const struct fix_step *step, enum emit_for what, FILE *out)
{
	const bool for_host = what == EMIT_FOR_HOST;

	switch (step->kind) {
	case FIX_SYSCTL:
		if (for_host && !is_own(&step->place))
			say_step(step, "in its container's settings", out);
		else if (!for_host && !is_of_netns(step))
			emit_comment(out, "on the node: %s = %s", step->key,
			             step->to);
		break;
	case FIX_FILE:
		if (for_host && !step->to)
			emit_comment(out, "remove %s", step->key);
		break;
	case FIX_PRLIMIT:
	case FIX_RELISTEN:
	case FIX_KIND_COUNT:
		say_step(step, "in the server's settings", out);
		break;
	}
}

void emit_rest(const struct fix_steps *steps, enum emit_for what, FILE *out)
{
	for (size_t i = 0; i < steps->n; i++) {
		const struct fix_step *step = &steps->list[i];

		if (!step->skipped[0])
			say_rest(step, what, out);
		else if (what == EMIT_FOR_HOST || step->kind != FIX_FILE)
			say_skipped(step, out);
	}
}
