// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * qdisc - see qdisc.h. The message is parsed here and not by libnl-route,
 * which does not know fq, the one with the limits that matter most.
 *
 * Classes are not looked at: which one a flow falls into is decided by
 * filters.
 */
#include "probes/qdisc.h"

#include <errno.h>
#include <linux/gen_stats.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <string.h>

#include <netlink/attr.h>
#include <netlink/errno.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>

/* A dump fails when queues change meanwhile; it is tried that often. */
#define DUMP_TRIES 3

/* Options of a kind: an attribute in them, or a number at an offset. */
static const struct kind {
	const char *name;
	int limit_attr, flow_limit_attr; /* 0: none */
	size_t limit_at;                 /* of a __u32, if there is no attr */
} kinds[] = {
	{ .name = "fq",
	  .limit_attr = TCA_FQ_PLIMIT,
	  .flow_limit_attr = TCA_FQ_FLOW_PLIMIT },
	{ .name = "fq_codel", .limit_attr = TCA_FQ_CODEL_LIMIT },
	{ .name = "codel", .limit_attr = TCA_CODEL_LIMIT },
	{ .name = "pie", .limit_attr = TCA_PIE_LIMIT },
	{ .name = "fq_pie", .limit_attr = TCA_FQ_PIE_LIMIT },
	{ .name = "pfifo", .limit_at = offsetof(struct tc_fifo_qopt, limit) },
	{ .name = "sfq", .limit_at = offsetof(struct tc_sfq_qopt, limit) },
	{ .name = "netem", .limit_at = offsetof(struct tc_netem_qopt, limit) },
};

/* The largest number of an attribute above. */
#define OPTION_MAX TCA_FQ_MAX

_Static_assert(TCA_FQ_CODEL_LIMIT <= OPTION_MAX &&
                       TCA_CODEL_LIMIT <= OPTION_MAX &&
                       TCA_PIE_LIMIT <= OPTION_MAX &&
                       TCA_FQ_PIE_LIMIT <= OPTION_MAX,
               "an attribute is beyond OPTION_MAX");

static struct fact_u64 u32_fact(const struct nlattr *attr)
{
	uint32_t value;

	if (!attr)
		return (struct fact_u64){ .state = FACT_ABSENT };
	if (nla_len(attr) < (int)sizeof(value))
		return (struct fact_u64){ .state = FACT_BROKEN };
	memcpy(&value, nla_data(attr), sizeof(value));
	return fact_known(value);
}

static struct fact_u64 u32_at(struct nlattr *attr, size_t at)
{
	uint32_t value;

	if (nla_len(attr) < (int)(at + sizeof(value)))
		return (struct fact_u64){ .state = FACT_BROKEN };
	memcpy(&value, (const char *)nla_data(attr) + at, sizeof(value));
	return fact_known(value);
}

static void parse_options(const struct kind *kind, struct nlattr *options,
                          struct qdisc_row *ret)
{
	struct nlattr *attrs[OPTION_MAX + 1];

	if (!options)
		return;
	if (!kind->limit_attr) {
		ret->limit_packets = u32_at(options, kind->limit_at);
		return;
	}
	if (nla_parse_nested(attrs, OPTION_MAX, options, NULL) < 0) {
		ret->limit_packets.state = FACT_BROKEN;
		return;
	}
	ret->limit_packets = u32_fact(attrs[kind->limit_attr]);
	if (kind->flow_limit_attr)
		ret->flow_limit_packets =
			u32_fact(attrs[kind->flow_limit_attr]);
}

static struct fact_u64 parse_drops(struct nlattr *stats)
{
	struct nlattr *attrs[TCA_STATS_MAX + 1];

	if (!stats)
		return (struct fact_u64){ .state = FACT_ABSENT };
	if (nla_parse_nested(attrs, TCA_STATS_MAX, stats, NULL) < 0 ||
	    !attrs[TCA_STATS_QUEUE])
		return (struct fact_u64){ .state = FACT_BROKEN };
	return u32_at(attrs[TCA_STATS_QUEUE],
	              offsetof(struct gnet_stats_queue, drops));
}

