// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * listeners - see listeners.h.
 *
 * The kernel does not tell how long a listener's SYN queue is: the half-open
 * connections are listed and counted by what they are addressed to. It costs
 * a walk over the hash table of all connections, and no more.
 */
#include "probes/listeners.h"

#include <errno.h>
#include <linux/inet_diag.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "probes/base/err.h"
#include "probes/base/vec.h"
#include "probes/diag.h"
#include "probes/facts.h"
#include "probes/registry.h"

static const int families[] = { AF_INET, AF_INET6 };

#define N_FAMILIES (sizeof(families) / sizeof(families[0]))

static int compare_u64(uint64_t a, uint64_t b)
{
	return (a > b) - (a < b);
}

/* What a connection is addressed to. */
static int compare_endpoints(const struct listener *a, const struct listener *b)
{
	int order = compare_u64((uint64_t)a->family, (uint64_t)b->family);

	if (!order)
		order = compare_u64(a->port, b->port);
	if (!order)
		order = memcmp(a->addr, b->addr, sizeof(a->addr));
	if (!order)
		order = compare_u64(a->ifindex, b->ifindex);
	return order;
}

static int compare_listeners(const void *left, const void *right)
{
	const struct listener *a = left;
	const struct listener *b = right;
	int order = compare_endpoints(a, b);

	if (!order)
		order = compare_u64(a->uid, b->uid);
	if (!order)
		order = compare_u64(a->cookie, b->cookie);
	return order;
}

static size_t drop_repeated(struct listener *listeners, size_t n)
{
	size_t kept = 0;

	for (size_t i = 0; i < n; i++) {
		if (kept && listeners[kept - 1].cookie == listeners[i].cookie)
			free(listeners[i].owners);
		else
			listeners[kept++] = listeners[i];
	}
	return kept;
}

/* Return: where the group that begins at @first ends. */
static size_t group_end(const struct listener *listeners, size_t n,
                        size_t first)
{
	size_t end = first + 1;

	while (end < n &&
	       !compare_endpoints(&listeners[first], &listeners[end]) &&
	       listeners[first].uid == listeners[end].uid)
		end++;
	return end;
}

size_t listeners_arrange(struct listener *listeners, size_t n)
{
	size_t end;

	if (n)
		qsort(listeners, n, sizeof(*listeners), compare_listeners);
	n = drop_repeated(listeners, n);
	for (size_t first = 0; first < n; first = end) {
		end = group_end(listeners, n, first);
		for (size_t i = first; i < end; i++)
			listeners[i].group_size = (uint32_t)(end - first);
	}
	return n;
}

/* Return: the first listener at @endpoint, or NULL. */
static struct listener *find_endpoint(struct listener *listeners, size_t n,
                                      const struct listener *endpoint)
{
	size_t low = 0;
	size_t high = n;

	while (low < high) {
		const size_t middle = low + (high - low) / 2;

		if (compare_endpoints(&listeners[middle], endpoint) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == n || compare_endpoints(&listeners[low], endpoint))
		return NULL;
	return &listeners[low];
}

/*
 * A connection from a link-local address has a device though its listener
 * may have none (net/ipv6/tcp_ipv6.c:tcp_v6_init_req()).
 */
static struct listener *find_on_device(struct listener *listeners, size_t n,
                                       const struct listener *endpoint)
{
	struct listener anywhere = *endpoint;
	struct listener *found = find_endpoint(listeners, n, endpoint);

	anywhere.ifindex = 0;
	return found ? found : find_endpoint(listeners, n, &anywhere);
}

/*
 * The addresses that a listener for @row may have, best first. For an IPv4
 * connection to an IPv6 socket "any" may also be ::ffff:0.0.0.0.
 *
 * Return: how many.
 */
static size_t local_addresses(const struct diag_row *row, uint8_t ret[3][16])
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };
	size_t n = 0;

	memset(ret, 0, 3 * sizeof(ret[0]));
	memcpy(ret[n++], row->src, sizeof(row->src));
	if (!memcmp(row->src, mapped, sizeof(mapped)))
		memcpy(ret[n++], mapped, sizeof(mapped));
	return n + 1;
}

void listeners_count_syn(struct listener *listeners, size_t n,
                         const struct diag_row *row)
{
	struct listener endpoint = {
		.family = row->family,
		.port = row->sport,
		.ifindex = row->ifindex,
	};
	struct listener *found = NULL;
	uint8_t addrs[3][16];
	const size_t n_addrs = local_addresses(row, addrs);

	for (size_t i = 0; i < n_addrs && !found; i++) {
		memcpy(endpoint.addr, addrs[i], sizeof(endpoint.addr));
		found = find_on_device(listeners, n, &endpoint);
	}
	if (found)
		found->syn_queue.value++;
}

