// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * option_types - how the options' arguments are read, and what each takes.
 *
 * A type only says that a text is wrong, by -EINVAL or -ERANGE; options.c
 * makes the sentence, so that all refusals read alike.
 */
#include "checker/cli/option.h"

#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "checker/cli/endpoint.h"
#include "checker/cli/options.h"
#include "checker/fix/emit.h"
#include "checker/report/report.h"
#include "probes/base/num.h"
#include "probes/base/text.h"
#include "rules/requirement.h"
#include "rules/rule.h"

#define MS_NS UINT64_C(1000000)
#define SECOND_NS (1000 * MS_NS)
#define ACCEPT_RATE_MAX UINT64_C(10000000)

/* The ranges of the table keep every value within its field. */
static void store(const struct option *self, void *to, uint64_t value)
{
	switch (self->size) {
	case sizeof(bool):
		*(bool *)to = value != 0;
		break;
	case sizeof(uint16_t):
		*(uint16_t *)to = (uint16_t)value;
		break;
	case sizeof(uint32_t): /* enumerations too */
		*(uint32_t *)to = (uint32_t)value;
		break;
	default:
		*(uint64_t *)to = value;
		break;
	}
}

static int store_in_range(const struct option *self, void *to, int rc,
                          uint64_t value)
{
	if (rc)
		return rc;
	if (value < self->min || value > self->max)
		return -ERANGE;
	store(self, to, value);
	return 0;
}

static int parse_count(const struct option *self, const char *text, void *to)
{
	uint64_t value = 0;
	const int rc = num_parse_u64(text, NUM_COUNT, &value);

	return store_in_range(self, to, rc, value);
}

static int parse_bytes(const struct option *self, const char *text, void *to)
{
	uint64_t value = 0;
	const int rc = num_parse_u64(text, NUM_BYTES, &value);

	return store_in_range(self, to, rc, value);
}

static int parse_duration(const struct option *self, const char *text, void *to)
{
	uint64_t value = 0;
	const int rc = num_parse_duration_ns(text, &value);

	return store_in_range(self, to, rc, value);
}

static void range_number(const struct option *self, char *buf, size_t size)
{
	(void)snprintf(buf, size, "%" PRIu64 " to %" PRIu64, self->min,
	               self->max);
}

static void range_duration(const struct option *self, char *buf, size_t size)
{
	(void)snprintf(buf, size, "%" PRIu64 "ms to %" PRIu64 "s",
	               self->min / MS_NS, self->max / SECOND_NS);
}

static int parse_flag(const struct option *self, const char *text, void *to)
{
	(void)text;
	store(self, to, self->value);
	return 0;
}

static void range_none(const struct option *self, char *buf, size_t size)
{
	(void)self;
	(void)size;
	buf[0] = '\0';
}

static void range_words(const struct option *self, char *buf, size_t size)
{
	const char *word = self->type->word(self, 0);

	buf[0] = '\0';
	for (size_t i = 1; word; i++) {
		const char *next = self->type->word(self, i);

		text_join(buf, size, next ? ", " : " or ", word);
		word = next;
	}
}

static int parse_choice(const struct option *self, const char *text, void *to)
{
	for (const struct option_word *w = self->words; w->word; w++) {
		if (strcmp(w->word, text) != 0)
			continue;
		store(self, to, w->value);
		return 0;
	}
	return -EINVAL;
}

static const char *choice_word(const struct option *self, size_t at)
{
	return self->words[at].word;
}

static int parse_format(const struct option *self, const char *text, void *to)
{
	const struct report_format *format = report_format_by_name(text);

	(void)self;
	if (!format)
		return -EINVAL;
	*(const struct report_format **)to = format;
	return 0;
}

static const char *format_word(const struct option *self, size_t at)
{
	(void)self;
	return report_formats[at] ? report_formats[at]->name : NULL;
}

static int parse_emit(const struct option *self, const char *text, void *to)
{
	const struct fix_emitter *emitter = fix_emitter_by_name(text);

	(void)self;
	if (!emitter)
		return -EINVAL;
	*(const struct fix_emitter **)to = emitter;
	return 0;
}

static const char *emit_word(const struct option *self, size_t at)
{
	(void)self;
	return fix_emitters[at] ? fix_emitters[at]->name : NULL;
}

static int parse_netns(const struct option *self, const char *text, void *to)
{
	(void)self;
	if (!text[0])
		return -EINVAL;
	*(const char **)to = text;
	return 0;
}

static void range_netns(const struct option *self, char *buf, size_t size)
{
	(void)self;
	(void)snprintf(buf, size,
	               "a name of `ip netns`, a process id, a path or all");
}

static const char *netns_word(const struct option *self, size_t at)
{
	(void)self;
	return at ? NULL : "all";
}

/* "100/s" */
static int scan_rate(const char *text, uint64_t *ret)
{
	const size_t len = strlen(text);
	char number[32];

	if (len < 3 || len - 2 >= sizeof(number) ||
	    strcmp(text + len - 2, "/s") != 0)
		return -EINVAL;
	(void)snprintf(number, sizeof(number), "%.*s", (int)(len - 2), text);
	return num_parse_u64(number, NUM_COUNT, ret);
}

static int parse_rate(const struct option *self, const char *text, void *to)
{
	uint64_t rate = 0;
	const int rc = scan_rate(text, &rate);

	return store_in_range(self, to, rc, rate);
}

static void range_rate(const struct option *self, char *buf, size_t size)
{
	(void)snprintf(buf, size, "%" PRIu64 "/s to %" PRIu64 "/s", self->min,
	               self->max);
}

