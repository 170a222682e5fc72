// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * trace_parse - see trace_parse.h.
 *
 * Addresses stand in an event either as struct sockaddr, or each family in
 * fields of its own; then the IPv6 ones hold an IPv4 address too, mapped
 * (include/trace/events/net_probe_common.h:TP_STORE_V4MAPPED).
 */
#include "probes/observe/trace_parse.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <traceevent/event-parse.h>

const struct trace_event_name trace_events[TRACE_KINDS] = {
	[TRACE_SEND_RESET] = { "tcp", "tcp_send_reset", NULL },
	[TRACE_RECEIVE_RESET] = { "tcp", "tcp_receive_reset", NULL },
	[TRACE_SYNACK] = { "tcp", "tcp_retransmit_synack", NULL },
	[TRACE_LISTEN] = { "syscalls", "sys_enter_listen", NULL },
	/* TCP_LISTEN, IPPROTO_TCP */
	[TRACE_LISTEN_STATE] = { "sock", "inet_sock_set_state",
	                         "newstate == 10 && protocol == 6" },
};

enum field {
	FIELD_PID,
	FIELD_SKB,
	FIELD_STATE,
	FIELD_REASON,
	FIELD_SPORT,
	FIELD_DPORT,
	FIELD_SADDR,
	FIELD_DADDR,
	FIELD_SADDR6,
	FIELD_DADDR6,
	FIELD_FD,
	FIELD_BACKLOG,
	FIELD_COOKIE,
};

static const char *const field_names[TRACE_FIELDS] = {
	[FIELD_PID] = "common_pid",
	[FIELD_SKB] = "skbaddr",
	[FIELD_STATE] = "state",
	[FIELD_REASON] = "reason",
	[FIELD_SPORT] = "sport",
	[FIELD_DPORT] = "dport",
	[FIELD_SADDR] = "saddr",
	[FIELD_DADDR] = "daddr",
	[FIELD_SADDR6] = "saddr_v6",
	[FIELD_DADDR6] = "daddr_v6",
	[FIELD_FD] = "fd",
	[FIELD_BACKLOG] = "backlog",
	[FIELD_COOKIE] = "sock_cookie",
};

int trace_formats_init(struct trace_formats *formats)
{
	const enum tep_endian endian =
		tep_is_bigendian() ? TEP_BIG_ENDIAN : TEP_LITTLE_ENDIAN;

	*formats = (struct trace_formats){ .tep = tep_alloc() };
	if (!formats->tep)
		return -ENOMEM;
	tep_set_loglevel(TEP_LOG_NONE);
	tep_set_long_size(formats->tep, sizeof(long));
	tep_set_file_bigendian(formats->tep, endian);
	tep_set_local_bigendian(formats->tep, endian);
	return 0;
}

void trace_formats_done(struct trace_formats *formats)
{
	tep_free(formats->tep);
	*formats = (struct trace_formats){ 0 };
}

static bool has(const struct trace_format *format, enum field field)
{
	return format->field[field];
}

/* All that is read of a kind without asking whether it is there. */
static bool is_whole(const struct trace_format *format, enum trace_kind kind)
{
	if (!has(format, FIELD_PID))
		return false;
	if (kind == TRACE_LISTEN)
		return has(format, FIELD_FD) && has(format, FIELD_BACKLOG);
	if (has(format, FIELD_SPORT))
		return has(format, FIELD_DPORT) && has(format, FIELD_SADDR6) &&
		       has(format, FIELD_DADDR6);
	return has(format, FIELD_SADDR) && has(format, FIELD_DADDR);
}

int trace_formats_add(struct trace_formats *formats, enum trace_kind kind,
                      const char *text, size_t len)
{
	const struct trace_event_name *name = &trace_events[kind];
	struct trace_format *format = &formats->kind[kind];

	if (tep_parse_event(formats->tep, text, len, name->system))
		return -EBADMSG;
	format->event =
		tep_find_event_by_name(formats->tep, name->system, name->event);
	if (!format->event)
		return -EBADMSG;
	for (int i = 0; i < TRACE_FIELDS; i++) {
		if (field_names[i])
			format->field[i] = tep_find_any_field(format->event,
			                                      field_names[i]);
	}
	if (is_whole(format, kind))
		return 0;
	format->event = NULL;
	return -EBADMSG;
}

bool trace_formats_have_reasons(const struct trace_formats *formats)
{
	const struct trace_format *format = &formats->kind[TRACE_SEND_RESET];

	return format->event && has(format, FIELD_REASON);
}

/* --- one event -------------------------------------------------------------
 */

struct reading {
	const struct trace_format *format;
	const uint8_t *data;
	size_t len;
	bool cut; /* a field stands outside of it */
};

/* Return: where a field stands, at least @size bytes; NULL. */
static const uint8_t *field_at(struct reading *reading, enum field field,
                               size_t size)
{
	const struct tep_format_field *at = reading->format->field[field];

	if (!at)
		return NULL;
	if (at->offset < 0 || at->size < (int)size ||
	    (size_t)at->offset + (size_t)at->size > reading->len) {
		reading->cut = true;
		return NULL;
	}
	return reading->data + at->offset;
}