void listeners_share_syn(struct listener *listeners, size_t n)
{
	size_t end;

	for (size_t first = 0; first < n; first = end) {
		end = group_end(listeners, n, first);
		for (size_t i = first; i < end; i++)
			listeners[i].syn_queue = listeners[first].syn_queue;
	}
}

/* Listeners as they come in. */
struct collection {
	struct listener *items;
	size_t n, max;
};

struct listener listener_of_row(const struct diag_row *row)
{
	struct listener listener = {
		.family = row->family,
		.port = row->sport,
		.ifindex = row->ifindex,
		.v6only = row->v6only,
		.queue = row->rqueue,
		.limit = row->wqueue,
		.drops = row->drops,
		.cgroup_id = row->cgroup_id,
		.uid = row->uid,
		.inode = row->inode,
		.cookie = row->cookie,
	};

	memcpy(listener.addr, row->src, sizeof(listener.addr));
	return listener;
}

static int collect(void *to, const struct diag_row *row)
{
	struct collection *all = to;
	struct listener *items =
		vec_grow(all->items, all->n, &all->max, sizeof(*all->items));

	if (!items)
		return -ENOMEM;
	all->items = items;
	all->items[all->n++] = listener_of_row(row);
	return 0;
}

static int read_listeners(struct diag *diag, struct collection *all)
{
	for (size_t i = 0; i < N_FAMILIES; i++) {
		const struct diag_query query = {
			.family = families[i],
			.states = 1U << TCP_LISTEN,
			.ext = 1U << (INET_DIAG_SKMEMINFO - 1),
		};
		const int rc = diag_dump(diag, &query, collect, all, NULL);

		if (rc)
			return rc;
	}
	all->n = listeners_arrange(all->items, all->n);
	return 0;
}

/* The listeners of one family, whose half-open connections are counted. */
struct counting {
	struct listener *listeners;
	size_t n;
};

static int count_row(void *to, const struct diag_row *row)
{
	const struct counting *counting = to;

	listeners_count_syn(counting->listeners, counting->n, row);
	return 0;
}

static void count_anew(void *to)
{
	const struct counting *counting = to;

	for (size_t i = 0; i < counting->n; i++)
		counting->listeners[i].syn_queue.value = 0;
}

static void count_half_open(struct diag *diag, struct listener *listeners,
                            size_t n, int family)
{
	const struct diag_query query = {
		.family = family,
		.states = 1U << TCP_SYN_RECV,
		.restart = count_anew,
	};
	struct counting counting = { .listeners = listeners, .n = n };
	int rc;

	if (!n)
		return;
	rc = diag_dump(diag, &query, count_row, &counting, NULL);
	if (rc)
		count_anew(&counting);
	for (size_t i = 0; i < n; i++)
		listeners[i].syn_queue.state =
			rc ? fact_state_from_errno(rc) : FACT_KNOWN;
	listeners_share_syn(listeners, n);
}

/* A row has its listener's family, so one family's rows do for it. */
void listeners_read_syn(struct diag *diag, struct listener *listeners, size_t n)
{
	size_t n_ipv4 = 0;

	while (n_ipv4 < n && listeners[n_ipv4].family == AF_INET)
		n_ipv4++;
	count_half_open(diag, listeners, n_ipv4, AF_INET);
	count_half_open(diag, listeners + n_ipv4, n - n_ipv4, AF_INET6);
}

static int run(const struct probe_env *env, struct host *host,
               struct netns_facts *ns, struct err *err)
{
	struct collection all = { 0 };
	struct diag diag;
	int rc;

	(void)env;
	(void)host;
	rc = diag_open(&diag, NULL);
	if (!rc)
		rc = read_listeners(&diag, &all);
	if (!rc && all.n)
		listeners_read_syn(&diag, all.items, all.n);
	diag_close(&diag);
	if (rc) {
		free(all.items);
		ns->listeners_read.state = fact_state_from_errno(rc);
	}
	if (rc == -ENOMEM)
		return err_set(err, rc, "no memory for the listeners");
	if (rc)
		return 0;
	ns->listeners = all.items;
	ns->n_listeners = all.n;
	ns->listeners_read = fact_known(all.n);
	return 0;
}

const struct probe probe_listeners = {
	.name = "listeners",
	.scope = PROBE_NETNS,
	.serves = PROBE_FOR_CHECK | PROBE_FOR_LISTENERS | PROBE_FOR_LOAD,
	.run = run,
};
