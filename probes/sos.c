// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * sos - see sos.h. Where things are in a sosreport: sos/report/plugins of
 * its source, networking.py, kernel.py, system.py, memory.py, host.py, pam.py.
 *
 * Each text is looked for in the order in which it is told here, and the first
 * that is there is taken. A text that is cut short says nothing.
 */
#include "probes/sos.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "probes/base/err.h"
#include "probes/base/file.h"
#include "probes/base/span.h"
#include "probes/base/text.h"
#include "probes/base/vec.h"
#include "probes/facts.h"
#include "probes/goal.h"
#include "probes/listeners.h"
#include "probes/memory.h"
#include "probes/netstat.h"
#include "probes/ports.h"
#include "probes/sockstat.h"
#include "probes/sos_text.h"
#include "probes/ss.h"
#include "probes/sysctl.h"

/* A million sockets take 300 MB; sos itself keeps the last 25 of a command. */
#define FILE_BYTES_MAX (512U << 20)

#define LIMITS_DIR "etc/security/limits.d"
#define LIMITS_FILES_MAX 256

/* One of a sosreport's files; no bytes when it is not there. */
struct text {
	char *bytes;
	struct span span;
};

struct sos {
	int root_fd;
	const struct goal *goal;
	struct host *host;
	struct text sysctls; /* `sysctl -a` */
	struct text devices; /* `ip -d address` */
	bool no_memory;
};

static bool read_text(struct sos *sos, const char *path, struct text *ret)
{
	size_t len = 0;
	const int rc = file_read_alloc(sos->root_fd, path, FILE_BYTES_MAX,
	                               &ret->bytes, &len, NULL);

	if (rc) {
		sos->no_memory |= rc == -ENOMEM;
		*ret = (struct text){ .bytes = NULL };
		return false;
	}
	ret->span = span_of(ret->bytes, len);
	return true;
}

static size_t text_len(const struct text *text)
{
	return (size_t)(text->span.end - text->span.at);
}

/* --- the host ---------------------------------------------------------- */

static void copy_word(struct span line, unsigned int skipped, char *buf,
                      size_t size)
{
	struct span word;

	do {
		if (!span_word(&line, &word))
			return;
	} while (skipped--);
	if ((size_t)(word.end - word.at) < size)
		memcpy(buf, word.at, (size_t)(word.end - word.at));
}

/* A word of a file's first line. */
static void read_name(struct sos *sos, const char *path, unsigned int skipped,
                      char *buf, size_t size)
{
	struct text text;
	struct span line;

	if (!read_text(sos, path, &text))
		return;
	if (span_line(&text.span, "", &line))
		copy_word(line, skipped, buf, size);
	free(text.bytes);
}

static void read_memory(struct sos *sos)
{
	struct text text;

	if (!read_text(sos, "proc/meminfo", &text))
		return;
	sos->host->memory.available_bytes =
		memory_parse(text.bytes, text_len(&text));
	free(text.bytes);
}

static void read_softnet(struct sos *sos)
{
	struct text text;

	if (!read_text(sos, "proc/net/softnet_stat", &text))
		return;
	softnet_parse(text.bytes, text_len(&text), &sos->host->softnet);
	free(text.bytes);
}

static void read_limits_file(struct sos *sos, const char *path)
{
	struct text text;

	if (!read_text(sos, path, &text))
		return;
	sos_limits(text.span, &sos->host->limits);
	free(text.bytes);
}

