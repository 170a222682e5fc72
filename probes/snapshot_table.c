// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * snapshot_table - every member of facts.h that a snapshot holds, one row
 * each. To add one, copy the row that is nearest.
 *
 * A key stays as it is for as long as the schema's number does. A new member
 * is a fact, or one whose zero says "not known": a snapshot that was written
 * before it existed must still be read.
 */
#include "probes/snapshot_field.h"

#include "probes/drift.h"
#include "probes/facts.h"

#define NAMESPACES_MAX 16384
#define SERVERS_MAX 65536

#define AT(type, member)                                                       \
	.at = offsetof(struct type, member),                                   \
	.size = sizeof(((struct type *)0)->member)

/* clang-format off */
#define FACT(key_, type, member) \
	.key = (key_), .kind = &snapshot_fact, AT(type, member)
#define NUMBER(key_, type, member) \
	.key = (key_), .kind = &snapshot_number, AT(type, member)
#define TEXT(key_, type, member) \
	.key = (key_), .kind = &snapshot_text, AT(type, member)
#define BOOL(key_, type, member) \
	.key = (key_), .kind = &snapshot_bool, AT(type, member)
#define OBJECT(key_, type, member, table_) \
	.key = (key_), .kind = &snapshot_object, AT(type, member), .table = (table_)

static const struct snapshot_field owner[] = {
	{ NUMBER("pid", owner, pid), .max = INT32_MAX, .needed = true },
	{ NUMBER("fd", owner, fd), .max = INT32_MAX, .needed = true },
	{ TEXT("comm", owner, comm), .needed = true, .secret = "process" },
	{ .key = NULL },
};

static const char *const owners_states[] = {
	[OWNERS_UNREAD] = "unread",
	[OWNERS_KNOWN] = "known",
	[OWNERS_PARTIAL] = "partial",
	[OWNERS_DENIED] = "denied",
	NULL,
};

/* group_size is not among them: it is counted anew. */
static const struct snapshot_field listener[] = {
	{ .key = "address", .kind = &snapshot_address, AT(listener, addr),
	  .n_at = offsetof(struct listener, family), .needed = true },
	{ NUMBER("port", listener, port), .needed = true },
	{ NUMBER("ifindex", listener, ifindex), .needed = true },
	{ FACT("v6only", listener, v6only) },
	{ NUMBER("queue", listener, queue), .needed = true },
	{ NUMBER("limit", listener, limit), .needed = true },
	{ FACT("drops", listener, drops) },
	{ FACT("syn_queue", listener, syn_queue) },
	{ FACT("cgroup_id", listener, cgroup_id) },
	{ NUMBER("uid", listener, uid), .needed = true },
	{ NUMBER("inode", listener, inode), .needed = true },
	{ NUMBER("cookie", listener, cookie), .needed = true },
	{ .key = "owners", .kind = &snapshot_list, .at = offsetof(struct listener, owners),
	  .size = sizeof(struct owner), .n_at = offsetof(struct listener, n_owners),
	  .table = owner },
	{ .key = "owners_state", .kind = &snapshot_names, AT(listener, owners_state),
	  .names = owners_states },
	{ .key = NULL },
};

static const struct snapshot_field sockstat[] = {
	{ FACT("inuse", sockstat_facts, inuse) },
	{ FACT("inuse6", sockstat_facts, inuse6) },
	{ FACT("orphan", sockstat_facts, orphan) },
	{ FACT("time_wait", sockstat_facts, time_wait) },
	{ FACT("mem_pages", sockstat_facts, mem_pages) },
	{ .key = NULL },
};

static const struct snapshot_field lo[] = {
	{ FACT("up", link_facts, up) },
	{ FACT("mtu_bytes", link_facts, mtu_bytes) },
	{ FACT("ipv6", link_facts, ipv6) },
	{ .key = NULL },
};

static const struct snapshot_field ports[] = {
	{ FACT("usable", ports_facts, usable) },
	{ FACT("free", ports_facts, free), .of_goal = true },
	{ BOOL("free_is_least", ports_facts, free_is_least), .of_goal = true },
	{ .key = NULL },
};

static const struct snapshot_field server[] = {
	{ NUMBER("pid", proc_limits_facts, pid), .max = INT32_MAX, .needed = true },
	{ TEXT("comm", proc_limits_facts, comm), .needed = true, .secret = "process" },
	{ FACT("nofile_soft", proc_limits_facts, nofile_soft) },
	{ FACT("nofile_hard", proc_limits_facts, nofile_hard) },
	{ FACT("nproc_soft", proc_limits_facts, nproc_soft) },
	{ FACT("nproc_hard", proc_limits_facts, nproc_hard) },
	{ FACT("fds", proc_limits_facts, fds) },
	{ .key = NULL },
};

