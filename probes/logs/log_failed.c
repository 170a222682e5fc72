// SPDX-License-Identifier: GPL-2.0-or-later
/* log_failed - see log_failed.h. */
#include "probes/logs/log_failed.h"

#include <errno.h>
#include <string.h>

#include "probes/base/text.h"

#define ERRNO_MAX 133

/* The longest wins: what an errno is called may be a part of another's. */
static int code_of(const char *text, const char **ret_end)
{
	size_t longest = 0;
	int ret = 0;

	for (int code = 1; code <= ERRNO_MAX; code++) {
		const char *words = strerrordesc_np(code);
		const size_t len = words ? strlen(words) : 0;
		const char *at = len > longest ? strstr(text, words) : NULL;

		if (at) {
			*ret_end = at + len;
			longest = len;
			ret = code;
		}
	}
	return ret;
}

static struct log_error *find(struct log_sum *sum, const char *text)
{
	for (size_t i = 0; i < sum->n_errors; i++) {
		if (!strcmp(sum->errors[i].text, text))
			return &sum->errors[i];
	}
	return NULL;
}

/* What follows the errno, such as a time, would make each line another. */
static struct log_error *error_of(struct log_sum *sum, char *text)
{
	struct log_error *error = find(sum, text);
	const char *end = text + strlen(text);
	int code;

	if (error)
		return error;
	code = code_of(text, &end);
	text[end - text] = '\0';
	error = find(sum, text);
	if (error || sum->n_errors == LOG_ERRORS_MAX)
		return error;
	error = &sum->errors[sum->n_errors++];
	*error = (struct log_error){ .code = code };
	(void)memcpy(error->text, text, (size_t)(end - text) + 1);
	return error;
}

static bool is_connect(const char *text)
{
	return strstr(text, "connect failed") != NULL;
}

/* It fails because of what a write or read has told already. */
static bool is_shutdown(const char *text)
{
	return strstr(text, "shutdown failed") != NULL;
}

void log_failed_line(struct log_sum *sum, struct span text, uint64_t flow)
{
	char safe[LOG_ERROR_TEXT];
	struct log_error *error;

	(void)text_escape(safe, sizeof(safe), text.at,
	                  (size_t)(text.end - text.at));
	sum->n_connect_lines += is_connect(safe);
	error = error_of(sum, safe);
	if (!error) {
		sum->n_errors_more++;
		return;
	}
	error->count++;
	if (flow && error->n_flows < LOG_ERROR_FLOWS)
		error->flows[error->n_flows++] = flow;
}

static void add(struct log_failed *failed, int code, uint64_t n_flows)
{
	size_t i = 0;

	failed->n_flows += n_flows;
	while (i < failed->n_codes && failed->codes[i].code != code)
		i++;
	if (!code || i == LOG_ERRORS_MAX) {
		failed->n_other += n_flows;
		return;
	}
	failed->n_codes += i == failed->n_codes;
	failed->codes[i].code = code;
	failed->codes[i].n_flows += n_flows;
}

void log_failed_add(struct log_failed *to, const struct log_failed *more)
{
	add(to, 0, more->n_other);
	for (size_t i = 0; i < more->n_codes; i++)
		add(to, more->codes[i].code, more->codes[i].n_flows);
}

uint64_t log_failed_of(const struct log_failed *failed, int code)
{
	for (size_t i = 0; i < failed->n_codes; i++) {
		if (failed->codes[i].code == code)
			return failed->codes[i].n_flows;
	}
	return 0;
}

/* "tcp write failed", of "tcp write failed: Broken pipe" */
static size_t call_len(const char *text)
{
	return strcspn(text, ":");
}

static bool is_call_of(const struct log_error *error, const char *call)
{
	const size_t len = call_len(call);

	return call_len(error->text) == len && !memcmp(error->text, call, len);
}

static uint64_t count_of(const struct log_sum *sum, const char *call)
{
	uint64_t n = 0;

	for (size_t i = 0; i < sum->n_errors; i++) {
		if (is_call_of(&sum->errors[i], call))
			n += sum->errors[i].count;
	}
	return n;
}

/* At most @n flows that failed in @call, each with its errno. */
static void add_call(struct log_sum *sum, const char *call, uint64_t n)
{
	for (size_t i = 0; i < sum->n_errors; i++) {
		const struct log_error *error = &sum->errors[i];
		const uint64_t some = error->count < n ? error->count : n;

		if (!is_call_of(error, call) || !some)
			continue;
		add(&sum->failed, error->code, some);
		n -= some;
	}
	if (n)
		add(&sum->failed, 0, n);
}

/* The call that most flows failed in; "" when there is none. */
static const char *most_failed(const struct log_sum *sum,
                               bool (*is_one)(const char *text))
{
	const char *ret = "";
	uint64_t most = 0;

	for (size_t i = 0; i < sum->n_errors; i++) {
		const char *text = sum->errors[i].text;
		const uint64_t n = is_one(text) ? count_of(sum, text) : 0;

		if (n > most) {
			most = n;
			ret = text;
		}
	}
	return ret;
}

static bool is_transfer(const char *text)
{
	return !is_connect(text) && !is_shutdown(text);
}

void log_failed_judge(struct log_sum *sum, uint64_t n_unconnected)
{
	const char *transfer = most_failed(sum, is_transfer);
	const char *shutdown = most_failed(sum, is_shutdown);
	const uint64_t n_transfer = count_of(sum, transfer);
	const uint64_t n_shutdown = count_of(sum, shutdown);

	sum->failed = (struct log_failed){ 0 };
	add_call(sum, most_failed(sum, is_connect),
	         n_unconnected ? n_unconnected : sum->n_connect_lines);
	add_call(sum, transfer, n_transfer);
	if (n_shutdown > n_transfer)
		add_call(sum, shutdown, n_shutdown - n_transfer);
}
