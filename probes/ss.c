// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ss - see ss.h. misc/ss.c of iproute2 writes it.
 *
 * A socket is a line, and further ones that begin with a blank. Process names
 * stand there as they are: one with a quotation mark in it may look like two,
 * but never like another field.
 */
#include "probes/ss.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <string.h>

#include "probes/base/hex_table.h"
#include "probes/facts.h"

static const struct {
	const char *name;
	uint8_t state;
} states[] = {
	{ "ESTAB", TCP_ESTABLISHED },    { "SYN-SENT", TCP_SYN_SENT },
	{ "SYN-RECV", TCP_SYN_RECV },    { "FIN-WAIT-1", TCP_FIN_WAIT1 },
	{ "FIN-WAIT-2", TCP_FIN_WAIT2 }, { "TIME-WAIT", TCP_TIME_WAIT },
	{ "UNCONN", TCP_CLOSE },         { "CLOSE-WAIT", TCP_CLOSE_WAIT },
	{ "LAST-ACK", TCP_LAST_ACK },    { "LISTEN", TCP_LISTEN },
	{ "CLOSING", TCP_CLOSING },
};

static size_t span_len(struct span span)
{
	return (size_t)(span.end - span.at);
}

static bool starts_with(struct span span, const char *prefix)
{
	const size_t len = strlen(prefix);

	return span_len(span) >= len && !memcmp(span.at, prefix, len);
}

/* "ino:" of "ino:1234" leaves "1234". */
static bool take_prefix(struct span *span, const char *prefix)
{
	if (!starts_with(*span, prefix))
		return false;
	span->at += strlen(prefix);
	return true;
}

static bool parse_u32(struct span word, uint32_t *ret)
{
	uint64_t value;

	if (span_u64(word, &value) || value > UINT32_MAX)
		return false;
	*ret = (uint32_t)value;
	return true;
}

static bool parse_state(struct span word, uint8_t *ret)
{
	for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++) {
		if (span_is(word, states[i].name)) {
			*ret = states[i].state;
			return true;
		}
	}
	return false;
}

/* --- addresses --------------------------------------------------------- */

struct endpoint {
	int family;
	uint8_t addr[16];
	uint16_t port;
	struct span device;
};

/* "80" or, of a peer that there is none of, "*" */
static bool parse_port(struct span text, uint16_t *ret)
{
	uint32_t port = 0;

	if (!span_is(text, "*") && !parse_u32(text, &port))
		return false;
	*ret = (uint16_t)port;
	return port <= UINT16_MAX;
}

/* "[fe80::1]%eth0", and what old versions make of it: "fe80::1%eth0" */
static struct span take_device(struct span *host)
{
	const char *percent = memrchr(host->at, '%', span_len(*host));
	struct span device = { host->end, host->end };

	if (percent) {
		device.at = percent + 1;
		host->end = percent;
	}
	if (span_len(*host) >= 2 && host->at[0] == '[' &&
	    host->end[-1] == ']') {
		host->at++;
		host->end--;
	}
	return device;
}

static bool parse_host(struct span host, bool any_is_ipv4, struct endpoint *ret)
{
	char text[INET6_ADDRSTRLEN];

	if (span_is(host, "*")) {
		ret->family = any_is_ipv4 ? AF_INET : AF_INET6;
		return true;
	}
	if (span_len(host) >= sizeof(text))
		return false;
	memcpy(text, host.at, span_len(host));
	text[span_len(host)] = '\0';
	ret->family = strchr(text, ':') ? AF_INET6 : AF_INET;
	return inet_pton(ret->family, text, ret->addr) == 1;
}

static bool parse_endpoint(struct span word, bool any_is_ipv4,
                           struct endpoint *ret)
{
	const char *colon = memrchr(word.at, ':', span_len(word));
	struct span host = word;
	struct span port = word;

	*ret = (struct endpoint){ .family = AF_UNSPEC };
	if (!colon)
		return false;
	host.end = colon;
	port.at = colon + 1;
	ret->device = take_device(&host);
	return parse_port(port, &ret->port) &&
	       parse_host(host, any_is_ipv4, ret);
}

/* --- what follows the addresses ---------------------------------------- */

/* "skmem:(r0,rb131072,...,bl0,d3)": old kernels have no d. */
static struct fact_u64 parse_drops(struct span word)
{
	const char *comma = memrchr(word.at, ',', span_len(word));
	uint64_t drops;

	if (!comma || word.end - comma < 3 || comma[1] != 'd' ||
	    word.end[-1] != ')')
		return (struct fact_u64){ .state = FACT_ABSENT };
	if (span_u64((struct span){ comma + 2, word.end - 1 }, &drops))
		return (struct fact_u64){ .state = FACT_BROKEN };
	return fact_known(drops);
}

static bool parse_word(struct span word, struct ss_row *row)
{
	uint64_t v6only;

	if (take_prefix(&word, "uid:"))
		return parse_u32(word, &row->diag.uid);
	if (take_prefix(&word, "ino:"))
		return parse_u32(word, &row->diag.inode);
	if (take_prefix(&word, "sk:"))
		return !hex_u64(word, &row->diag.cookie);
	if (take_prefix(&word, "v6only:")) {
		if (span_u64(word, &v6only))
			return false;
		row->diag.v6only = fact_known(v6only);
	} else if (take_prefix(&word, "skmem:(")) {
		row->diag.drops = parse_drops(word);
	}
	return true;
}