static int is_limits_file(const struct dirent *entry)
{
	const size_t len = strlen(entry->d_name);

	return len > 5 && !strcmp(entry->d_name + len - 5, ".conf");
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

/* In the order of modules/pam_limits/pam_limits.c:pam_sm_open_session(). */
static void read_limits(struct sos *sos)
{
	struct dirent **entries = NULL;
	int n;

	read_limits_file(sos, "etc/security/limits.conf");
	n = scandirat(sos->root_fd, LIMITS_DIR, &entries, is_limits_file,
	              by_name);
	for (int i = 0; i < n; i++) {
		char path[sizeof(LIMITS_DIR) + 1 + NAME_MAX];

		(void)snprintf(path, sizeof(path), "%s/%s", LIMITS_DIR,
		               entries[i]->d_name);
		if (i < LIMITS_FILES_MAX)
			read_limits_file(sos, path);
		free(entries[i]);
	}
	free(entries);
}

/* --- sysctls ----------------------------------------------------------- */

/* What the file of a sysctl held, as a copy or in `sysctl -a`. */
static bool sysctl_text(struct sos *sos, enum sysctl_id id, struct text *ret)
{
	const struct sysctl_desc *desc = sysctl_desc(id);
	size_t len;
	const int rc = sysctl_read_bytes(sos->root_fd, desc, &ret->bytes, &len);

	if (!rc) {
		ret->span = span_of(ret->bytes, len);
		return true;
	}
	sos->no_memory |= rc == -ENOMEM;
	ret->bytes = NULL;
	return sos_sysctl(sos->sysctls.span, desc->key, &ret->span);
}

static void read_sysctls(struct sos *sos)
{
	struct netns_facts *ns = &sos->host->ns[0];

	for (enum sysctl_id id = 0; id < SYSCTL_COUNT; id++) {
		const struct sysctl_desc *desc = sysctl_desc(id);
		struct sysctl_fact *fact = desc->scope == SYSCTL_SCOPE_NETNS
		                                   ? &ns->sysctl[id]
		                                   : &sos->host->sysctl[id];
		struct text text;

		if (!sysctl_text(sos, id, &text))
			continue;
		*fact = sysctl_parse(desc, text.span.at, text_len(&text));
		free(text.bytes);
	}
	/* Its file exists in the initial namespace alone. */
	if (sos->host->sysctl[SYSCTL_TCP_MEM].state == FACT_KNOWN)
		ns->initial = fact_known(1);
}

/* --- counters ---------------------------------------------------------- */

/* Return: was it there? */
static bool read_group(struct sos *sos, const char *group, const char *path)
{
	struct text text;

	if (!read_text(sos, path, &text))
		return false;
	netstat_parse(group, text.bytes, text_len(&text),
	              sos->host->ns[0].counter);
	free(text.bytes);
	return true;
}

static bool read_kernels_counters(struct sos *sos)
{
	return read_group(sos, "Tcp", "proc/net/snmp") &&
	       read_group(sos, "TcpExt", "proc/net/netstat");
}

static void read_counters(struct sos *sos)
{
	static const struct {
		const char *path;
		void (*parse)(struct span text,
		              struct fact_u64 counter[static COUNTER_COUNT]);
	} commands[] = {
		{ "sos_commands/networking/nstat_-zas", sos_nstat },
		{ "sos_commands/networking/nstat_-az", sos_nstat },
		{ "sos_commands/networking/netstat_-s", sos_netstat },
	};
	bool found = read_kernels_counters(sos);

	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		struct text text;

		if (found || !read_text(sos, commands[i].path, &text))
			continue;
		commands[i].parse(text.span, sos->host->ns[0].counter);
		free(text.bytes);
		found = true;
	}
}

