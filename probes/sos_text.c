// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * sos_text - see sos_text.h. Who writes it: procps src/sysctl.c; iproute2
 * misc/nstat.c and ip/ipaddress.c; net-tools statistics.c; Linux-PAM
 * modules/pam_limits/pam_limits.c.
 */
#include "probes/sos_text.h"

#include <string.h>

static bool skip(struct span *span, const char *prefix)
{
	const size_t len = strlen(prefix);

	if ((size_t)(span->end - span->at) < len ||
	    memcmp(span->at, prefix, len) != 0)
		return false;
	span->at += len;
	return true;
}

/* A value that is empty is written as "key = " or as "key =". */
bool sos_sysctl(struct span text, const char *key, struct span *ret)
{
	struct span line;

	while (span_line(&text, key, &line)) {
		if (!skip(&line, " ="))
			continue;
		(void)skip(&line, " ");
		*ret = line;
		return true;
	}
	return false;
}

/* --- counters ---------------------------------------------------------- */

static struct fact_u64 number(struct span word)
{
	uint64_t value;

	if (span_u64(word, &value))
		return (struct fact_u64){ .state = FACT_BROKEN };
	return fact_known(value);
}

/* "TcpExtListenOverflows" is TcpExt's ListenOverflows. */
static bool is_named(struct span word, const struct counter_desc *desc)
{
	return skip(&word, desc->group) && span_is(word, desc->name);
}

void sos_nstat(struct span text, struct fact_u64 counter[static COUNTER_COUNT])
{
	struct span line, name, value;

	while (span_line(&text, "", &line)) {
		if (!span_word(&line, &name) || !span_word(&line, &value))
			continue;
		for (enum counter_id id = 0; id < COUNTER_COUNT; id++) {
			if (is_named(name, counter_desc(id)))
				counter[id] = number(value);
		}
	}
}

/* What stands before and behind the number; the rest is "Name: number". */
static const struct sentence {
	enum counter_id id;
	const char *before, *behind;
} sentences[] = {
	{ COUNTER_ATTEMPT_FAILS, "", "failed connection attempts" },
	{ COUNTER_ESTAB_RESETS, "", "connection resets received" },
	{ COUNTER_RETRANS_SEGS, "", "segments retransmitted" },
	{ COUNTER_RETRANS_SEGS, "", "segments retransmited" },
	{ COUNTER_IN_ERRS, "", "bad segments received" },
	{ COUNTER_IN_ERRS, "", "bad segments received." },
	{ COUNTER_OUT_RSTS, "", "resets sent" },
	{ COUNTER_LISTEN_OVERFLOWS, "",
	  "times the listen queue of a socket overflowed" },
	{ COUNTER_LISTEN_DROPS, "", "SYNs to LISTEN sockets dropped" },
	{ COUNTER_SYNCOOKIES_SENT, "", "SYN cookies sent" },
	{ COUNTER_SYNCOOKIES_RECV, "", "SYN cookies received" },
	{ COUNTER_SYNCOOKIES_FAILED, "", "invalid SYN cookies received" },
	{ COUNTER_EMBRYONIC_RSTS, "",
	  "resets received for embryonic SYN_RECV sockets" },
	{ COUNTER_ABORT_ON_DATA, "",
	  "connections reset due to unexpected data" },
	{ COUNTER_ABORT_ON_CLOSE, "",
	  "connections reset due to early user close" },
	{ COUNTER_ABORT_ON_MEMORY, "",
	  "connections aborted due to memory pressure" },
	{ COUNTER_ABORT_ON_TIMEOUT, "", "connections aborted due to timeout" },
	{ COUNTER_ABORT_ON_LINGER, "",
	  "connections aborted after user close in linger timeout" },
	{ COUNTER_ABORT_FAILED, "",
	  "times unable to send RST due to no memory" },
	{ COUNTER_MEMORY_PRESSURES, "TCP ran low on memory", "times" },
};

static struct span trimmed(struct span text)
{
	while (text.at < text.end && (*text.at == ' ' || *text.at == '\t'))
		text.at++;
	while (text.at < text.end && text.end[-1] == ' ')
		text.end--;
	return text;
}

static bool is_sentence(struct span line, const struct sentence *sentence,
                        struct fact_u64 *ret)
{
	struct span word;

	if (!skip(&line, sentence->before) || !span_word(&line, &word) ||
	    !span_is(trimmed(line), sentence->behind))
		return false;
	*ret = number(word);
	return true;
}

/* "TCPTimeouts: 2" */
static bool is_plain(struct span line, const char *group,
                     const struct counter_desc *desc, struct fact_u64 *ret)
{
	if (strcmp(desc->group, group) != 0 || !skip(&line, desc->name) ||
	    !skip(&line, ": "))
		return false;
	*ret = number(trimmed(line));
	return true;
}

