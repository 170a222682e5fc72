// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * sos_netns - see sos_netns.h. Where the files are: sos/report/plugins of its
 * source, networking.py and kernel.py, and __init__.py for how a command
 * becomes the name of a file.
 *
 * sos 4.0 does not ask named namespaces for their sysctls, and puts the files
 * of all in one folder; later ones do, and have a folder for each.
 */
#include "probes/sos_netns.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "probes/base/vec.h"
#include "probes/goal.h"
#include "probes/listeners.h"
#include "probes/netstat.h"
#include "probes/ports.h"
#include "probes/sos_text.h"
#include "probes/ss.h"
#include "probes/sysctl.h"

#define COMMANDS "sos_commands/networking/"

/* A command that was run in the namespace. */
static bool read_command(struct sos_netns *netns, const char *command,
                         struct sos_file *ret)
{
	char path[256];

	(void)snprintf(path, sizeof(path), "%s%s", netns->commands, command);
	return sos_dir_read(netns->dir, path, ret);
}

/* --- which ------------------------------------------------------------- */

/* In a folder of its own, or with all others. */
static void find_named(struct sos_netns *netns, const char *name)
{
	(void)snprintf(netns->facts->name, sizeof(netns->facts->name), "%s",
	               name);
	(void)snprintf(netns->facts->enter, sizeof(netns->facts->enter),
	               "/run/netns/%s", name);
	(void)snprintf(netns->commands, sizeof(netns->commands),
	               COMMANDS "namespaces/%s/ip_netns_exec_%s_", name, name);
	if (read_command(netns, "ip_-d_address_show", &netns->devices))
		return;
	(void)snprintf(netns->commands, sizeof(netns->commands),
	               COMMANDS "ip_netns_exec_%s_", name);
	(void)read_command(netns, "ip_address_show", &netns->devices);
}

struct sos_netns sos_netns_open(struct sos_dir *dir, struct netns_facts *facts,
                                const char *name)
{
	struct sos_netns netns = {
		.dir = dir,
		.facts = facts,
		.is_own = !name,
		.commands = COMMANDS,
	};

	if (name) {
		find_named(&netns, name);
		(void)read_command(&netns, "sysctl_-a", &netns.sysctls);
	} else {
		(void)read_command(&netns, "ip_-d_address", &netns.devices);
		(void)sos_dir_read(dir, "sos_commands/kernel/sysctl_-a",
		                   &netns.sysctls);
	}
	return netns;
}

void sos_netns_close(struct sos_netns *netns)
{
	free(netns->sysctls.bytes);
	free(netns->devices.bytes);
}