int qdisc_parse(const void *payload, size_t len, struct qdisc_row *ret)
{
	const struct fact_u64 absent = { .state = FACT_ABSENT };
	struct nlattr *attrs[TCA_MAX + 1];
	struct tcmsg message;
	char *at;

	if (len < NLMSG_ALIGN(sizeof(message)) || len > INT32_MAX)
		return -EBADMSG;
	memcpy(&message, payload, sizeof(message));
	/* nla_parse() only reads, but does not say so */
	memcpy(&at, &payload, sizeof(at));
	at += NLMSG_ALIGN(sizeof(message));
	if (nla_parse(attrs, TCA_MAX, (struct nlattr *)(void *)at,
	              (int)(len - NLMSG_ALIGN(sizeof(message))), NULL) < 0 ||
	    !attrs[TCA_KIND])
		return -EBADMSG;
	*ret = (struct qdisc_row){
		.ifindex = message.tcm_ifindex,
		.handle = message.tcm_handle,
		.parent = message.tcm_parent,
		.limit_packets = absent,
		.flow_limit_packets = absent,
		.drops = parse_drops(attrs[TCA_STATS2]),
	};
	(void)nla_strlcpy(ret->kind, attrs[TCA_KIND], sizeof(ret->kind));
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (!strcmp(kinds[i].name, ret->kind))
			parse_options(&kinds[i], attrs[TCA_OPTIONS], ret);
	}
	return 0;
}

/* net/sched/sch_generic.c:pfifo_fast_init(): each band is that long. */
static struct fact_u64 limit_of(const struct qdisc_device *device,
                                const struct qdisc_row *row)
{
	return strcmp(row->kind, "pfifo_fast")
	               ? row->limit_packets
	               : fact_known(device->tx_queue_packets);
}

static void add_root(struct qdisc_device *device, const struct qdisc_row *row)
{
	struct qdisc_facts *facts = device->facts;

	device->root = row->handle;
	memcpy(facts->kind, row->kind, sizeof(facts->kind));
	facts->limit_packets = limit_of(device, row);
	facts->flow_limit_packets = row->flow_limit_packets;
	facts->drops = row->drops;
}

/*
 * One of the queues of mq: the smallest of them counts. What they dropped is
 * in the root's drops already (net/sched/sch_mq.c:mq_dump()).
 */
static void add_queue(struct qdisc_device *device, const struct qdisc_row *row)
{
	struct qdisc_facts *facts = device->facts;
	const struct fact_u64 limit = limit_of(device, row);

	if (facts->n_queues++ && (limit.state != FACT_KNOWN ||
	                          (facts->limit_packets.state == FACT_KNOWN &&
	                           limit.value >= facts->limit_packets.value)))
		return;
	memcpy(facts->leaf, row->kind, sizeof(facts->leaf));
	facts->limit_packets = limit;
	facts->flow_limit_packets = row->flow_limit_packets;
}

void qdisc_add(struct qdisc_device *device, const struct qdisc_row *row)
{
	const char *kind = device->facts->kind;

	if (row->ifindex != device->ifindex)
		return;
	if (row->parent == TC_H_ROOT)
		add_root(device, row);
	else if ((!strcmp(kind, "mq") || !strcmp(kind, "mqprio")) &&
	         TC_H_MAJ(row->parent) == TC_H_MAJ(device->root))
		add_queue(device, row);
}

static int on_message(struct nl_msg *message, void *to)
{
	const struct nlmsghdr *header = nlmsg_hdr(message);
	struct qdisc_device *device = to;
	struct qdisc_row row;

	if (header->nlmsg_type != RTM_NEWQDISC)
		return NL_SKIP;
	if (qdisc_parse(nlmsg_data(header), (size_t)nlmsg_datalen(header),
	                &row))
		return NL_SKIP;
	qdisc_add(device, &row);
	return NL_OK;
}

/* Return: 0, or an error of libnl. */
static int dump(struct nl_sock *socket, struct qdisc_device *device)
{
	struct tcmsg request = {
		.tcm_family = AF_UNSPEC,
		.tcm_ifindex = device->ifindex,
	};
	int rc;

	rc = nl_send_simple(socket, RTM_GETQDISC, NLM_F_DUMP, &request,
	                    sizeof(request));
	if (rc >= 0)
		rc = nl_recvmsgs_default(socket);
	return rc < 0 ? rc : 0;
}

void qdisc_read(struct nl_sock *socket, int ifindex, uint64_t tx_queue_packets,
                struct qdisc_facts *ret)
{
	const struct fact_u64 absent = { .state = FACT_ABSENT };
	struct qdisc_device device = {
		.ifindex = ifindex,
		.tx_queue_packets = tx_queue_packets,
		.facts = ret,
	};
	int rc = -NLE_DUMP_INTR;

	(void)nl_socket_modify_cb(socket, NL_CB_VALID, NL_CB_CUSTOM, on_message,
	                          &device);
	for (int i = 0; i < DUMP_TRIES && rc == -NLE_DUMP_INTR; i++) {
		*ret = (struct qdisc_facts){
			.read = fact_known(1),
			.limit_packets = absent,
			.flow_limit_packets = absent,
			.drops = absent,
		};
		rc = dump(socket, &device);
	}
	(void)nl_socket_modify_cb(socket, NL_CB_VALID, NL_CB_DEFAULT, NULL,
	                          NULL);
	if (rc)
		*ret = (struct qdisc_facts){ .read.state = FACT_BROKEN };
}