static void take_counter(struct span line, const char *group,
                         struct fact_u64 counter[static COUNTER_COUNT])
{
	for (size_t i = 0; i < sizeof(sentences) / sizeof(sentences[0]); i++) {
		const enum counter_id id = sentences[i].id;

		if (!strcmp(counter_desc(id)->group, group))
			(void)is_sentence(line, &sentences[i], &counter[id]);
	}
	for (enum counter_id id = 0; id < COUNTER_COUNT; id++)
		(void)is_plain(line, group, counter_desc(id), &counter[id]);
}

/* A group's lines are indented. */
void sos_netstat(struct span text,
                 struct fact_u64 counter[static COUNTER_COUNT])
{
	const char *group = "";
	struct span line;

	while (span_line(&text, "", &line)) {
		if (span_is(line, "Tcp:"))
			group = "Tcp";
		else if (span_is(line, "TcpExt:"))
			group = "TcpExt";
		else if (line.at < line.end && *line.at != ' ')
			group = "";
		else
			take_counter(trimmed(line), group, counter);
	}
}

/* --- limits ------------------------------------------------------------ */

static struct fact_u64 limit(struct span word)
{
	static const char *const unlimited[] = { "unlimited", "infinity",
		                                 "-1" };

	for (size_t i = 0; i < sizeof(unlimited) / sizeof(unlimited[0]); i++) {
		if (span_is(word, unlimited[i]))
			return fact_known(UINT64_MAX);
	}
	return number(word);
}

/* "* soft nofile 65536" */
void sos_limits(struct span text, struct limits_facts *ret)
{
	struct span line, type, item, value;

	while (span_line(&text, "*", &line)) {
		bool both;

		if (line.at == line.end ||
		    (*line.at != ' ' && *line.at != '\t'))
			continue;
		if (!span_word(&line, &type) || !span_word(&line, &item) ||
		    !span_word(&line, &value) || !span_is(item, "nofile"))
			continue;
		both = span_is(type, "-");
		if (both || span_is(type, "soft"))
			ret->nofile_soft = limit(value);
		if (both || span_is(type, "hard"))
			ret->nofile_hard = limit(value);
	}
}

/* --- devices ----------------------------------------------------------- */

/*
 * "2: eth0@if5: <BROADCAST,UP> mtu 1500": the next line that begins a device.
 *
 * @ret_name: without what it is stacked on
 * @line: what follows the name
 */
static bool take_device(struct span *text, uint64_t *ret_index,
                        struct span *ret_name, struct span *line)
{
	struct span index;

	while (span_line(text, "", line)) {
		const char *at;

		if (line->at == line->end || *line->at < '0' ||
		    *line->at > '9' || !span_word(line, &index) ||
		    !span_word(line, ret_name) || index.end[-1] != ':' ||
		    ret_name->end[-1] != ':')
			continue;
		index.end--;
		ret_name->end--;
		at = memchr(ret_name->at, '@',
		            (size_t)(ret_name->end - ret_name->at));
		if (at)
			ret_name->end = at;
		if (!span_u64(index, ret_index))
			return true;
	}
	return false;
}

static bool is_same(struct span a, struct span b)
{
	return a.end - a.at == b.end - b.at &&
	       !memcmp(a.at, b.at, (size_t)(a.end - a.at));
}

/* "<LOOPBACK,UP,LOWER_UP>" */
static bool has_flag(struct span flags, const char *flag)
{
	const size_t len = strlen(flag);

	for (const char *p = flags.at; p + len + 2 <= flags.end; p++) {
		if ((*p == '<' || *p == ',') && !memcmp(p + 1, flag, len) &&
		    (p[len + 1] == ',' || p[len + 1] == '>'))
			return true;
	}
	return false;
}

/* The lines of a device are indented. */
static bool has_ipv6_loopback(struct span text)
{
	struct span line, word;

	while (span_line(&text, "", &line)) {
		if (line.at == line.end || *line.at != ' ')
			return false;
		if (span_word(&line, &word) && span_is(word, "inet6") &&
		    span_word(&line, &word) && span_is(word, "::1/128"))
			return true;
	}
	return false;
}

static struct fact_u64 mtu_of(struct span line)
{
	struct span word;

	while (span_word(&line, &word)) {
		if (span_is(word, "mtu") && span_word(&line, &word))
			return number(word);
	}
	return (struct fact_u64){ .state = FACT_BROKEN };
}

void sos_link(struct span text, const char *device, struct link_facts *ret)
{
	struct span name, line;
	uint64_t index;

	while (take_device(&text, &index, &name, &line)) {
		struct span flags;

		if (!span_is(name, device) || !span_word(&line, &flags))
			continue;
		ret->up = fact_known(has_flag(flags, "UP"));
		ret->mtu_bytes = mtu_of(line);
		ret->ipv6 = fact_known(has_ipv6_loopback(text));
		return;
	}
}

uint32_t sos_ifindex(struct span text, struct span device)
{
	struct span name, line;
	uint64_t index;

	while (take_device(&text, &index, &name, &line)) {
		if (is_same(name, device) && index <= UINT32_MAX)
			return (uint32_t)index;
	}
	return 0;
}