/* Every other byte becomes "_": its files might be another's. */
static bool is_plain(struct span name)
{
	static const char plain[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
		"0123456789_-.";

	for (const char *p = name.at; p < name.end; p++) {
		if (!memchr(plain, *p, sizeof(plain) - 1))
			return false;
	}
	return true;
}

/* "shop (id: 0)"; details of a namespace are indented. */
bool sos_netns_next(struct span *rest, char ret[static SOS_NETNS_NAME_SIZE])
{
	struct span line, name;

	while (span_line(rest, "", &line)) {
		size_t len;

		if (line.at == line.end || *line.at == ' ' ||
		    *line.at == '\t' || !span_word(&line, &name))
			continue;
		len = (size_t)(name.end - name.at);
		if (len >= SOS_NETNS_NAME_SIZE || !is_plain(name))
			continue;
		memcpy(ret, name.at, len);
		ret[len] = '\0';
		return true;
	}
	return false;
}

/* --- sysctls ----------------------------------------------------------- */

static bool copy_of_proc(struct sos_netns *netns,
                         const struct sysctl_desc *desc, struct sos_file *ret)
{
	size_t len;
	const int rc =
		sysctl_read_bytes(netns->dir->fd, desc, &ret->bytes, &len);

	if (!rc)
		ret->span = span_of(ret->bytes, len);
	netns->dir->no_memory |= rc == -ENOMEM;
	return !rc;
}

bool sos_netns_sysctl(struct sos_netns *netns, enum sysctl_id id,
                      struct sos_file *ret)
{
	const struct sysctl_desc *desc = sysctl_desc(id);

	if (netns->is_own && copy_of_proc(netns, desc, ret))
		return true;
	ret->bytes = NULL;
	return sos_sysctl(netns->sysctls.span, desc->key, &ret->span);
}

static void read_sysctls(struct sos_netns *netns)
{
	for (enum sysctl_id id = 0; id < SYSCTL_COUNT; id++) {
		const struct sysctl_desc *desc = sysctl_desc(id);
		struct sos_file file;

		if (desc->scope != SYSCTL_SCOPE_NETNS ||
		    !sos_netns_sysctl(netns, id, &file))
			continue;
		netns->facts->sysctl[id] =
			sysctl_parse(desc, file.span.at, sos_file_len(&file));
		free(file.bytes);
	}
}

/* --- counters ---------------------------------------------------------- */

/* Return: was it there? */
static bool read_group(struct sos_netns *netns, const char *group,
                       const char *path)
{
	struct sos_file file;

	if (!sos_dir_read(netns->dir, path, &file))
		return false;
	netstat_parse(group, file.bytes, sos_file_len(&file),
	              netns->facts->counter);
	free(file.bytes);
	return true;
}

static bool read_kernels_counters(struct sos_netns *netns)
{
	return netns->is_own && read_group(netns, "Ip", "proc/net/snmp") &&
	       read_group(netns, "Icmp", "proc/net/snmp") &&
	       read_group(netns, "Tcp", "proc/net/snmp") &&
	       read_group(netns, "TcpExt", "proc/net/netstat");
}

static void read_counters(struct sos_netns *netns)
{
	static const struct {
		const char *name;
		void (*parse)(struct span text,
		              struct fact_u64 counter[static COUNTER_COUNT]);
	} commands[] = {
		{ "nstat_-zas", sos_nstat },
		{ "nstat_-az", sos_nstat },
		{ "netstat_-s", sos_netstat },
	};
	bool found = read_kernels_counters(netns);

	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		struct sos_file file;

		if (found || !read_command(netns, commands[i].name, &file))
			continue;
		commands[i].parse(file.span, netns->facts->counter);
		free(file.bytes);
		found = true;
	}
}

/* --- sockets ----------------------------------------------------------- */

/* The first pass collects listeners, the second what is connected to them. */
struct sockets {
	struct netns_facts *ns;
	size_t max; /* listeners there is room for */
	struct span devices;
	struct ports_target target;
	struct port_set ports; /* the usable, less those in use */
};

static int add_owner(struct listener *listener, size_t *max,
                     const struct owner *owner)
{
	struct owner *owners = vec_grow(listener->owners, listener->n_owners,
	                                max, sizeof(*owners));

	if (!owners)
		return -ENOMEM;
	listener->owners = owners;
	owners[listener->n_owners++] = *owner;
	return 0;
}

static int add_owners(struct listener *listener, struct span users)
{
	struct owner owner;
	size_t max = 0;
	int rc = 0;

	/* Without any it may be that ss was not let look at the processes. */
	while (!rc && ss_owner(&users, &owner)) {
		rc = add_owner(listener, &max, &owner);
		listener->owners_state = OWNERS_KNOWN;
	}
	return rc;
}

static int collect(void *to, const struct ss_row *row)
{
	struct sockets *sockets = to;
	struct netns_facts *ns = sockets->ns;
	struct listener *items;

	if (row->diag.state != TCP_LISTEN)
		return 0;
	if (!row->diag.cookie)
		return -EBADMSG;
	items = vec_grow(ns->listeners, ns->n_listeners, &sockets->max,
	                 sizeof(*items));
	if (!items)
		return -ENOMEM;
	ns->listeners = items;
	items += ns->n_listeners++;
	*items = listener_of_row(&row->diag);
	items->ifindex = sos_ifindex(sockets->devices, row->device);
	return add_owners(items, row->users);
}

