// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * persist_text - see persist_text.h.
 *
 * It is read as procps reads it, whose lines end where an editor's do; but
 * for a spelling that systemd takes for another key.
 */
#include "checker/fix/persist_text.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "probes/base/text.h"
#include "probes/sysctl_conf.h"
#include "probes/sysctl_value.h"

/* Of every version: it is how a file is known again. */
#define MARK "# Written by kiloflow"

const char persist_head[] = MARK
	", so that its repairs last beyond a boot.\n"
	"# `kiloflow undo` takes the last of them back. Without this file none of\n"
	"# them is made at boot. Settings of your own belong in a file of your own.\n";

bool persist_text_is_ours(const char *bytes, size_t len)
{
	return len >= strlen(MARK) && !memcmp(bytes, MARK, strlen(MARK)) &&
	       !memchr(bytes, '\0', len) && text_is_utf8(bytes, len);
}

/* A line that is no comment. */
struct setting {
	struct sysctl_conf_key key;
	struct span value;
	bool understood; /* a key and its value, the same for both loaders */
};

static bool next_setting(struct sysctl_conf_reader *reader, struct setting *ret)
{
	struct sysctl_conf_assignment said;
	struct span line;

	while (sysctl_conf_line(SYSCTL_LOADER_PROCPS, reader, &line)) {
		if (!sysctl_conf_assignment(SYSCTL_LOADER_PROCPS, line, &said))
			continue;
		ret->understood = sysctl_conf_key(SYSCTL_LOADER_PROCPS,
		                                  said.key, &ret->key) &&
		                  !said.exclude && !ret->key.glob &&
		                  ret->key.plain;
		ret->value = said.value;
		return true;
	}
	return false;
}

static struct sysctl_conf_reader reader_of(const char *text)
{
	return (struct sysctl_conf_reader){
		.rest = span_of(text, strlen(text)),
	};
}

static bool is_key(const struct setting *setting,
                   const struct sysctl_desc *desc)
{
	struct sysctl_conf_key key = { .path = "" };

	(void)sysctl_conf_key(SYSCTL_LOADER_PROCPS,
	                      span_of(desc->key, strlen(desc->key)), &key);
	return setting->understood && !strcmp(setting->key.path, key.path);
}

static bool is_known(const struct setting *setting)
{
	for (enum sysctl_id id = 0; id < SYSCTL_COUNT; id++) {
		if (is_key(setting, sysctl_desc(id)))
			return true;
	}
	return false;
}

bool persist_text_is_plain(const char *text)
{
	struct sysctl_conf_reader reader = reader_of(text);
	struct setting setting;

	while (next_setting(&reader, &setting)) {
		if (!is_known(&setting))
			return false;
	}
	return true;
}

bool persist_text_find(const char *text, const struct sysctl_desc *desc,
                       struct span *ret)
{
	struct sysctl_conf_reader reader = reader_of(text);
	struct setting setting;
	bool found = false;

	while (next_setting(&reader, &setting)) {
		if (!is_key(&setting, desc))
			continue;
		*ret = setting.value;
		found = true;
	}
	return found;
}

static bool same_value(const struct sysctl_desc *desc, struct span a,
                       struct span b)
{
	struct sysctl_value value_a = { 0 };
	struct sysctl_value value_b = { 0 };

	return sysctl_value_write(desc, a, &value_a) &&
	       sysctl_value_write(desc, b, &value_b) &&
	       sysctl_value_equal(desc, &value_a, &value_b);
}

static const char *missing_newline(const char *text)
{
	const size_t len = strlen(text);

	return len && text[len - 1] != '\n' ? "\n" : "";
}

static int replace(char **text, char *new)
{
	if (!new)
		return -ENOMEM;
	free(*text);
	*text = new;
	return 0;
}

int persist_text_set(char **text, const struct sysctl_desc *desc,
                     const char *value)
{
	struct span now;
	char *new = NULL;
	int rc;

	if (!persist_text_find(*text, desc, &now))
		rc = asprintf(&new, "%s%s%s = %s\n", *text,
		              missing_newline(*text), desc->key, value);
	else if (same_value(desc, now, span_of(value, strlen(value))))
		return 0;
	else
		rc = asprintf(&new, "%.*s%s%s", (int)(now.at - *text), *text,
		              value, now.end);
	return replace(text, rc < 0 ? NULL : new);
}

int persist_text_join(char **text, const char *more)
{
	char *new;

	if (!strncmp(more, persist_head, strlen(persist_head)))
		more += strlen(persist_head);
	if (asprintf(&new, "%s%s%s", *text, missing_newline(*text), more) < 0)
		new = NULL;
	return replace(text, new);
}
