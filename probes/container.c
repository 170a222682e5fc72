// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * container - see container.h.
 *
 * Every engine names the group by the container's id, 64 hexadecimal digits,
 * but each puts it elsewhere: "docker/ID", "docker-ID.scope",
 * "cri-containerd-ID.scope", "pod.../ID", "...slice:cri-containerd:ID",
 * "crio-ID", "libpod-ID.scope/container". So the digits are looked for, not
 * the words around them. The innermost wins: an engine in a container puts
 * its groups below its own.
 *
 * conmon, which watches a container from outside, has a group of the same
 * name: it is no container.
 */
#include "probes/container.h"

#include <string.h>

#include "probes/base/span.h"

#define ID_DIGITS 64

static bool is_digit(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
}

/* What may be part of a word that is no id. */
static bool is_word(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
	       (c >= 'A' && c <= 'Z') || c == '_';
}

static bool ends_with(struct span text, const char *end)
{
	const size_t len = strlen(end);

	return (size_t)(text.end - text.at) >= len &&
	       !memcmp(text.end - len, end, len);
}

/* Return: the last id in @path, NULL when there is none. */
static const char *find_id(struct span path)
{
	const char *found = NULL;

	while (path.at < path.end) {
		const char *word = path.at;
		bool digits = true;

		for (; path.at < path.end && is_word(*path.at); path.at++)
			digits = digits && is_digit(*path.at);
		if (digits && path.at - word == ID_DIGITS)
			found = word;
		if (path.at < path.end)
			path.at++;
	}
	return found;
}

bool container_parse(const char *bytes, size_t len, char id[CONTAINER_ID_SIZE])
{
	struct span rest = span_of(bytes, len);
	struct span path;

	while (span_line(&rest, "", &path)) {
		const char *found = find_id(path);
		const struct span before = { path.at, found };

		if (!found || ends_with(before, "conmon-"))
			continue;
		memcpy(id, found, CONTAINER_ID_SIZE - 1);
		id[CONTAINER_ID_SIZE - 1] = '\0';
		return true;
	}
	return false;
}