static const struct snapshot_field servers[] = {
	{ .key = "list", .kind = &snapshot_list, .at = offsetof(struct servers_facts, list),
	  .size = sizeof(struct proc_limits_facts), .n_at = offsetof(struct servers_facts, n),
	  .has_state = true, .state_at = offsetof(struct servers_facts, read), .max = SERVERS_MAX, .table = server },
	{ .key = NULL },
};

static const struct snapshot_field conntrack[] = {
	{ FACT("tracks", conntrack_facts, tracks), .of_goal = true },
	{ FACT("entries", conntrack_facts, entries) },
	{ FACT("drops", conntrack_facts, drops) },
	{ FACT("time_wait_s", conntrack_facts, time_wait_s) },
	{ .key = NULL },
};

static const struct snapshot_field qdisc[] = {
	{ FACT("read", qdisc_facts, read) },
	{ TEXT("kind", qdisc_facts, kind) },
	{ TEXT("leaf", qdisc_facts, leaf) },
	{ NUMBER("n_queues", qdisc_facts, n_queues) },
	{ FACT("limit_packets", qdisc_facts, limit_packets) },
	{ FACT("flow_limit_packets", qdisc_facts, flow_limit_packets) },
	{ FACT("drops", qdisc_facts, drops) },
	{ .key = NULL },
};

/* Only if the route is known, the rest means anything. */
static const struct snapshot_field path[] = {
	{ FACT("route", path_facts, route) },
	{ BOOL("local", path_facts, local) },
	{ BOOL("has_source", path_facts, has_source) },
	{ BOOL("has_gateway", path_facts, has_gateway) },
	{ .key = "source", .kind = &snapshot_address, AT(path_facts, source),
	  .n_at = offsetof(struct path_facts, family) },
	{ .key = "gateway", .kind = &snapshot_address, AT(path_facts, gateway),
	  .n_at = offsetof(struct path_facts, family) },
	{ TEXT("device", path_facts, device) },
	{ FACT("up", path_facts, up) },
	{ FACT("mtu_bytes", path_facts, mtu_bytes) },
	{ FACT("tx_queue_packets", path_facts, tx_queue_packets) },
	{ FACT("rx_dropped", path_facts, rx_dropped) },
	{ FACT("tx_dropped", path_facts, tx_dropped) },
	{ OBJECT("qdisc", path_facts, qdisc, qdisc) },
	{ .key = NULL },
};

static const struct snapshot_field netns[] = {
	{ NUMBER("inode", netns_facts, inode) },
	{ TEXT("name", netns_facts, name), .secret = "namespace" },
	{ TEXT("enter", netns_facts, enter), .secret = "file" },
	{ FACT("entered", netns_facts, entered) },
	{ FACT("initial", netns_facts, initial) },
	{ .key = "sysctls", .kind = &snapshot_sysctls, AT(netns_facts, sysctl) },
	{ .key = "counters", .kind = &snapshot_counters, AT(netns_facts, counter) },
	{ OBJECT("sockstat", netns_facts, sockstat, sockstat) },
	{ OBJECT("lo", netns_facts, lo, lo) },
	{ OBJECT("ports", netns_facts, ports, ports) },
	{ .key = "listeners", .kind = &snapshot_list, .at = offsetof(struct netns_facts, listeners),
	  .size = sizeof(struct listener), .n_at = offsetof(struct netns_facts, n_listeners),
	  .has_state = true, .state_at = offsetof(struct netns_facts, listeners_read), .table = listener },
	{ OBJECT("servers", netns_facts, servers, servers), .of_goal = true },
	{ OBJECT("conntrack", netns_facts, conntrack, conntrack) },
	{ OBJECT("path", netns_facts, path, path), .of_goal = true },
	{ .key = NULL },
};

static const struct snapshot_field softnet[] = {
	{ FACT("dropped", softnet_facts, dropped) },
	{ FACT("squeezed", softnet_facts, squeezed) },
	{ FACT("worst_dropped", softnet_facts, worst_dropped) },
	{ FACT("worst_cpu", softnet_facts, worst_cpu) },
	{ .key = NULL },
};

static const struct snapshot_field neigh[] = {
	{ FACT("entries", neigh_facts, entries) },
	{ FACT("gc_thresh1", neigh_facts, thresh[0]) },
	{ FACT("gc_thresh2", neigh_facts, thresh[1]) },
	{ FACT("gc_thresh3", neigh_facts, thresh[2]) },
	{ .key = NULL },
};

