// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * isolate - see isolate.h.
 *
 * A sysctl is copied as the bytes of its file, so that nothing is lost in
 * between. A new namespace has the kernel's defaults or the initial
 * namespace's values, but never the caller's
 * (net/ipv4/tcp_ipv4.c:tcp_sk_init()).
 *
 * Not copied: what is not in sysctl_table.h, addresses, firewalls, and of
 * devices all but the MTU of lo, which the test's segments are as large as.
 */
#include "probes/isolate.h"

#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <netlink/errno.h>
#include <netlink/netlink.h>
#include <netlink/route/link.h>

#include "probes/base/err.h"
#include "probes/facts.h"
#include "probes/sysctl.h"
#include "probes/sysctl_value.h"

/* One number may be bounded by another: port range, unprivileged ports. */
#define PASSES 2

struct bytes {
	char *at; /* NULL: the caller's namespace does not have it */
	size_t len;
};

/* --- sysctls ---------------------------------------------------------------
 */

/* What nobody can set is a fact of the kernel and not a setting. */
static bool is_copied(enum sysctl_id id)
{
	const struct sysctl_desc *desc = sysctl_desc(id);

	return desc->scope == SYSCTL_SCOPE_NETNS &&
	       desc->live != SYSCTL_READ_ONLY;
}

static void free_all(struct bytes values[static SYSCTL_COUNT])
{
	for (size_t i = 0; i < SYSCTL_COUNT; i++)
		free(values[i].at);
}

static int read_all(int root_fd, struct bytes values[static SYSCTL_COUNT])
{
	for (enum sysctl_id id = 0; id < SYSCTL_COUNT; id++) {
		int rc = 0;

		if (is_copied(id))
			rc = sysctl_read_bytes(root_fd, sysctl_desc(id),
			                       &values[id].at, &values[id].len);
		if (rc == -ENOMEM)
			return rc;
	}
	return 0;
}

/*
 * What the facts say in place of what was read. Numbers only: a fact's text
 * may be cut.
 */
static int plan_one(const struct sysctl_desc *desc,
                    const struct sysctl_fact *fact, struct bytes *value)
{
	const struct sysctl_value planned = sysctl_value_of(desc, fact);
	char text[sizeof(fact->text)];
	char *copy;

	if (!value->at || fact->state != FACT_KNOWN ||
	    !sysctl_numbers(desc->type) ||
	    sysctl_value_is(desc, &planned, value->at, value->len))
		return 0;
	sysctl_value_format(desc, &planned, text, sizeof(text));
	copy = strdup(text);
	if (!copy)
		return -ENOMEM;
	free(value->at);
	*value = (struct bytes){ .at = copy, .len = strlen(copy) };
	return 0;
}

static int plan_all(const struct netns_facts *ns,
                    struct bytes values[static SYSCTL_COUNT])
{
	int rc = 0;

	for (enum sysctl_id id = 0; !rc && id < SYSCTL_COUNT; id++)
		rc = plan_one(sysctl_desc(id), &ns->sysctl[id], &values[id]);
	return rc;
}

/* The kernel may show a value otherwise than it was written. */
static bool means_same(const struct sysctl_desc *desc, const struct bytes *a,
                       const struct bytes *b)
{
	const struct sysctl_fact fact = sysctl_parse(desc, a->at, a->len);
	const struct sysctl_value value = sysctl_value_of(desc, &fact);

	if (a->len == b->len && !memcmp(a->at, b->at, a->len))
		return true;
	return sysctl_numbers(desc->type) && fact.state == FACT_KNOWN &&
	       sysctl_value_is(desc, &value, b->at, b->len);
}

static bool is_equal(int root_fd, const struct sysctl_desc *desc,
                     const struct bytes *value)
{
	struct bytes now = { 0 };
	bool equal;

	if (sysctl_read_bytes(root_fd, desc, &now.at, &now.len))
		return false;
	equal = means_same(desc, value, &now);
	free(now.at);
	return equal;
}

