// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * policy - see policy.h.
 *
 * A line is read from left to right by a cursor that never passes its end;
 * what is wrong is said of the place where it stands. Nothing is guessed: an
 * id or key that is not known is refused, because a policy that does not say
 * what its author meant is worse than none.
 */
#include "checker/policy.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "checker/cli/suggest.h"
#include "probes/base/err.h"
#include "probes/base/file.h"
#include "probes/base/span.h"
#include "probes/base/text.h"
#include "rules/requirement.h"

/* Bytes of a reason, before they are escaped. */
#define REASON_MAX 120

#define OPERATORS "<>=!"

/* One line, and where in it reading has come to. */
struct cursor {
	const char *name; /* of the file */
	unsigned int line;
	const char *begin, *at, *end;
	struct policy_file *to;
	struct err *err;
};

/* What stands in the file, safe to show. */
struct shown {
	char text[96];
};

static struct shown show(struct span span)
{
	struct shown shown;

	(void)text_escape(shown.text, sizeof(shown.text), span.at,
	                  (size_t)(span.end - span.at));
	return shown;
}

/* @place: where in the line it is */
__attribute__((format(printf, 3, 4))) static int
complain(const struct cursor *cursor, const char *place, const char *fmt, ...)
{
	char what[192];
	va_list args;

	va_start(args, fmt);
	(void)vsnprintf(what, sizeof(what), fmt, args);
	va_end(args);
	return err_set(cursor->err, -EINVAL, "%s:%u:%td: %s",
	               show(span_of(cursor->name, strlen(cursor->name))).text,
	               cursor->line, place - cursor->begin + 1, what);
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

static void skip_blanks(struct cursor *cursor)
{
	while (cursor->at < cursor->end && is_blank(*cursor->at))
		cursor->at++;
}

/* Nothing is left but perhaps a comment. */
static bool is_at_end(struct cursor *cursor)
{
	skip_blanks(cursor);
	return cursor->at == cursor->end || *cursor->at == '#';
}

static bool ends_word(char c)
{
	return is_blank(c) || c == '#' || c == '"' || strchr(OPERATORS, c);
}

/* Empty when something else stands there. */
static struct span take_word(struct cursor *cursor)
{
	struct span word;

	skip_blanks(cursor);
	word.at = cursor->at;
	while (cursor->at < cursor->end && !ends_word(*cursor->at))
		cursor->at++;
	word.end = cursor->at;
	return word;
}

static struct span take_operator(struct cursor *cursor)
{
	struct span word;

	skip_blanks(cursor);
	word.at = cursor->at;
	while (cursor->at < cursor->end && *cursor->at &&
	       strchr(OPERATORS, *cursor->at))
		cursor->at++;
	word.end = cursor->at;
	return word;
}

static bool is_empty(struct span span)
{
	return span.at == span.end;
}

/* --- parts of a statement --------------------------------------------------
 */

/* @ret: escaped, and "" when no reason stands there */
static int take_reason(struct cursor *cursor,
                       char ret[static POLICY_REASON_SIZE])
{
	const char *quote;
	const char *close;

	ret[0] = '\0';
	if (is_at_end(cursor) || *cursor->at != '"')
		return 0;
	quote = cursor->at++;
	close = memchr(cursor->at, '"', (size_t)(cursor->end - cursor->at));
	if (!close)
		return complain(cursor, quote, "the closing quote is missing");
	if (close == cursor->at)
		return complain(cursor, quote, "the reason is empty");
	if (close - cursor->at > REASON_MAX)
		return complain(
			cursor, quote,
			"the reason has %td bytes, at most %d are shown",
			close - cursor->at, REASON_MAX);
	(void)text_escape(ret, POLICY_REASON_SIZE, cursor->at,
	                  (size_t)(close - cursor->at));
	cursor->at = close + 1;
	return 0;
}

static int take_end(struct cursor *cursor)
{
	if (is_at_end(cursor))
		return 0;
	return complain(cursor, cursor->at, "nothing more is expected here: %s",
	                show((struct span){ cursor->at, cursor->end }).text);
}

static const struct {
	const char *word;
	enum verdict verdict;
} severities[] = {
	{ "fail", VERDICT_FAIL },
	{ "warn", VERDICT_WARN },
	{ "note", VERDICT_NOTE },
};

static int take_severity(struct cursor *cursor, enum verdict *ret)
{
	const struct span word = take_word(cursor);

	for (size_t i = 0; i < sizeof(severities) / sizeof(severities[0]);
	     i++) {
		if (span_is(word, severities[i].word)) {
			*ret = severities[i].verdict;
			return 0;
		}
	}
	return complain(cursor, word.at,
	                "\"%s\" is no severity; use fail, warn or note",
	                show(word).text);
}

/* What the names that are near to @word are, as a question or @otherwise. */
static int complain_unknown(struct cursor *cursor, struct span word,
                            const char *noun, const struct suggest *suggest,
                            const char *otherwise)
{
	char words[160];

	err_hint(cursor->err, "%s",
	         suggest_words(suggest, words, sizeof(words), otherwise));
	return complain(cursor, word.at, "there is no %s \"%s\"", noun,
	                show(word).text);
}

/* @ret: as the registry spells it */
static int take_rule(struct cursor *cursor, const char **ret)
{
	const struct span word = take_word(cursor);
	const struct shown shown = show(word);
	struct suggest suggest = suggest_for(shown.text, "");

	if (is_empty(word))
		return complain(cursor, word.at, "the id of a rule is missing");
	for (size_t i = 0; rules[i]; i++) {
		if (span_is(word, rules[i]->id)) {
			*ret = rules[i]->id;
			return 0;
		}
		suggest_offer(&suggest, rules[i]->id);
	}
	return complain_unknown(cursor, word, "rule", &suggest,
	                        "`kiloflow list rules` has all");
}

/* --- statements about a rule -----------------------------------------------
 */

static int add_change(struct cursor *cursor, const char *place,
                      const struct policy_change *change)
{
	struct policy *policy = &cursor->to->policy;
	const struct policy_change *earlier =
		policy_find(policy, change->id, change->kind);

	if (earlier && earlier->line)
		return complain(cursor, place,
		                "line %u says this of %s already",
		                earlier->line, change->id);
	/* --ignore has named it too: the file's reason is shown */
	if (earlier) {
		cursor->to->changes[earlier - policy->changes] = *change;
		return 0;
	}
	cursor->to->changes[policy->n_changes++] = *change;
	return 0;
}

static int parse_ignore(struct cursor *cursor, struct policy_change *change)
{
	const char *place;
	int rc;

	skip_blanks(cursor);
	place = cursor->at;
	rc = take_reason(cursor, change->reason);
	if (!rc && !change->reason[0])
		rc = complain(
			cursor, place,
			"say why it is ignored, in quotes: ignore %s \"REASON\"",
			change->id);
	return rc;
}

static int parse_severity(struct cursor *cursor, struct policy_change *change)
{
	const int rc = take_severity(cursor, &change->severity);

	return rc ? rc : take_reason(cursor, change->reason);
}

static int parse_threshold(struct cursor *cursor, struct policy_change *change)
{
	const struct span word = take_word(cursor);

	if (span_u64(word, &change->threshold))
		return complain(cursor, word.at,
		                "\"%s\" is no number from 0 on",
		                show(word).text);
	return take_reason(cursor, change->reason);
}

static const struct statement {
	const char *word;
	enum policy_kind kind;
	int (*parse)(struct cursor *cursor, struct policy_change *change);
} statements[] = {
	{ "ignore", POLICY_IGNORE, parse_ignore },
	{ "severity", POLICY_SEVERITY, parse_severity },
	{ "threshold", POLICY_THRESHOLD, parse_threshold },
};

#define N_STATEMENTS (sizeof(statements) / sizeof(statements[0]))

static int parse_change(struct cursor *cursor,
                        const struct statement *statement)
{
	struct policy_change change = {
		.kind = statement->kind,
		.line = cursor->line,
	};
	const char *place;
	int rc;

	skip_blanks(cursor);
	place = cursor->at;
	rc = take_rule(cursor, &change.id);
	if (!rc)
		rc = statement->parse(cursor, &change);
	if (!rc)
		rc = take_end(cursor);
	return rc ? rc : add_change(cursor, place, &change);
}

/* --- requirements ----------------------------------------------------------
 */

/* @key: without the index; refused when there is no such sysctl */
static int find_key(struct cursor *cursor, struct span key, enum sysctl_id *ret)
{
	const struct shown shown = show(key);
	struct suggest suggest = suggest_for(shown.text, "");

	for (enum sysctl_id i = 0; i < SYSCTL_COUNT; i++) {
		if (span_is(key, sysctl_desc(i)->key)) {
			*ret = i;
			return 0;
		}
		suggest_offer(&suggest, sysctl_desc(i)->key);
	}
	if (memchr(key.at, '.', (size_t)(key.end - key.at)))
		return complain_unknown(cursor, key, "sysctl", &suggest,
		                        "`kiloflow list sysctls` has all");
	for (size_t i = 0; i < N_STATEMENTS; i++)
		suggest_offer(&suggest, statements[i].word);
	return complain_unknown(
		cursor, key, "statement", &suggest,
		"a line begins with ignore, severity, threshold or a sysctl");
}

/* @index: "" or "[2]" */
static int parse_index(struct cursor *cursor, struct span index,
                       struct requirement *ret)
{
	const struct sysctl_desc *desc = sysctl_desc(ret->sysctl);
	const unsigned int n = sysctl_numbers(desc->type);
	const char *at = index.at;

	if (!requirement_is_possible(desc->type))
		return complain(cursor, cursor->begin,
		                "%s is a list: nothing can be required of it",
		                desc->key);
	if (is_empty(index) && n < 2)
		return 0;
	if (is_empty(index))
		return complain(cursor, at,
		                "%s has %u numbers: say which, [0] to [%u]",
		                desc->key, n, n - 1);
	if (n < 2)
		return complain(cursor, at, "%s has one value: leave out %s",
		                desc->key, show(index).text);
	if (index.end - at != 3 || at[2] != ']' || at[1] < '0' ||
	    (unsigned int)(at[1] - '0') >= n)
		return complain(cursor, at, "%s is not one of [0] to [%u]",
		                show(index).text, n - 1);
	ret->index = (unsigned int)(at[1] - '0');
	return 0;
}

/* "net.core.somaxconn", "net.ipv4.tcp_rmem[2]" */
static int parse_key(struct cursor *cursor, struct span word,
                     struct requirement *ret)
{
	const char *bracket =
		memchr(word.at, '[', (size_t)(word.end - word.at));
	const struct span key = { word.at, bracket ? bracket : word.end };
	const struct span index = { key.end, word.end };
	const int rc = find_key(cursor, key, &ret->sysctl);

	return rc ? rc : parse_index(cursor, index, ret);
}

static int parse_operator(struct cursor *cursor, struct requirement *ret)
{
	const struct span word = take_operator(cursor);
	const bool is_text = !sysctl_numbers(sysctl_desc(ret->sysctl)->type);

	for (enum requirement_op op = REQUIRE_AT_LEAST; op <= REQUIRE_OTHER;
	     op++) {
		if (!span_is(word, requirement_op_name(op)))
			continue;
		if (is_text && op < REQUIRE_EQUAL)
			return complain(cursor, word.at,
			                "%s is a word: use == or !=",
			                sysctl_desc(ret->sysctl)->key);
		ret->op = op;
		return 0;
	}
	return complain(cursor, word.at, "expected >=, <=, == or !=%s%s",
	                is_empty(word) ? "" : ", not ", show(word).text);
}

/* A value that the kernel does not take cannot be meant. */
static int parse_number(struct cursor *cursor, struct span word,
                        struct requirement *ret)
{
	const struct sysctl_desc *desc = sysctl_desc(ret->sysctl);
	const int rc = span_i64(word, &ret->number);

	if (rc && rc != -ERANGE)
		return complain(cursor, word.at, "\"%s\" is no whole number",
		                show(word).text);
	if (rc || ret->number < desc->min || ret->number > desc->max)
		return complain(cursor, word.at,
		                "%s is out of range: %s takes %" PRId64
		                " to %" PRId64,
		                show(word).text, desc->key, desc->min,
		                desc->max);
	return 0;
}

static int parse_value(struct cursor *cursor, struct requirement *ret)
{
	const struct span word = take_word(cursor);
	const size_t len = (size_t)(word.end - word.at);

	if (is_empty(word))
		return complain(cursor, word.at, "the value is missing");
	if (sysctl_numbers(sysctl_desc(ret->sysctl)->type))
		return parse_number(cursor, word, ret);
	for (const char *p = word.at; p < word.end; p++) {
		if (*p < '!' || *p > '~' || len >= sizeof(ret->word))
			return complain(cursor, word.at,
			                "\"%s\" is no word that %s could have",
			                show(word).text,
			                sysctl_desc(ret->sysctl)->key);
	}
	memcpy(ret->word, word.at, len);
	ret->word[len] = '\0';
	return 0;
}

static int parse_requirement(struct cursor *cursor, struct span key)
{
	struct policy *policy = &cursor->to->policy;
	struct requirement *ret =
		&cursor->to->requirements[policy->n_requirements];
	int rc;

	*ret = (struct requirement){ .severity = VERDICT_FAIL };
	rc = parse_key(cursor, key, ret);
	if (!rc)
		rc = parse_operator(cursor, ret);
	if (!rc)
		rc = parse_value(cursor, ret);
	if (!rc && !is_at_end(cursor) && *cursor->at != '"')
		rc = take_severity(cursor, &ret->severity);
	if (!rc)
		rc = take_reason(cursor, ret->reason);
	if (!rc)
		rc = take_end(cursor);
	if (rc)
		return rc;
	requirement_complete(ret);
	policy->n_requirements++;
	return 0;
}

/* --- lines -----------------------------------------------------------------
 */

/* Text in UTF-8 is for comments and reasons; a control character is not. */
static int check_bytes(const struct cursor *cursor)
{
	for (const char *p = cursor->begin; p < cursor->end; p++) {
		if ((unsigned char)*p < ' ' && !is_blank(*p))
			return complain(cursor, p, "a byte 0x%02x is no text",
			                (unsigned int)(unsigned char)*p);
	}
	return 0;
}

static int parse_line(struct cursor *cursor)
{
	struct span word;
	int rc;

	rc = check_bytes(cursor);
	if (rc || is_at_end(cursor))
		return rc;
	word = take_word(cursor);
	if (is_empty(word))
		return complain(
			cursor, cursor->at,
			"a line begins with ignore, severity, threshold or a sysctl");
	for (size_t i = 0; i < N_STATEMENTS; i++) {
		if (span_is(word, statements[i].word))
			return parse_change(cursor, &statements[i]);
	}
	return parse_requirement(cursor, word);
}

static size_t count_lines(const char *bytes, size_t len)
{
	size_t n = 1;

	for (size_t i = 0; i < len; i++)
		n += bytes[i] == '\n';
	return n;
}

/*
 * As many of each as there are lines, at once: a requirement must not move
 * when the next one comes.
 */
static int make_room(struct policy_file *policy, size_t lines, struct err *err)
{
	const size_t n = policy->policy.n_changes;
	struct policy_change *changes =
		reallocarray(policy->changes, n + lines, sizeof(*changes));

	if (changes) {
		policy->changes = changes;
		policy->policy.changes = changes;
		policy->requirements =
			calloc(lines, sizeof(*policy->requirements));
		policy->policy.requirements = policy->requirements;
	}
	if (!changes || !policy->requirements)
		return err_set(err, -ENOMEM,
		               "not enough memory for the policy");
	return 0;
}

int policy_parse(struct policy_file *policy, const char *name,
                 const char *bytes, size_t len, struct err *err)
{
	struct cursor cursor = { .name = name, .to = policy, .err = err };
	struct span rest = span_of(bytes, len);
	struct span line;
	int rc;

	rc = make_room(policy, count_lines(bytes, len), err);
	while (!rc && span_line(&rest, "", &line)) {
		cursor.line++;
		cursor.begin = line.at;
		cursor.at = line.at;
		cursor.end = line.end;
		rc = parse_line(&cursor);
	}
	return rc;
}

int policy_init(struct policy_file *ret, const char *const *ignored, size_t n,
                struct err *err)
{
	*ret = (struct policy_file){ 0 };
	ret->changes = calloc(n + 1, sizeof(*ret->changes));
	if (!ret->changes)
		return err_set(err, -ENOMEM,
		               "not enough memory for the policy");
	ret->policy.changes = ret->changes;
	for (size_t i = 0; i < n; i++) {
		if (!policy_find(&ret->policy, ignored[i], POLICY_IGNORE))
			ret->changes[ret->policy.n_changes++].id = ignored[i];
	}
	return 0;
}

int policy_read(struct policy_file *policy, const char *path, struct err *err)
{
	char *bytes;
	size_t len;
	int rc;

	rc = file_read_alloc(AT_FDCWD, path, POLICY_FILE_MAX, &bytes, &len,
	                     NULL);
	if (rc) {
		(void)err_set(err, rc, "--policy: cannot read %s: %s",
		              show(span_of(path, strlen(path))).text,
		              strerror(-rc));
		err_hint(err, "kiloflow policy >FILE writes one");
		return rc;
	}
	rc = policy_parse(policy, path, bytes, len, err);
	free(bytes);
	return rc;
}

void policy_done(struct policy_file *policy)
{
	free(policy->changes);
	free(policy->requirements);
	*policy = (struct policy_file){ 0 };
}