static int count(void *to, const struct ss_row *row)
{
	struct sockets *sockets = to;
	struct diag_row diag = row->diag;

	if (diag.state == TCP_LISTEN)
		return 0;
	diag.ifindex = sos_ifindex(sockets->devices, row->device);
	if (diag.state == TCP_SYN_RECV)
		listeners_count_syn(sockets->ns->listeners,
		                    sockets->ns->n_listeners, &diag);
	if (sockets->target.port && ports_is_towards(&sockets->target, &diag))
		port_set_remove(&sockets->ports, diag.sport);
	return 0;
}

static int read_listeners(struct sockets *sockets, const struct sos_file *file)
{
	struct netns_facts *ns = sockets->ns;
	int rc = ss_parse(file->bytes, sos_file_len(file), collect, sockets);

	ns->n_listeners = listeners_arrange(ns->listeners, ns->n_listeners);
	if (!rc)
		rc = ss_parse(file->bytes, sos_file_len(file), count, sockets);
	for (size_t i = 0; i < ns->n_listeners; i++)
		ns->listeners[i].syn_queue.state = FACT_KNOWN;
	listeners_share_syn(ns->listeners, ns->n_listeners);
	return rc;
}

/* @ret: the ports of the range that are not reserved */
static bool usable_ports(struct sos_netns *netns, struct port_set *ret)
{
	const struct sysctl_fact *range =
		&netns->facts->sysctl[SYSCTL_PORT_RANGE];
	struct port_set reserved;
	struct sos_file file;
	bool ok;

	if (range->state != FACT_KNOWN ||
	    !sos_netns_sysctl(netns, SYSCTL_RESERVED_PORTS, &file))
		return false;
	ok = !port_set_parse(file.span.at, sos_file_len(&file), &reserved);
	if (ok)
		ports_usable(range->v[0], range->v[1], &reserved, ret);
	free(file.bytes);
	return ok;
}

static void free_listeners(struct netns_facts *ns)
{
	for (size_t i = 0; i < ns->n_listeners; i++)
		free(ns->listeners[i].owners);
	free(ns->listeners);
	ns->listeners = NULL;
	ns->n_listeners = 0;
}

/* Port 0 of a target is a listener that is new: nothing goes there yet. */
static void set_ports(struct sockets *sockets, bool ports_known)
{
	struct netns_facts *ns = sockets->ns;

	if (!ports_known)
		return;
	ports_remove_listeners(ns->listeners, ns->n_listeners, &sockets->ports);
	ns->ports.free = fact_known(port_set_count(&sockets->ports));
}

static void read_sockets(struct sos_netns *netns, const struct goal *goal)
{
	struct netns_facts *ns = netns->facts;
	struct sockets sockets = {
		.ns = ns,
		.devices = netns->devices.span,
		.target = ports_target(goal),
	};
	const bool ports_known = usable_ports(netns, &sockets.ports);
	struct sos_file file;
	int rc;

	if (ports_known)
		ns->ports.usable = fact_known(port_set_count(&sockets.ports));
	if (!read_command(netns, "ss_-peaonmi", &file))
		return;
	rc = read_listeners(&sockets, &file);
	free(file.bytes);
	if (rc) {
		free_listeners(ns);
		netns->dir->no_memory |= rc == -ENOMEM;
		ns->listeners_read.state = FACT_BROKEN;
		return;
	}
	ns->listeners_read = fact_known(ns->n_listeners);
	set_ports(&sockets, ports_known);
}

void sos_netns_read(struct sos_netns *netns, const struct goal *goal)
{
	read_sysctls(netns);
	read_counters(netns);
	sos_link(netns->devices.span, "lo", &netns->facts->lo);
	read_sockets(netns, goal);
}