static void write_value(int root_fd, const struct sysctl_desc *desc,
                        const struct bytes *value)
{
	char path[SYSCTL_PATH_SIZE];
	int fd;

	sysctl_path(desc, path);
	fd = openat(root_fd, path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return;
	/* whether it was taken, reading it back tells */
	(void)!write(fd, value->at, value->len);
	(void)close(fd);
}

static void copy(int root_fd, const struct bytes values[static SYSCTL_COUNT],
                 struct isolate *ret)
{
	for (unsigned int pass = 0; pass < PASSES; pass++) {
		for (enum sysctl_id id = 0; id < SYSCTL_COUNT; id++) {
			const struct sysctl_desc *desc = sysctl_desc(id);

			if (!values[id].at ||
			    is_equal(root_fd, desc, &values[id]))
				continue;
			write_value(root_fd, desc, &values[id]);
		}
	}
	for (enum sysctl_id id = 0; id < SYSCTL_COUNT; id++)
		ret->not_copied[id] =
			values[id].at &&
			!is_equal(root_fd, sysctl_desc(id), &values[id]);
}

/* --- the namespace ---------------------------------------------------------
 */

static int raise_lo(struct nl_sock *socket, unsigned int mtu_bytes)
{
	struct rtnl_link *change = rtnl_link_alloc();
	struct rtnl_link *lo = NULL;
	int rc;

	if (!change)
		return -NLE_NOMEM;
	rtnl_link_set_flags(change, IFF_UP);
	if (mtu_bytes)
		rtnl_link_set_mtu(change, mtu_bytes);
	rc = rtnl_link_get_kernel(socket, 0, "lo", &lo);
	if (!rc)
		rc = rtnl_link_change(socket, lo, change, 0);
	rtnl_link_put(lo);
	rtnl_link_put(change);
	return rc;
}

/* Return: 0 when it cannot be read: lo is then as the kernel makes it. */
static unsigned int read_mtu(void)
{
	struct nl_sock *socket = nl_socket_alloc();
	struct rtnl_link *lo = NULL;
	unsigned int mtu_bytes = 0;

	if (socket && !nl_connect(socket, NETLINK_ROUTE) &&
	    !rtnl_link_get_kernel(socket, 0, "lo", &lo))
		mtu_bytes = rtnl_link_get_mtu(lo);
	rtnl_link_put(lo);
	nl_socket_free(socket);
	return mtu_bytes;
}

static int bring_up_lo(unsigned int mtu_bytes, struct err *err)
{
	struct nl_sock *socket = nl_socket_alloc();
	int rc;

	if (!socket)
		return err_set(err, -ENOMEM, "cannot bring lo up: no memory");
	rc = nl_connect(socket, NETLINK_ROUTE);
	if (!rc)
		rc = raise_lo(socket, mtu_bytes);
	nl_socket_free(socket);
	if (rc)
		return err_set(
			err, -EIO,
			"cannot bring lo up in a namespace of its own: %s",
			nl_geterror(rc));
	return 0;
}

/* Return: 0; negative errno, and then nothing has changed. */
static int new_netns(struct err *err)
{
	int code;

	if (!unshare(CLONE_NEWNET) ||
	    (errno == EPERM && !unshare(CLONE_NEWUSER | CLONE_NEWNET)))
		return 0;
	code = -errno;
	err_hint(
		err,
		"run it as root, or allow user namespaces (user.max_user_namespaces)");
	return err_set(
		err, code,
		"cannot make a network namespace, which takes root or user namespaces: %s",
		strerror(-code));
}

static int enter(int root_fd, const struct netns_facts *ns, struct isolate *ret,
                 struct err *err)
{
	struct bytes values[SYSCTL_COUNT] = { 0 };
	const unsigned int mtu_bytes = read_mtu();
	int rc;

	rc = read_all(root_fd, values);
	if (!rc)
		rc = plan_all(ns, values);
	if (rc)
		(void)err_set(err, rc, "cannot copy the sysctls: no memory");
	if (!rc)
		rc = new_netns(err);
	if (!rc) {
		copy(root_fd, values, ret);
		rc = bring_up_lo(mtu_bytes, err);
		if (rc)
			isolate_leave(ret);
	}
	free_all(values);
	return rc;
}

static int open_or_fail(const char *path, int flags, struct err *err)
{
	const int fd = open(path, flags | O_CLOEXEC);
	int code;

	if (fd >= 0)
		return fd;
	code = -errno;
	return err_set(err, code, "cannot open %s: %s", path, strerror(-code));
}

int isolate_enter(const struct netns_facts *ns, struct isolate *ret,
                  struct err *err)
{
	int root_fd;
	int rc;

	*ret = (struct isolate){ .back_fd = -1 };
	root_fd = open_or_fail("/", O_PATH | O_DIRECTORY, err);
	if (root_fd < 0)
		return root_fd;
	ret->back_fd = open_or_fail("/proc/thread-self/ns/net", O_RDONLY, err);
	rc = ret->back_fd < 0 ? ret->back_fd : enter(root_fd, ns, ret, err);
	(void)close(root_fd);
	if (rc && ret->back_fd >= 0) {
		(void)close(ret->back_fd);
		ret->back_fd = -1;
	}
	return rc;
}

void isolate_leave(struct isolate *isolate)
{
	if (isolate->back_fd < 0)
		return;
	(void)setns(isolate->back_fd, CLONE_NEWNET);
	(void)close(isolate->back_fd);
	isolate->back_fd = -1;
}
