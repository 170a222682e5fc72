// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * sysctl_value - see sysctl_value.h. Everything here follows
 * kernel/sysctl.c: proc_get_long(), __do_proc_dointvec() and
 * proc_do_large_bitmap().
 *
 * Not followed: "-0" is refused by the sysctls of one byte.
 */
#include "probes/sysctl_value.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "probes/port_set.h"
#include "probes/sysctl.h"

/* A number of more characters than this is refused: TMPBUFLEN - 2. */
#define NUMBER_CHARS_MAX 20

/* A longer name is cut, and then there is none: TCP_CA_NAME_MAX - 1. */
#define WORD_CHARS_MAX 15

static size_t span_len(struct span span)
{
	return (size_t)(span.end - span.at);
}

/* lib/string_helpers.c:skip_spaces() */
static void skip_spaces(struct span *rest)
{
	while (rest->at < rest->end &&
	       (*rest->at == ' ' || (*rest->at >= '\t' && *rest->at <= '\r')))
		rest->at++;
}

/* The value of a digit in any base; 16 when it is none. */
static unsigned int digit_value(char c)
{
	if (c >= '0' && c <= '9')
		return (unsigned int)(c - '0');
	if (c >= 'a' && c <= 'f')
		return (unsigned int)(c - 'a') + 10;
	if (c >= 'A' && c <= 'F')
		return (unsigned int)(c - 'A') + 10;
	return 16;
}

/* lib/kstrtox.c:_parse_integer_fixup_radix() */
static unsigned int take_base(struct span *rest)
{
	const char *p = rest->at;

	if (*p != '0')
		return 10;
	if (span_len(*rest) > 2 && (p[1] | 0x20) == 'x' &&
	    digit_value(p[2]) < 16) {
		rest->at += 2;
		return 16;
	}
	return 8;
}

/*
 * Digits up to the first character that is none. They start with a decimal
 * one, whatever the base.
 */
static bool take_digits(struct span *rest, uint64_t *ret)
{
	const char *start = rest->at;
	uint64_t value = 0;
	unsigned int base;

	if (rest->at == rest->end || digit_value(*rest->at) > 9)
		return false;
	base = take_base(rest);
	for (; rest->at < rest->end; rest->at++) {
		const unsigned int digit = digit_value(*rest->at);

		if (digit >= base)
			break;
		if (__builtin_mul_overflow(value, base, &value) ||
		    __builtin_add_overflow(value, digit, &value))
			return false;
	}
	*ret = value;
	return rest->at - start <= NUMBER_CHARS_MAX;
}

/* A number with its sign; a blank or nothing follows it. */
static bool take_number(struct span *rest, int64_t *ret)
{
	const char *start = rest->at;
	const bool negative = *start == '-';
	uint64_t value;

	rest->at += negative;
	if (!take_digits(rest, &value) || value > INT64_MAX ||
	    rest->at - start > NUMBER_CHARS_MAX)
		return false;
	*ret = negative ? -(int64_t)value : (int64_t)value;
	return rest->at == rest->end || *rest->at == ' ' || *rest->at == '\t' ||
	       *rest->at == '\n';
}

/* Return: false when something is wrong, though some may be taken by then. */
static bool write_numbers(const struct sysctl_desc *desc, struct span rest,
                          struct sysctl_value *value, unsigned int *ret_taken)
{
	const unsigned int max = sysctl_numbers(desc->type);
	int64_t number;

	for (*ret_taken = 0; *ret_taken < max; ++*ret_taken) {
		skip_spaces(&rest);
		if (rest.at == rest.end)
			break;
		if (!take_number(&rest, &number) || number < desc->min ||
		    number > desc->max)
			return false;
		value->v[*ret_taken] = number;
		if (value->n <= *ret_taken)
			value->n = *ret_taken + 1;
	}
	return *ret_taken > 0;
}

/* Both numbers or none: net/ipv4/sysctl_net_ipv4.c:ipv4_local_port_range() */
static bool write_pair(const struct sysctl_desc *desc, struct span text,
                       struct sysctl_value *value)
{
	struct sysctl_value new = *value;
	unsigned int taken;

	if (!write_numbers(desc, text, &new, &taken) ||
	    (new.n == 2 && new.v[0] > new.v[1]))
		return false;
	*value = new;
	return true;
}

/* "80" or "80-90", and the comma after it. */
static bool take_range(struct span *rest, uint64_t *ret_low, uint64_t *ret_high)
{
	if (!take_digits(rest, ret_low))
		return false;
	*ret_high = *ret_low;
	if (rest->at < rest->end && *rest->at == '-') {
		rest->at++;
		if (!take_digits(rest, ret_high))
			return false;
	}
	if (rest->at < rest->end && *rest->at++ != ',')
		return false;
	return *ret_low <= *ret_high && *ret_high <= PORT_MAX;
}