static const struct snapshot_field cgroup[] = {
	{ FACT("max", cgroup_facts, max) },
	{ FACT("current", cgroup_facts, current) },
	{ .key = NULL },
};

static const struct snapshot_field threads[] = {
	{ FACT("total", threads_facts, total) },
	{ FACT("nproc_soft", threads_facts, nproc_soft) },
	{ FACT("nproc_hard", threads_facts, nproc_hard) },
	{ FACT("exempt", threads_facts, exempt) },
	{ FACT("user", threads_facts, user) },
	{ OBJECT("pids", threads_facts, pids, cgroup) },
	{ OBJECT("memory", threads_facts, memory, cgroup) },
	{ .key = NULL },
};

static const char *const tool_kinds[] = {
	[TOOL_IPERF2] = "iperf2",
	[TOOL_IPERF3] = "iperf3",
	[TOOL_KIND_COUNT] = NULL,
};

static const struct snapshot_field tool[] = {
	{ TEXT("program", tool_facts, program), .needed = true },
	{ .key = "kind", .kind = &snapshot_names, AT(tool_facts, kind),
	  .names = tool_kinds, .needed = true },
	{ FACT("version", tool_facts, version) },
	{ TEXT("text", tool_facts, text) },
	{ TEXT("path", tool_facts, path) },
	{ .key = NULL },
};

static const char *tool_name(size_t i)
{
	static const char *const names[] = { "iperf", "iperf3" };

	_Static_assert(sizeof(names) / sizeof(names[0]) == TOOLS_MAX,
	               "a name for each tool");
	return i < TOOLS_MAX ? names[i] : NULL;
}

static const struct snapshot_field tools[] = {
	{ .key = "tool", .kind = &snapshot_map, .at = offsetof(struct tools_facts, tool),
	  .size = sizeof(struct tool_facts), .table = tool, .name_of = tool_name },
	{ .key = NULL },
};

static const char *const kmsg_kinds[] = {
	[KMSG_SYN_COOKIES] = "syn-cookies",
	[KMSG_SYN_DROPS] = "syn-drops",
	[KMSG_CONNTRACK_FULL] = "conntrack-full",
	[KMSG_ORPHANS] = "orphans",
	[KMSG_TCP_MEM] = "tcp-mem",
	[KMSG_TIME_WAIT] = "time-wait",
	[KMSG_KIND_COUNT] = NULL,
};

static const struct snapshot_field kmsg_event[] = {
	{ .key = "kind", .kind = &snapshot_names, AT(kmsg_event, kind),
	  .names = kmsg_kinds, .needed = true },
	{ .key = "address", .kind = &snapshot_address, AT(kmsg_event, addr),
	  .n_at = offsetof(struct kmsg_event, family) },
	{ NUMBER("port", kmsg_event, port), .needed = true },
	{ NUMBER("count", kmsg_event, count), .needed = true },
	{ NUMBER("last_us", kmsg_event, last_us), .needed = true },
	{ .key = NULL },
};

static const struct snapshot_field kmsg[] = {
	{ FACT("records", kmsg_facts, records) },
	{ FACT("now_us", kmsg_facts, now_us) },
	{ .key = "events", .kind = &snapshot_few, .at = offsetof(struct kmsg_facts, events),
	  .size = sizeof(struct kmsg_event), .n_at = offsetof(struct kmsg_facts, n_events),
	  .max = KMSG_EVENTS_MAX, .table = kmsg_event },
	{ NUMBER("n_more", kmsg_facts, n_more) },
	{ .key = NULL },
};

static const char *sysctl_name(size_t i)
{
	return i < SYSCTL_COUNT ? sysctl_desc((enum sysctl_id)i)->key : NULL;
}

static const char *const loaders[] = {
	[SYSCTL_LOADER_SYSTEMD] = "systemd-sysctl",
	[SYSCTL_LOADER_PROCPS] = "procps",
	[SYSCTL_LOADER_COUNT] = NULL,
};

static const char *loader_name(size_t i)
{
	return loaders[i];
}

static const char *const fact_states[] = {
	[FACT_UNREAD] = "unread",
	[FACT_KNOWN] = "known",
	[FACT_ABSENT] = "absent",
	[FACT_DENIED] = "denied",
	[FACT_BROKEN] = "broken",
	NULL,
};

static const char *const drift_nows[] = {
	[DRIFT_NOW_UNKNOWN] = "unknown",
	[DRIFT_NOW_SAME] = "same",
	[DRIFT_NOW_OTHER] = "other",
	NULL,
};