/* 0 when there is none. */
static uint64_t number(struct reading *reading, enum field field)
{
	unsigned long long value = 0;

	if (field_at(reading, field, 1))
		(void)tep_read_number_field(reading->format->field[field],
		                            reading->data, &value);
	return value;
}

/* struct sockaddr_in or sockaddr_in6 */
static uint16_t read_sockaddr(struct reading *reading, enum field field,
                              int *ret_family, uint8_t ret_addr[16])
{
	const uint8_t *at = field_at(reading, field, 28);
	uint16_t family;
	uint16_t port;

	if (!at)
		return 0;
	memcpy(&family, at, sizeof(family));
	memcpy(&port, at + 2, sizeof(port));
	*ret_family = family;
	if (family == AF_INET)
		memcpy(ret_addr, at + 4, 4);
	else
		memcpy(ret_addr, at + 8, 16);
	return ntohs(port);
}

static void read_address(struct reading *reading, enum field field,
                         uint8_t ret_addr[16])
{
	const uint8_t *at = field_at(reading, field, 16);

	if (at)
		memcpy(ret_addr, at, 16);
}

static struct seen_tuple read_tuple(struct reading *reading)
{
	struct seen_tuple tuple = { .family = AF_INET6 };

	if (!has(reading->format, FIELD_SPORT)) {
		tuple.dport = read_sockaddr(reading, FIELD_DADDR, &tuple.family,
		                            tuple.daddr);
		tuple.sport = read_sockaddr(reading, FIELD_SADDR, &tuple.family,
		                            tuple.saddr);
	} else {
		tuple.sport = (uint16_t)number(reading, FIELD_SPORT);
		tuple.dport = (uint16_t)number(reading, FIELD_DPORT);
		read_address(reading, FIELD_SADDR6, tuple.saddr);
		read_address(reading, FIELD_DADDR6, tuple.daddr);
	}
	seen_tuple_unmap(&tuple);
	return tuple;
}

/* The words of __print_symbolic(REC->reason, ...) in the format. */
static const struct tep_print_flag_sym *
reason_names(const struct tep_event *event)
{
	const struct tep_print_arg *arg = event->print_fmt.args;

	for (; arg; arg = arg->next) {
		const struct tep_print_arg *field;

		if (arg->type != TEP_PRINT_SYMBOL)
			continue;
		field = arg->symbol.field;
		if (field->type == TEP_PRINT_FIELD &&
		    !strcmp(field->field.name, field_names[FIELD_REASON]))
			return arg->symbol.symbols;
	}
	return NULL;
}

static void read_reason(struct reading *reading, char *buf, size_t size)
{
	const uint64_t value = number(reading, FIELD_REASON);
	const struct tep_print_flag_sym *name;

	if (!has(reading->format, FIELD_REASON))
		return;
	for (name = reason_names(reading->format->event); name;
	     name = name->next) {
		if (strtoull(name->value, NULL, 0) == value) {
			(void)snprintf(buf, size, "%s", name->str);
			return;
		}
	}
	(void)snprintf(buf, size, "%llu", (unsigned long long)value);
}

static void read_kind(struct reading *reading, uint64_t at_ns,
                      struct trace_event *ret)
{
	struct seen_reset *reset = &ret->reset;

	switch (ret->kind) {
	case TRACE_SEND_RESET:
	case TRACE_RECEIVE_RESET:
		reset->at_ns = at_ns;
		reset->tuple = read_tuple(reading);
		reset->received = ret->kind == TRACE_RECEIVE_RESET;
		reset->active = has(reading->format, FIELD_SKB) &&
		                !number(reading, FIELD_SKB);
		reset->state = (uint8_t)number(reading, FIELD_STATE);
		reset->cookie = number(reading, FIELD_COOKIE);
		read_reason(reading, reset->reason, sizeof(reset->reason));
		break;
	case TRACE_SYNACK:
		ret->synack.at_ns = at_ns;
		ret->synack.tuple = read_tuple(reading);
		break;
	case TRACE_LISTEN:
		ret->listen.fd = (int)number(reading, FIELD_FD);
		/* an int, in a register that may hold more */
		ret->listen.backlog = (int)number(reading, FIELD_BACKLOG);
		break;
	case TRACE_LISTEN_STATE:
		ret->state = read_tuple(reading);
		break;
	}
}

/* Return: TRACE_KINDS for an event of none. */
static int kind_of(const struct trace_formats *formats, uint16_t id)
{
	int kind = 0;

	while (kind < TRACE_KINDS && (!formats->kind[kind].event ||
	                              formats->kind[kind].event->id != id))
		kind++;
	return kind;
}

int trace_parse(const struct trace_formats *formats, const void *data,
                size_t len, uint64_t at_ns, struct trace_event *ret)
{
	struct reading reading = { .data = data, .len = len };
	uint16_t id;
	int kind;

	if (len < sizeof(id))
		return -EBADMSG;
	memcpy(&id, data, sizeof(id));
	kind = kind_of(formats, id);
	if (kind == TRACE_KINDS)
		return -ENOENT;
	reading.format = &formats->kind[kind];
	*ret = (struct trace_event){ .kind = (enum trace_kind)kind };
	ret->tid = (pid_t)number(&reading, FIELD_PID);
	read_kind(&reading, at_ns, ret);
	return reading.cut ? -EBADMSG : 0;
}