static bool parse_ports(struct span rest, struct port_set *ret)
{
	uint64_t low;
	uint64_t high;

	*ret = (struct port_set){ 0 };
	while (rest.at < rest.end) {
		if (!take_range(&rest, &low, &high))
			return false;
		for (; low <= high; low++)
			port_set_add(ret, (uint16_t)low);
	}
	return true;
}

static bool write_ports(struct span text, struct sysctl_value *value)
{
	struct port_set set;

	if (!parse_ports(text, &set))
		return false;
	value->n = 1;
	value->v[0] = port_set_count(&set);
	value->text = text;
	return true;
}

static bool write_word(struct span text, struct sysctl_value *value)
{
	struct span rest = text;
	struct span word;

	if (!span_word(&rest, &word) || span_len(word) != span_len(text) ||
	    span_len(word) > WORD_CHARS_MAX)
		return false;
	value->text = word;
	return true;
}

bool sysctl_value_write(const struct sysctl_desc *desc, struct span text,
                        struct sysctl_value *value)
{
	unsigned int taken;

	if (desc->live == SYSCTL_READ_ONLY)
		return false;
	switch (desc->type) {
	case SYSCTL_TYPE_PAIR:
		return write_pair(desc, text, value);
	case SYSCTL_TYPE_WORD:
		return write_word(text, value);
	case SYSCTL_TYPE_PORTS:
		return write_ports(text, value);
	case SYSCTL_TYPE_WORDS: /* all of them are read-only */
		return false;
	case SYSCTL_TYPE_INT:
	case SYSCTL_TYPE_TRIPLE:
		break;
	}
	(void)write_numbers(desc, text, value, &taken);
	return taken > 0;
}

struct sysctl_value sysctl_value_of(const struct sysctl_desc *desc,
                                    const struct sysctl_fact *fact)
{
	struct sysctl_value value = {
		.n = sysctl_numbers(desc->type),
		.text = span_of(fact->text, strlen(fact->text)),
	};

	memcpy(value.v, fact->v, sizeof(value.v));
	return value;
}

static bool same_text(struct span a, struct span b)
{
	return span_len(a) == span_len(b) && !memcmp(a.at, b.at, span_len(a));
}

static bool same_ports(struct span a, struct span b)
{
	struct port_set set_a;
	struct port_set set_b;

	return parse_ports(a, &set_a) && parse_ports(b, &set_b) &&
	       !memcmp(&set_a, &set_b, sizeof(set_a));
}

bool sysctl_value_equal(const struct sysctl_desc *desc,
                        const struct sysctl_value *a,
                        const struct sysctl_value *b)
{
	if (desc->type == SYSCTL_TYPE_WORD)
		return same_text(a->text, b->text);
	if (desc->type == SYSCTL_TYPE_PORTS)
		return same_ports(a->text, b->text);
	return a->n == b->n && !memcmp(a->v, b->v, a->n * sizeof(a->v[0]));
}

/* A list of ports has a number too, of how many there are. */
static bool is_amount(const struct sysctl_desc *desc)
{
	return sysctl_numbers(desc->type) && desc->sense == SYSCTL_AMOUNT;
}

struct sysctl_value sysctl_value_more(const struct sysctl_desc *desc,
                                      const struct sysctl_value *a,
                                      const struct sysctl_value *b)
{
	struct sysctl_value more = *b;

	for (unsigned int i = 0; is_amount(desc) && i < more.n; i++) {
		const bool is_low = desc->type == SYSCTL_TYPE_PAIR && i == 0;

		if (is_low ? a->v[i] < b->v[i] : a->v[i] > b->v[i])
			more.v[i] = a->v[i];
	}
	return more;
}

bool sysctl_value_is(const struct sysctl_desc *desc,
                     const struct sysctl_value *value, const char *bytes,
                     size_t len)
{
	const bool newline = len && bytes[len - 1] == '\n';
	const struct span now = span_of(bytes, len - newline);
	struct sysctl_fact fact;

	if (desc->type == SYSCTL_TYPE_WORD)
		return same_text(value->text, now);
	if (desc->type == SYSCTL_TYPE_PORTS)
		return same_ports(value->text, now);
	fact = sysctl_parse(desc, bytes, len);
	return fact.state == FACT_KNOWN &&
	       !memcmp(value->v, fact.v, value->n * sizeof(fact.v[0]));
}

void sysctl_value_format(const struct sysctl_desc *desc,
                         const struct sysctl_value *value, char *buf,
                         size_t size)
{
	size_t used = 0;

	if (desc->type == SYSCTL_TYPE_WORD || desc->type == SYSCTL_TYPE_PORTS) {
		(void)snprintf(buf, size, "%.*s",
		               (int)(span_len(value->text) < size
		                             ? span_len(value->text)
		                             : size),
		               value->text.at);
		return;
	}
	buf[0] = '\0';
	for (unsigned int i = 0; i < value->n && used < size; i++)
		used += (size_t)snprintf(buf + used, size - used, "%s%" PRId64,
		                         i ? " " : "", value->v[i]);
}
