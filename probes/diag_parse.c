// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * diag_parse - see diag_parse.h. Everything is copied out of the message
 * before it is looked at: the bytes may be a file's or a fuzzer's, aligned
 * as they please.
 */
#include "probes/diag_parse.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <linux/tcp.h>
#include <string.h>
#include <sys/socket.h>

/* A number inside of an attribute; all are in host byte order. */
struct attr_desc {
	uint16_t type;
	bool grows;   /* older kernels send less of it: then it is absent */
	uint8_t at;   /* offset in the payload */
	uint8_t size; /* 1, 4 or 8 bytes */
	size_t field; /* offset in struct diag_row, a struct fact_u64 */
};

#define INFO_NUMBER(member)                                                    \
	{                                                                      \
		INET_DIAG_INFO, true,                                          \
			offsetof(struct tcp_info, tcpi_##member),              \
			sizeof(((struct tcp_info *)0)->tcpi_##member),         \
			offsetof(struct diag_row, member)                      \
	}

/* clang-format off */
static const struct attr_desc attr_descs[] = {
	{ INET_DIAG_SKMEMINFO, true, SK_MEMINFO_DROPS * 4, 4,
	  offsetof(struct diag_row, drops) },
	{ INET_DIAG_CGROUP_ID, false, 0, 8,
	  offsetof(struct diag_row, cgroup_id) },
	{ INET_DIAG_SKV6ONLY, false, 0, 1,
	  offsetof(struct diag_row, v6only) },
	INFO_NUMBER(retransmits), INFO_NUMBER(backoff), INFO_NUMBER(unacked),
	INFO_NUMBER(total_retrans), INFO_NUMBER(bytes_acked),
	INFO_NUMBER(bytes_received),
};
/* clang-format on */

/* Netlink pads messages and attributes alike (NLMSG_ALIGN, NLA_ALIGN). */
static size_t padded(size_t len)
{
	return (len + 3) & ~(size_t)3;
}

static uint64_t load_number(const uint8_t *at, size_t size)
{
	uint64_t u64;
	uint32_t u32;

	switch (size) {
	case 1:
		return *at;
	case 4:
		memcpy(&u32, at, sizeof(u32));
		return u32;
	default:
		memcpy(&u64, at, sizeof(u64));
		return u64;
	}
}

static int parse_number(const struct attr_desc *desc, const uint8_t *payload,
                        size_t len, struct diag_row *row)
{
	struct fact_u64 fact;

	if (len < (size_t)desc->at + desc->size)
		return desc->grows ? 0 : -EBADMSG;
	fact = fact_known(load_number(payload + desc->at, desc->size));
	memcpy((uint8_t *)row + desc->field, &fact, sizeof(fact));
	return 0;
}

/* An attribute may hold several. */
static int parse_attr(uint16_t type, const uint8_t *payload, size_t len,
                      struct diag_row *row)
{
	for (size_t i = 0; i < sizeof(attr_descs) / sizeof(attr_descs[0]); i++)
		if (attr_descs[i].type == type &&
		    parse_number(&attr_descs[i], payload, len, row))
			return -EBADMSG;
	return 0;
}

static int parse_attrs(const uint8_t *at, size_t len, struct diag_row *row)
{
	struct nlattr attr;

	while (len >= sizeof(attr)) {
		const uint8_t *payload = at + sizeof(attr);
		size_t step;

		memcpy(&attr, at, sizeof(attr));
		if (attr.nla_len < sizeof(attr) || attr.nla_len > len)
			return -EBADMSG;
		if (parse_attr((uint16_t)(attr.nla_type & NLA_TYPE_MASK),
		               payload, attr.nla_len - sizeof(attr), row))
			return -EBADMSG;
		step = padded(attr.nla_len);
		if (step >= len)
			break;
		at += step;
		len -= step;
	}
	return 0;
}

int diag_parse(const void *payload, size_t len, struct diag_row *ret)
{
	static const struct fact_u64 absent = { .state = FACT_ABSENT };
	struct inet_diag_msg msg;
	size_t addr_len;

	if (len < sizeof(msg))
		return -EBADMSG;
	memcpy(&msg, payload, sizeof(msg));
	if (msg.idiag_family != AF_INET && msg.idiag_family != AF_INET6)
		return -EBADMSG;
	*ret = (struct diag_row){
		.family = msg.idiag_family,
		.state = msg.idiag_state,
		.sport = ntohs(msg.id.idiag_sport),
		.dport = ntohs(msg.id.idiag_dport),
		.ifindex = msg.id.idiag_if,
		.cookie = (uint64_t)msg.id.idiag_cookie[1] << 32 |
		          msg.id.idiag_cookie[0],
		.rqueue = msg.idiag_rqueue,
		.wqueue = msg.idiag_wqueue,
		.uid = msg.idiag_uid,
		.inode = msg.idiag_inode,
		.drops = absent,
		.cgroup_id = absent,
		.v6only = absent,
		.retransmits = absent,
		.backoff = absent,
		.unacked = absent,
		.total_retrans = absent,
		.bytes_acked = absent,
		.bytes_received = absent,
	};
	addr_len = msg.idiag_family == AF_INET ? 4 : 16;
	memcpy(ret->src, msg.id.idiag_src, addr_len);
	memcpy(ret->dst, msg.id.idiag_dst, addr_len);
	return parse_attrs((const uint8_t *)payload + sizeof(msg),
	                   len - sizeof(msg), ret);
}

static void answer_fail(struct diag_answer *answer, int code, bool again)
{
	if (answer->code)
		return;
	answer->code = code;
	answer->again = again;
}

/*
 * NLMSG_ERROR and NLMSG_DONE both begin with an int: 0, a length, or a
 * negative errno (net/netlink/af_netlink.c:netlink_dump_done()). A very old
 * kernel's NLMSG_DONE has none.
 */
static void read_end(struct diag_answer *answer, const uint8_t *payload,
                     size_t len)
{
	int32_t code = 0;

	if (len >= sizeof(code))
		memcpy(&code, payload, sizeof(code));
	if (code < 0)
		answer_fail(answer, code, code == -EINTR || code == -ENOBUFS);
}

static void read_row(struct diag_answer *answer, const uint8_t *payload,
                     size_t len)
{
	struct diag_row row;
	int rc;

	if (answer->code)
		return;
	rc = diag_parse(payload, len, &row);
	if (!rc)
		rc = answer->row(answer->to, &row);
	if (rc)
		answer_fail(answer, rc, false);
}

/* Return: whether more is to come after this message. */
static bool read_message(struct diag_answer *answer,
                         const struct nlmsghdr *header, const uint8_t *payload,
                         size_t len)
{
	if (header->nlmsg_seq != answer->seq)
		return true;
	if (header->nlmsg_flags & NLM_F_DUMP_INTR)
		answer_fail(answer, -EINTR, true);
	switch (header->nlmsg_type) {
	case NLMSG_ERROR:
	case NLMSG_DONE:
		read_end(answer, payload, len);
		return false;
	case SOCK_DIAG_BY_FAMILY:
		read_row(answer, payload, len);
		return header->nlmsg_flags & NLM_F_MULTI;
	default:
		return true;
	}
}

bool diag_answer_read(struct diag_answer *answer, const void *datagram,
                      size_t len)
{
	const uint8_t *at = datagram;
	struct nlmsghdr header;

	while (len >= sizeof(header)) {
		const uint8_t *payload = at + sizeof(header);
		size_t step;

		memcpy(&header, at, sizeof(header));
		if (header.nlmsg_len < sizeof(header) || header.nlmsg_len > len)
			break;
		if (!read_message(answer, &header, payload,
		                  header.nlmsg_len - sizeof(header)))
			return false;
		step = padded(header.nlmsg_len);
		if (step >= len)
			return true;
		at += step;
		len -= step;
	}
	answer_fail(answer, -EBADMSG, false);
	return true;
}