/* `(("nginx",pid=812,fd=6),("nginx",pid=813,fd=6))` */
static void take_users(struct span *line, struct ss_row *row)
{
	struct owner owner;
	struct span rest;

	while (line->at < line->end && *line->at == ' ')
		line->at++;
	if (!take_prefix(line, "users:("))
		return;
	row->users = *line;
	rest = *line;
	while (ss_owner(&rest, &owner))
		;
	row->users.end = rest.at;
	*line = rest;
}

static bool parse_details(struct span line, struct ss_row *row)
{
	struct span word;

	while (span_word(&line, &word)) {
		if (!parse_word(word, row))
			return false;
	}
	return true;
}

/* `"name",pid=1,fd=2)`, or of old versions `"name",1,2)`: where name ends. */
static const char *name_end(struct span rest)
{
	const size_t max = sizeof(((struct owner *)0)->comm);

	for (size_t i = 0; i < max && i + 2 < span_len(rest); i++) {
		if (rest.at[i] == '"' && rest.at[i + 1] == ',')
			return rest.at + i;
	}
	return NULL;
}

/* "pid=812," leaves what follows the comma; @until ends the number. */
static bool take_number(struct span *rest, const char *prefix, char until,
                        int *ret)
{
	const char *end;
	uint32_t number;

	(void)take_prefix(rest, prefix);
	end = memchr(rest->at, until, span_len(*rest));
	if (!end || !parse_u32((struct span){ rest->at, end }, &number) ||
	    number > INT32_MAX)
		return false;
	*ret = (int)number;
	rest->at = end + 1;
	return true;
}

bool ss_owner(struct span *users, struct owner *ret)
{
	struct span rest = *users;
	const char *end;

	(void)take_prefix(&rest, ",");
	if (!take_prefix(&rest, "(\""))
		return false;
	end = name_end(rest);
	if (!end)
		return false;
	*ret = (struct owner){ .pid = 0 };
	memcpy(ret->comm, rest.at, (size_t)(end - rest.at));
	rest.at = end + 2;
	if (!take_number(&rest, "pid=", ',', &ret->pid) ||
	    !take_number(&rest, "fd=", ')', &ret->fd))
		return false;
	*users = rest;
	return true;
}

/* --- rows -------------------------------------------------------------- */

static bool parse_endpoints(struct span *line, bool any_is_ipv4,
                            struct ss_row *row)
{
	struct endpoint local, peer;
	struct span word;

	if (!span_word(line, &word) ||
	    !parse_endpoint(word, any_is_ipv4, &local) ||
	    !span_word(line, &word) ||
	    !parse_endpoint(word, any_is_ipv4, &peer))
		return false;
	row->diag.family = local.family;
	row->diag.sport = local.port;
	row->diag.dport = peer.port;
	memcpy(row->diag.src, local.addr, sizeof(row->diag.src));
	memcpy(row->diag.dst, peer.addr, sizeof(row->diag.dst));
	row->device = local.device;
	return true;
}

/* "LISTEN 0 128 0.0.0.0:22 0.0.0.0:* users:(...) ino:1 sk:1" */
static bool parse_first(struct span line, bool any_is_ipv4, struct ss_row *row)
{
	struct span word;

	*row = (struct ss_row){
		.users = { line.end, line.end },
		.diag.drops.state = FACT_ABSENT,
		.diag.v6only.state = FACT_ABSENT,
	};
	if (!span_word(&line, &word) || !parse_state(word, &row->diag.state) ||
	    !span_word(&line, &word) || !parse_u32(word, &row->diag.rqueue) ||
	    !span_word(&line, &word) || !parse_u32(word, &row->diag.wqueue) ||
	    !parse_endpoints(&line, any_is_ipv4, row))
		return false;
	take_users(&line, row);
	return parse_details(line, row);
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* The next line; true when there was one. */
static bool take_line(struct span *rest, struct span *ret)
{
	return span_line(rest, "", ret);
}

/* All lines of one socket. */
static bool parse_row(struct span line, struct span *rest, bool any_is_ipv4,
                      struct ss_row *row)
{
	bool ok = parse_first(line, any_is_ipv4, row);

	while (ok && rest->at < rest->end && is_blank(*rest->at) &&
	       take_line(rest, &line))
		ok = parse_details(line, row);
	return ok;
}

int ss_parse(const char *bytes, size_t len,
             int (*row)(void *to, const struct ss_row *row), void *to)
{
	static const char old_any[] = " :::";
	const bool any_is_ipv4 =
		memmem(bytes, len, old_any, sizeof(old_any) - 1);
	struct span rest = span_of(bytes, len);
	struct span line;
	int rc = 0;

	if (!len || bytes[len - 1] != '\n' || !span_line(&rest, "Netid", &line))
		return -EBADMSG;
	while (!rc && take_line(&rest, &line)) {
		struct ss_row parsed;

		if (!take_prefix(&line, "tcp") || line.at == line.end ||
		    !is_blank(*line.at))
			continue;
		if (!parse_row(line, &rest, any_is_ipv4, &parsed))
			return -EBADMSG;
		rc = row(to, &parsed);
	}
	return rc;
}
