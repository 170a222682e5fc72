// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * emit_docker - options of `docker run`, and the same for compose.
 *
 * One YAML document a namespace; the command is a comment in it. Docker sets
 * only what a network namespace has for itself, and nothing with the host's.
 */
#include "checker/fix/emit.h"

#include <stdbool.h>
#include <string.h>

#include "checker/fix/emit_words.h"

/* A shell takes these as they are. */
static bool is_plain(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
	       (c >= 'A' && c <= 'Z') || (c && strchr("-_./:@%+,=", c));
}

/* Part of a word for a shell, in single quotes if need be. */
static void write_word(struct span word, FILE *out)
{
	const char *p = word.at;

	while (p < word.end && is_plain(*p))
		p++;
	if (p == word.end) {
		emit_plain(word, out);
		return;
	}
	(void)fputc('\'', out);
	for (p = word.at; p < word.end; p++) {
		if (*p == '\'')
			(void)fputs("'\\''", out);
		else
			emit_plain(span_of(p, 1), out);
	}
	(void)fputc('\'', out);
}

static void write_command(const struct emit_setting *settings, size_t n,
                          FILE *out)
{
	(void)fputs("# docker run", out);
	for (size_t i = 0; i < n; i++) {
		(void)fprintf(out, " --sysctl %s=", settings[i].desc->key);
		write_word(settings[i].value, out);
	}
	(void)fputs(" IMAGE\n", out);
}

static void write_place(const struct fix_steps *steps,
                        const struct fix_place *place, FILE *out)
{
	struct emit_setting settings[SYSCTL_COUNT];
	const size_t n = emit_place_settings(steps, place, settings);

	emit_place(place, out);
	write_command(settings, n, out);
	(void)fputs("services:\n"
	            "  SERVICE:\n"
	            "    sysctls:\n",
	            out);
	for (size_t i = 0; i < n; i++) {
		(void)fprintf(out, "      %s: ", settings[i].desc->key);
		emit_quoted(settings[i].value, out);
		(void)fputc('\n', out);
	}
}

static void write_all(const struct fix_steps *steps, FILE *out)
{
	const struct fix_place *place;
	bool another = false;

	emit_comment(out,
	             "From `kiloflow check --fix --emit docker`. Not for a "
	             "container in the host's network.");
	for (size_t at = 0; (place = emit_next_place(steps, &at));) {
		if (another)
			(void)fputs("---\n", out);
		another = true;
		write_place(steps, place, out);
	}
	emit_rest(steps, EMIT_FOR_CONTAINER, out);
}

const struct fix_emitter fix_emit_docker = {
	.name = "docker",
	.what = "options of docker run, and a service for compose",
	.write = write_all,
};