/* "slow:100/s" */
static int parse_accept_rate(const char *text, struct load_options *load)
{
	uint64_t rate;
	const int rc = scan_rate(text, &rate);

	if (rc)
		return rc;
	if (rate < 1 || rate > ACCEPT_RATE_MAX)
		return -ERANGE;
	load->accept = LOAD_ACCEPT_SLOW;
	load->accept_per_s = rate;
	return 0;
}

static int parse_accept(const struct option *self, const char *text, void *to)
{
	static const char slow[] = "slow:";
	struct load_options *load = to;

	(void)self;
	if (!strncmp(text, slow, sizeof(slow) - 1))
		return parse_accept_rate(text + sizeof(slow) - 1, load);
	if (!strcmp(text, "now"))
		load->accept = LOAD_ACCEPT_NOW;
	else if (!strcmp(text, "held"))
		load->accept = LOAD_ACCEPT_HELD;
	else
		return -EINVAL;
	return 0;
}

static void range_accept(const struct option *self, char *buf, size_t size)
{
	(void)self;
	(void)snprintf(buf, size, "held, now or slow:N/s with N 1 to %" PRIu64,
	               ACCEPT_RATE_MAX);
}

static const char *accept_word(const struct option *self, size_t at)
{
	static const char *const words[] = { "held", "now", "slow:", NULL };

	(void)self;
	return words[at];
}

static int parse_file(const struct option *self, const char *text, void *to)
{
	(void)self;
	if (!text[0])
		return -EINVAL;
	*(const char **)to = text;
	return 0;
}

static void range_file(const struct option *self, char *buf, size_t size)
{
	(void)self;
	(void)snprintf(buf, size, "a path");
}

static int parse_address(const struct option *self, const char *text, void *to)
{
	unsigned char bytes[16];

	(void)self;
	if (inet_pton(AF_INET, text, bytes) != 1 &&
	    inet_pton(AF_INET6, text, bytes) != 1)
		return -EINVAL;
	*(const char **)to = text;
	return 0;
}

static void range_address(const struct option *self, char *buf, size_t size)
{
	(void)self;
	(void)snprintf(buf, size, "an IPv4 or IPv6 address");
}

static int parse_endpoint(const struct option *self, const char *text, void *to)
{
	return endpoint_parse(text, (uint16_t)self->max, to);
}

static void range_endpoint(const struct option *self, char *buf, size_t size)
{
	(void)snprintf(buf, size, "%s, or [IPV6]:PORT; ports are 1 to 65535",
	               self->argument);
}

static const char *const tools[] = { "epoll", "iperf2", "iperf3", NULL };

static int parse_tool(const struct option *self, const char *text, void *to)
{
	(void)self;
	for (size_t i = 0; tools[i]; i++) {
		if (!strcmp(text, tools[i])) {
			*(const char **)to = tools[i];
			return 0;
		}
	}
	return -EINVAL;
}

static const char *tool_word(const struct option *self, size_t at)
{
	(void)self;
	return tools[at];
}

static int parse_ignore(const struct option *self, const char *text, void *to)
{
	struct options *options = to;

	(void)self;
	if (!rule_by_id(text) && !requirement_of_id(text))
		return -EINVAL;
	if (options->n_ignored == OPTIONS_IGNORED_MAX)
		return -ERANGE;
	options->ignored[options->n_ignored++] = text;
	return 0;
}

static void range_ignore(const struct option *self, char *buf, size_t size)
{
	(void)self;
	(void)snprintf(buf, size, "one that `kiloflow list rules` shows");
}

static const char *ignore_word(const struct option *self, size_t at)
{
	(void)self;
	return rules[at] ? rules[at]->id : NULL;
}

const struct option_type option_flag = {
	.parse = parse_flag,
	.kind = "",
	.range = range_none,
};

const struct option_type option_count = {
	.parse = parse_count,
	.kind = "a number",
	.range = range_number,
};

const struct option_type option_bytes = {
	.parse = parse_bytes,
	.kind = "a size",
	.range = range_number,
};

const struct option_type option_duration = {
	.parse = parse_duration,
	.kind = "a duration",
	.range = range_duration,
};

const struct option_type option_rate = {
	.parse = parse_rate,
	.kind = "a rate",
	.range = range_rate,
};

const struct option_type option_choice = {
	.parse = parse_choice,
	.kind = "known",
	.range = range_words,
	.word = choice_word,
};

const struct option_type option_format = {
	.parse = parse_format,
	.kind = "known",
	.range = range_words,
	.word = format_word,
};

const struct option_type option_emit = {
	.parse = parse_emit,
	.kind = "known",
	.range = range_words,
	.word = emit_word,
};

const struct option_type option_netns = {
	.parse = parse_netns,
	.kind = "a namespace",
	.range = range_netns,
	.word = netns_word,
	.offer = OFFER_NETNS,
};

const struct option_type option_accept = {
	.parse = parse_accept,
	.kind = "known",
	.range = range_accept,
	.word = accept_word,
};

const struct option_type option_ignore = {
	.parse = parse_ignore,
	.kind = "a rule",
	.range = range_ignore,
	.word = ignore_word,
};

const struct option_type option_file = {
	.parse = parse_file,
	.kind = "a file",
	.range = range_file,
	.offer = OFFER_FILES,
};

const struct option_type option_folder = {
	.parse = parse_file,
	.kind = "a folder",
	.range = range_file,
	.offer = OFFER_FOLDERS,
};

const struct option_type option_address = {
	.parse = parse_address,
	.kind = "an address",
	.range = range_address,
};

const struct option_type option_endpoint = {
	.parse = parse_endpoint,
	.kind = "a host and a port",
	.range = range_endpoint,
};

const struct option_type option_tool = {
	.parse = parse_tool,
	.kind = "known",
	.range = range_words,
	.word = tool_word,
};