static const char *const losts[] = {
	[SYSCTL_LOST_LATER] = "later",
	[SYSCTL_LOST_EXPLICIT] = "explicit",
	[SYSCTL_LOST_EXCLUDED] = "excluded",
	[SYSCTL_LOST_REFUSED] = "refused",
	[SYSCTL_LOST_MASKED] = "masked",
	[SYSCTL_LOST_NOT_READ] = "not-read",
	NULL,
};

static const struct snapshot_field drift_line[] = {
	{ TEXT("path", drift_line, path), .needed = true },
	{ NUMBER("number", drift_line, number), .needed = true },
	{ .key = NULL },
};

static const struct snapshot_field drift_value[] = {
	{ NUMBER("n", drift_value, n), .max = 3, .needed = true },
	{ .key = "v", .kind = &snapshot_integers, AT(drift_value, v), .needed = true },
	{ TEXT("text", drift_value, text), .needed = true },
	{ .key = NULL },
};

static const struct snapshot_field drift_set[] = {
	{ BOOL("set", drift_set, set), .needed = true },
	{ OBJECT("value", drift_set, value, drift_value), .needed = true },
	{ OBJECT("line", drift_set, line, drift_line), .needed = true },
	{ .key = "now", .kind = &snapshot_names, AT(drift_set, now),
	  .names = drift_nows, .needed = true },
	{ BOOL("lost", drift_set, lost), .needed = true },
	{ OBJECT("lost_line", drift_set, lost_line, drift_line), .needed = true },
	{ .key = "lost_why", .kind = &snapshot_names, AT(drift_set, lost_why),
	  .names = losts, .needed = true },
	{ .key = NULL },
};

static const struct snapshot_field drift_key[] = {
	{ TEXT("now", drift_key, now), .needed = true },
	{ .key = "by", .kind = &snapshot_map, .at = offsetof(struct drift_key, by),
	  .size = sizeof(struct drift_set), .table = drift_set, .name_of = loader_name, .needed = true },
	{ BOOL("loaders_differ", drift_key, loaders_differ), .needed = true },
	{ BOOL("kept", drift_key, kept), .needed = true },
	{ BOOL("default_known", drift_key, default_known), .needed = true },
	{ OBJECT("initial", drift_key, initial, drift_value), .needed = true },
	{ .key = NULL },
};

static const struct snapshot_field drift[] = {
	{ .key = "boot", .kind = &snapshot_names, AT(drift, boot),
	  .names = loaders, .needed = true },
	{ TEXT("unread", drift, unread), .needed = true },
	{ .key = "unread_state", .kind = &snapshot_names, AT(drift, unread_state),
	  .names = fact_states, .needed = true },
	{ .key = "sysctls", .kind = &snapshot_map, .at = offsetof(struct drift, key),
	  .size = sizeof(struct drift_key), .table = drift_key, .name_of = sysctl_name, .needed = true },
	{ .key = NULL },
};

static const struct snapshot_field limits[] = {
	{ FACT("nofile_soft", limits_facts, nofile_soft) },
	{ FACT("nofile_hard", limits_facts, nofile_hard) },
	{ FACT("nofile_open", limits_facts, nofile_open) },
	{ .key = NULL },
};

static const struct snapshot_field memory[] = {
	{ FACT("page_bytes", memory_facts, page_bytes) },
	{ FACT("available_bytes", memory_facts, available_bytes) },
	{ .key = NULL },
};

const struct snapshot_field snapshot_host[] = {
	{ TEXT("name", host, name), .secret = "host" },
	{ TEXT("kernel", host, kernel) },
	{ TEXT("boot_id", host, boot_id) },
	{ NUMBER("taken_at_ns", host, taken_at_ns) },
	{ .key = "sysctls", .kind = &snapshot_sysctls, AT(host, sysctl) },
	{ OBJECT("limits", host, limits, limits) },
	{ OBJECT("memory", host, memory, memory) },
	{ OBJECT("softnet", host, softnet, softnet) },
	{ OBJECT("neigh", host, neigh, neigh), .of_goal = true },
	{ OBJECT("threads", host, threads, threads) },
	{ OBJECT("tools", host, tools, tools) },
	{ OBJECT("kmsg", host, kmsg, kmsg) },
	{ .key = "drift", .kind = &snapshot_owned, .at = offsetof(struct host, drift),
	  .size = sizeof(struct drift), .table = drift },
	{ FACT("netns_hidden", host, netns_hidden) },
	{ .key = "namespaces", .kind = &snapshot_list, .at = offsetof(struct host, ns),
	  .size = sizeof(struct netns_facts), .n_at = offsetof(struct host, n_ns),
	  .max = NAMESPACES_MAX, .needed = true, .table = netns },
	{ .key = NULL },
};
/* clang-format on */
