// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * sysctl_conf - see sysctl_conf.h.
 *
 * Neither loader knows the kernel's keys: a key is a path, and a glob is
 * matched by glob(3). Here fnmatch(3) stands in for that: the same patterns,
 * without a look at /proc/sys.
 */
#include "probes/sysctl_conf.h"

#include <fnmatch.h>
#include <stdio.h>
#include <string.h>

/* systemd gives a file up at a line of so many bytes: LONG_LINE_MAX. */
#define SYSTEMD_LINE_MAX (1U << 20)

/* With more braces than that a pattern matches nothing. */
#define BRACES_MAX 1000U
#define PATTERNS_MAX 64

#define SYSTEMD_BLANKS " \t\n\r"
#define PROCPS_BLANKS " \t\n\v\f\r" /* isspace() */

static const char *const blanks[SYSCTL_LOADER_COUNT] = {
	[SYSCTL_LOADER_SYSTEMD] = SYSTEMD_BLANKS,
	[SYSCTL_LOADER_PROCPS] = PROCPS_BLANKS,
};

const char *sysctl_loader_name(enum sysctl_loader loader)
{
	static const char *const names[SYSCTL_LOADER_COUNT] = {
		[SYSCTL_LOADER_SYSTEMD] = "systemd-sysctl",
		[SYSCTL_LOADER_PROCPS] = "sysctl --system",
	};

	return names[loader];
}

static bool is_one_of(char c, const char *chars)
{
	return c && strchr(chars, c);
}

static size_t span_len(struct span span)
{
	return (size_t)(span.end - span.at);
}

/* ---- lines ---- */

/* A bit for each character that may end a line, 0 for any other. */
static unsigned int line_end(char c)
{
	switch (c) {
	case '\0':
		return 1;
	case '\n':
		return 2;
	case '\r':
		return 4;
	default:
		return 0;
	}
}

/*
 * One end of a line is any of "\n", "\r", "\0", or some of them in a row, each
 * once, of which a NUL is the last: src/basic/fileio.c:read_line_full().
 */
static void skip_line_end(struct span *rest)
{
	unsigned int seen = 0;

	while (rest->at < rest->end) {
		const unsigned int bit = line_end(*rest->at);

		if (!bit || (seen & bit) || (seen & line_end('\0')))
			return;
		seen |= bit;
		rest->at++;
	}
}

static bool systemd_line(struct span *rest, struct span *ret)
{
	const char *start = rest->at;

	while (rest->at < rest->end && !line_end(*rest->at))
		rest->at++;
	*ret = (struct span){ .at = start, .end = rest->at };
	if (span_len(*ret) >= SYSTEMD_LINE_MAX)
		return false;
	skip_line_end(rest);
	return true;
}

/* getline(), and then functions for strings: they stop at a NUL. */
static void procps_line(struct span *rest, struct span *ret)
{
	const char *newline = memchr(rest->at, '\n', span_len(*rest));
	const char *end = newline ? newline : rest->end;
	const char *nul = memchr(rest->at, '\0', (size_t)(end - rest->at));

	*ret = (struct span){ .at = rest->at, .end = nul ? nul : end };
	rest->at = newline ? newline + 1 : end;
}

bool sysctl_conf_line(enum sysctl_loader loader,
                      struct sysctl_conf_reader *reader, struct span *ret)
{
	const char *start = reader->rest.at;

	if (start == reader->rest.end)
		return false;
	if (loader == SYSCTL_LOADER_PROCPS)
		procps_line(&reader->rest, ret);
	else if (!systemd_line(&reader->rest, ret))
		return false;
	if (!reader->next)
		reader->next = 1;
	reader->number = reader->next;
	for (const char *p = start; p < reader->rest.at; p++)
		reader->next += *p == '\n';
	return true;
}

/* ---- assignments ---- */

static struct span strip_end(struct span text, const char *chars)
{
	while (text.at < text.end && is_one_of(text.end[-1], chars))
		text.end--;
	return text;
}

static struct span strip(struct span text, const char *chars)
{
	while (text.at < text.end && is_one_of(*text.at, chars))
		text.at++;
	return strip_end(text, chars);
}

static bool take_dash(struct span *text)
{
	if (text->at == text->end || *text->at != '-')
		return false;
	text->at++;
	return true;
}

bool sysctl_conf_assignment(enum sysctl_loader loader, struct span line,
                            struct sysctl_conf_assignment *ret)
{
	const struct span text = strip(line, blanks[loader]);
	const char *equals;
	bool dash;

	if (text.at == text.end || *text.at == '#' || *text.at == ';')
		return false;
	*ret = (struct sysctl_conf_assignment){ .key = text };
	equals = memchr(text.at, '=', span_len(text));
	if (equals) {
		ret->key.end = equals;
		ret->value.at = equals + 1;
		ret->value.end = text.end;
		ret->value = strip(ret->value, blanks[loader]);
	}
	dash = take_dash(&ret->key);
	ret->exclude = !equals;
	/* procps leaves a blank after the dash and takes off a second dash */
	if (loader == SYSCTL_LOADER_SYSTEMD) {
		ret->key = strip(ret->key, blanks[loader]);
	} else {
		ret->key = strip_end(ret->key, blanks[loader]);
		(void)take_dash(&ret->key);
	}
	return equals || dash;
}

