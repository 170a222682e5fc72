// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * conntrack - see conntrack.h.
 *
 * ctnetlink is not asked: it tells no more than these files do, wants
 * CAP_NET_ADMIN, and loads modules. A list of the hooks (nfnetlink_hook,
 * 5.14) would tell, but takes CAP_NET_ADMIN too, and few kernels have it.
 */
#include "probes/conntrack.h"

#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "probes/base/file.h"
#include "probes/base/hex_table.h"
#include "probes/facts.h"
#include "probes/goal.h"
#include "probes/number.h"
#include "probes/registry.h"

#define COUNT_PATH "proc/sys/net/netfilter/nf_conntrack_count"
#define TIME_WAIT_PATH                                                         \
	"proc/sys/net/netfilter/nf_conntrack_tcp_timeout_time_wait"
#define STAT_PATH "proc/thread-self/net/stat/nf_conntrack"

/* A line of 17 columns is 155 bytes: enough for 25 000 CPUs. */
#define STAT_BYTES_MAX 4194304

/* Tries without a new entry that count as proof. */
#define UNCHANGED_LEAST 3

/* A datagram over loopback arrives before sendto() returns, or nearly. */
#define ARRIVAL_MS 5

struct fact_u64 conntrack_conclude(const struct conntrack_try *tries, size_t n)
{
	size_t unchanged = 0;

	for (size_t i = 0; i < n; i++) {
		const struct conntrack_try *try = &tries[i];

		if (try->before.state != FACT_KNOWN ||
		    try->after.state != FACT_KNOWN)
			continue;
		if (try->after.value > try->before.value)
			return fact_known(1);
		if (try->arrived && try->after.value == try->before.value)
			unchanged++;
	}
	if (unchanged >= UNCHANGED_LEAST)
		return fact_known(0);
	return (struct fact_u64){ .state = FACT_BROKEN };
}

static struct fact_u64 read_drops(int root_fd)
{
	struct hex_column column;
	char *bytes;
	size_t len;
	int rc;

	rc = file_read_alloc(root_fd, STAT_PATH, STAT_BYTES_MAX, &bytes, &len,
	                     NULL);
	if (rc)
		return (struct fact_u64){ .state = fact_state_from_errno(rc) };
	rc = hex_table_column(bytes, len, "drop", &column);
	free(bytes);
	if (rc)
		return (struct fact_u64){ .state = fact_state_from_errno(rc) };
	return fact_known(column.sum);
}

void conntrack_read(int root_fd, struct conntrack_facts *ret)
{
	*ret = (struct conntrack_facts){
		.entries = number_read(root_fd, COUNT_PATH),
		.drops = read_drops(root_fd),
		.time_wait_s = number_read(root_fd, TIME_WAIT_PATH),
	};
	/*
	 * Old kernels hide the sysctls, and only them, in a namespace of an
	 * unprivileged user: then one is missing and not the other.
	 */
	if (ret->entries.state == FACT_ABSENT &&
	    ret->drops.state == FACT_ABSENT)
		ret->tracks = fact_known(0);
}

/* Address and port of a socket, and the other way round. */
union address {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
};

static union address loopback(int family, socklen_t *ret_len)
{
	union address address = { .any.sa_family = (sa_family_t)family };

	if (family == AF_INET6) {
		address.v6.sin6_addr = in6addr_loopback;
		*ret_len = sizeof(address.v6);
	} else {
		address.v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
		*ret_len = sizeof(address.v4);
	}
	return address;
}

static bool arrives(int fd)
{
	struct pollfd pollfd = { .fd = fd, .events = POLLIN };
	char byte;

	return poll(&pollfd, 1, ARRIVAL_MS) == 1 &&
	       recv(fd, &byte, sizeof(byte), MSG_DONTWAIT) == sizeof(byte);
}

/* One datagram from @fd to itself. Return: 0, or negative errno. */
static int send_one(int root_fd, int fd, const union address *self,
                    socklen_t len, struct conntrack_try *ret)
{
	ret->before = number_read(root_fd, COUNT_PATH);
	if (sendto(fd, "", 1, MSG_DONTWAIT, &self->any, len) != 1)
		return -errno;
	ret->arrived = arrives(fd);
	ret->after = number_read(root_fd, COUNT_PATH);
	return 0;
}

/* A new socket has a new port, and so needs an entry of its own. */
static int try_once(int root_fd, int family, struct conntrack_try *ret)
{
	const int fd = socket(family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	socklen_t len;
	union address self = loopback(family, &len);
	int rc;

	if (fd < 0)
		return -errno;
	if (bind(fd, &self.any, len) || getsockname(fd, &self.any, &len))
		rc = -errno;
	else
		rc = send_one(root_fd, fd, &self, len, ret);
	(void)close(fd);
	return rc;
}

/* No loopback, or no such family: the question does not arise. */
static enum fact_state state_of(int code)
{
	switch (-code) {
	case ENETUNREACH:
	case EADDRNOTAVAIL:
	case EAFNOSUPPORT:
		return FACT_ABSENT;
	default:
		return FACT_BROKEN;
	}
}

void conntrack_try(int root_fd, int family, struct conntrack_facts *ret)
{
	struct conntrack_try tries[CONNTRACK_TRIES_MAX] = { 0 };

	for (size_t n = 0;
	     n < CONNTRACK_TRIES_MAX && ret->tracks.state != FACT_KNOWN; n++) {
		const int rc = try_once(root_fd, family, &tries[n]);

		if (rc) {
			ret->tracks.state = state_of(rc);
			return;
		}
		ret->tracks = conntrack_conclude(tries, n + 1);
	}
}

static int run(const struct probe_env *env, struct host *host,
               struct netns_facts *ns, struct err *err)
{
	(void)host;
	(void)err;
	conntrack_read(env->root_fd, &ns->conntrack);
	if (!env->traceless)
		conntrack_try(env->root_fd,
		              env->goal->family == FAMILY_IPV6 ? AF_INET6
		                                               : AF_INET,
		              &ns->conntrack);
	return 0;
}

const struct probe probe_conntrack = {
	.name = "conntrack",
	.scope = PROBE_NETNS,
	.serves = PROBE_FOR_CHECK,
	.run = run,
};