static void read_sockstat(struct sos *sos)
{
	static const struct {
		const char *prefix, *path;
	} sources[] = {
		{ "TCP:", "proc/net/sockstat" },
		{ "TCP6:", "proc/net/sockstat6" },
	};

	for (size_t i = 0; i < sizeof(sources) / sizeof(sources[0]); i++) {
		struct text text;

		if (!read_text(sos, sources[i].path, &text))
			continue;
		sockstat_parse(sources[i].prefix, text.bytes, text_len(&text),
		               &sos->host->ns[0].sockstat);
		free(text.bytes);
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

static int read_listeners(struct sockets *sockets, const struct text *text)
{
	struct netns_facts *ns = sockets->ns;
	int rc = ss_parse(text->bytes, text_len(text), collect, sockets);

	ns->n_listeners = listeners_arrange(ns->listeners, ns->n_listeners);
	if (!rc)
		rc = ss_parse(text->bytes, text_len(text), count, sockets);
	for (size_t i = 0; i < ns->n_listeners; i++)
		ns->listeners[i].syn_queue.state = FACT_KNOWN;
	listeners_share_syn(ns->listeners, ns->n_listeners);
	return rc;
}

/* @ret: the ports of the range that are not reserved */
static bool usable_ports(struct sos *sos, struct port_set *ret)
{
	const struct sysctl_fact *range =
		&sos->host->ns[0].sysctl[SYSCTL_PORT_RANGE];
	struct port_set reserved;
	struct text text;
	bool ok;

	if (range->state != FACT_KNOWN ||
	    !sysctl_text(sos, SYSCTL_RESERVED_PORTS, &text))
		return false;
	ok = !port_set_parse(text.span.at, text_len(&text), &reserved);
	if (ok)
		ports_usable(range->v[0], range->v[1], &reserved, ret);
	free(text.bytes);
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

static void read_sockets(struct sos *sos)
{
	struct netns_facts *ns = &sos->host->ns[0];
	struct sockets sockets = {
		.ns = ns,
		.devices = sos->devices.span,
		.target = ports_target(sos->goal),
	};
	const bool ports_known = usable_ports(sos, &sockets.ports);
	struct text text;
	int rc;

	if (ports_known)
		ns->ports.usable = fact_known(port_set_count(&sockets.ports));
	if (!read_text(sos, "sos_commands/networking/ss_-peaonmi", &text))
		return;
	rc = read_listeners(&sockets, &text);
	free(text.bytes);
	if (rc) {
		free_listeners(ns);
		sos->no_memory |= rc == -ENOMEM;
		ns->listeners_read.state = FACT_BROKEN;
		return;
	}
	ns->listeners_read = fact_known(ns->n_listeners);
	set_ports(&sockets, ports_known);
}

/* --- all of it --------------------------------------------------------- */

static void read_facts(struct sos *sos)
{
	struct host *host = sos->host;

	(void)read_text(sos, "sos_commands/kernel/sysctl_-a", &sos->sysctls);
	(void)read_text(sos, "sos_commands/networking/ip_-d_address",
	                &sos->devices);
	read_name(sos, "hostname", 0, host->name, sizeof(host->name));
	read_name(sos, "uname", 2, host->kernel, sizeof(host->kernel));
	read_memory(sos);
	read_softnet(sos);
	read_limits(sos);
	read_sysctls(sos);
	read_counters(sos);
	read_sockstat(sos);
	sos_link(sos->devices.span, "lo", &host->ns[0].lo);
	read_sockets(sos);
	free(sos->sysctls.bytes);
	free(sos->devices.bytes);
}

static int open_dir(const char *dir, struct err *err)
{
	const int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	char shown[128];
	int rc = 0;

	(void)text_escape(shown, sizeof(shown), dir, strlen(dir));
	if (fd < 0)
		rc = err_set(err, -errno, "cannot open %s: %s", shown,
		             strerror(errno));
	else if (faccessat(fd, "sos_commands", F_OK, 0))
		rc = err_set(
			err, -ENOENT,
			"%s: is no unpacked sosreport: it has no folder sos_commands",
			shown);
	if (!rc)
		return fd;
	if (fd >= 0)
		(void)close(fd);
	err_hint(err, "unpack the archive with tar, and name the folder");
	return rc;
}

int sos_read(const char *dir, const struct goal *goal, struct host **ret,
             struct err *err)
{
	struct sos sos = { .goal = goal };

	sos.root_fd = open_dir(dir, err);
	if (sos.root_fd < 0)
		return sos.root_fd;
	sos.host = host_new(1);
	if (sos.host)
		read_facts(&sos);
	(void)close(sos.root_fd);
	if (!sos.host || sos.no_memory) {
		host_free(sos.host);
		return err_set(err, -ENOMEM, "not enough memory for the facts");
	}
	*ret = sos.host;
	return 0;
}