/* ---- keys ---- */

static void swap_separators(char *path)
{
	const char *first = strpbrk(path, "/.");

	if (!first || *first == '/')
		return;
	for (; *path; path++) {
		if (*path == '.')
			*path = '/';
		else if (*path == '/')
			*path = '.';
	}
}

/* Take the last component off @path, which has @len bytes. */
static size_t without_last(const char *path, size_t len)
{
	while (len && path[len - 1] != '/')
		len--;
	return len ? len - 1 : 0;
}

/*
 * Leave out what a path has too many of: "//", "./" and, for procps, "x/..".
 * systemd writes to no path with ".." (src/basic/path-util.c:path_is_safe()).
 */
static bool simplify(enum sysctl_loader loader, const char *path,
                     char ret[static SYSCTL_CONF_KEY_SIZE])
{
	size_t used = 0;

	while (*path) {
		const size_t len = strcspn(path, "/");

		if (len == 2 && !memcmp(path, "..", 2)) {
			if (loader == SYSCTL_LOADER_SYSTEMD || !used)
				return false;
			used = without_last(ret, used);
		} else if (len && !(len == 1 && *path == '.')) {
			if (used)
				ret[used++] = '/';
			memcpy(ret + used, path, len);
			used += len;
		}
		path += len;
		path += *path == '/';
	}
	ret[used] = '\0';
	return used > 0;
}

bool sysctl_conf_key(enum sysctl_loader loader, struct span key,
                     struct sysctl_conf_key *ret)
{
	const size_t len = span_len(key);
	char path[SYSCTL_CONF_KEY_SIZE];

	if (!len || len >= sizeof(path))
		return false;
	memcpy(path, key.at, len);
	path[len] = '\0';
	swap_separators(path);
	/* procps leaves it, and no file is a directory */
	if (loader == SYSCTL_LOADER_PROCPS && path[len - 1] == '/')
		return false;
	if (!simplify(loader, path, ret->path))
		return false;
	ret->glob = strpbrk(ret->path, "*?[") != NULL;
	ret->plain =
		loader == SYSCTL_LOADER_SYSTEMD || !strcmp(path, ret->path);
	return true;
}

/* ---- globs ---- */

static bool matches_plainly(const char *pattern, const char *path)
{
	return !fnmatch(pattern, path, FNM_PATHNAME | FNM_PERIOD);
}

/* The comma or the brace that ends an alternative; NULL: there is none. */
static const char *alternative_end(const char *p)
{
	unsigned int depth = 0;

	for (; *p; p++) {
		if (*p == '\\' && p[1])
			p++;
		else if (*p == '{')
			depth++;
		else if (!depth && (*p == ',' || *p == '}'))
			return p;
		else if (*p == '}')
			depth--;
	}
	return NULL;
}

static const char *first_brace(const char *p)
{
	for (; *p; p++) {
		if (*p == '\\' && p[1])
			p++;
		else if (*p == '{')
			return p;
	}
	return NULL;
}

/* The brace that closes the one at @open; NULL: there is none. */
static const char *closing_brace(const char *open)
{
	const char *end = alternative_end(open + 1);

	while (end && *end == ',')
		end = alternative_end(end + 1);
	return end;
}

/* Patterns that are still to be matched. */
struct patterns {
	char list[PATTERNS_MAX][SYSCTL_CONF_KEY_SIZE];
	size_t n;
};

/*
 * Put each alternative of the first brace of @pattern in its place. A brace
 * that is not closed makes all of them plain characters.
 *
 * Return: false when there is none.
 */
static bool expand_brace(const char *pattern, struct patterns *ret)
{
	const char *open = first_brace(pattern);
	const char *close = open ? closing_brace(open) : NULL;

	if (!close)
		return false;
	for (const char *p = open; p != close && ret->n < PATTERNS_MAX;) {
		const char *end = alternative_end(p + 1);

		(void)snprintf(ret->list[ret->n++], SYSCTL_CONF_KEY_SIZE,
		               "%.*s%.*s%s", (int)(open - pattern), pattern,
		               (int)(end - p - 1), p + 1, close + 1);
		p = end;
	}
	return true;
}

/* GLOB_BRACE, as glob(3) of the GNU C library does it. */
static bool matches_braces(const char *pattern, const char *path)
{
	struct patterns left = { .n = 1 };
	char one[SYSCTL_CONF_KEY_SIZE];

	(void)snprintf(left.list[0], sizeof(left.list[0]), "%s", pattern);
	for (unsigned int i = 0; left.n && i < BRACES_MAX; i++) {
		memcpy(one, left.list[--left.n], sizeof(one));
		if (!expand_brace(one, &left) && matches_plainly(one, path))
			return true;
	}
	return false;
}

bool sysctl_conf_matches(enum sysctl_loader loader,
                         const struct sysctl_conf_key *key, const char *path)
{
	if (!key->glob)
		return !strcmp(key->path, path);
	if (loader == SYSCTL_LOADER_SYSTEMD)
		return matches_braces(key->path, path);
	return matches_plainly(key->path, path);
}
