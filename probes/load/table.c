// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * table - see table.h. Descriptors are passed as SCM_RIGHTS over a pair of
 * sockets, of which each side has one end.
 */
#include "probes/load/table.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "probes/base/err.h"

struct table {
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	void (*step)(void *arg); /* to be called; NULL: there is nothing */
	void *arg;
	bool ended;
	int near_fd; /* where it was opened from */
	int far_fd;  /* in the table */
};

static void *table_main(void *arg)
{
	struct table *table = arg;

	(void)pthread_mutex_lock(&table->lock);
	while (!table->ended) {
		if (!table->step) {
			(void)pthread_cond_wait(&table->changed, &table->lock);
			continue;
		}
		table->step(table->arg);
		table->step = NULL;
		(void)pthread_cond_signal(&table->changed);
	}
	(void)pthread_mutex_unlock(&table->lock);
	return NULL;
}

void table_call(struct table *table, void (*step)(void *arg), void *arg)
{
	if (!table) {
		step(arg);
		return;
	}
	(void)pthread_mutex_lock(&table->lock);
	table->step = step;
	table->arg = arg;
	(void)pthread_cond_signal(&table->changed);
	while (table->step)
		(void)pthread_cond_wait(&table->changed, &table->lock);
	(void)pthread_mutex_unlock(&table->lock);
}

/* ---- passing ---- */

union control {
	struct cmsghdr header;
	char bytes[CMSG_SPACE(TABLE_PASS_MAX * sizeof(int))];
};

struct passing {
	struct table *table;
	size_t n;
	int *ret;
};

static void receive(void *arg)
{
	const struct passing *passing = arg;
	union control control;
	char byte;
	struct iovec data = { .iov_base = &byte, .iov_len = 1 };
	struct msghdr message = {
		.msg_iov = &data,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control),
	};
	const struct cmsghdr *header;
	size_t n;

	for (size_t i = 0; i < passing->n; i++)
		passing->ret[i] = -1;
	if (recvmsg(passing->table->far_fd, &message,
	            MSG_CMSG_CLOEXEC | MSG_DONTWAIT) < 1)
		return;
	header = CMSG_FIRSTHDR(&message);
	if (!header)
		return;
	n = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
	(void)memcpy(passing->ret, CMSG_DATA(header),
	             (n < passing->n ? n : passing->n) * sizeof(int));
}

void table_pass(struct table *table, const int *fds, size_t n, int *ret)
{
	struct passing passing = { .table = table, .n = n };
	union control control = { 0 };
	struct iovec data = { .iov_base = "", .iov_len = 1 };
	const struct msghdr message = {
		.msg_iov = &data,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = CMSG_SPACE(n * sizeof(int)),
	};

	control.header.cmsg_level = SOL_SOCKET;
	control.header.cmsg_type = SCM_RIGHTS;
	control.header.cmsg_len = CMSG_LEN(n * sizeof(int));
	(void)memcpy(CMSG_DATA(&control.header), fds, n * sizeof(int));
	/* Where it was not sent, there is nothing to receive. */
	(void)sendmsg(table->near_fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
	passing.ret = ret;
	table_call(table, receive, &passing);
	for (size_t i = 0; i < n; i++)
		(void)close(fds[i]);
}

/* ---- beginning and end ---- */

struct beginning {
	struct table *const *earlier; /* n_earlier of them */
	size_t n_earlier;
	const struct table *table;
	int code; /* negative errno */
};

static void unshare_descriptors(void *arg)
{
	struct beginning *beginning = arg;

	if (unshare(CLONE_FILES)) {
		beginning->code = -errno;
		return;
	}
	(void)close(beginning->table->near_fd);
	for (size_t i = 0; i < beginning->n_earlier; i++)
		(void)close(beginning->earlier[i]->near_fd);
}

static void table_close(struct table *table)
{
	(void)pthread_mutex_lock(&table->lock);
	table->ended = true;
	(void)pthread_cond_signal(&table->changed);
	(void)pthread_mutex_unlock(&table->lock);
	(void)pthread_join(table->thread, NULL);
	(void)close(table->near_fd);
	free(table);
}

static int table_start(struct table *table)
{
	int pair[2];
	int rc;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair))
		return -errno;
	table->near_fd = pair[0];
	table->far_fd = pair[1];
	rc = -pthread_create(&table->thread, NULL, table_main, table);
	if (rc) {
		(void)close(pair[0]);
		(void)close(pair[1]);
	}
	return rc;
}

static int table_open(struct table **tables, size_t nth)
{
	struct table *table = calloc(1, sizeof(*table));
	struct beginning beginning = {
		.earlier = tables,
		.n_earlier = nth,
		.table = table,
	};
	int rc;

	if (!table)
		return -ENOMEM;
	(void)pthread_mutex_init(&table->lock, NULL);
	(void)pthread_cond_init(&table->changed, NULL);
	rc = table_start(table);
	if (rc) {
		free(table);
		return rc;
	}
	table_call(table, unshare_descriptors, &beginning);
	(void)close(table->far_fd); /* the table has its own */
	if (beginning.code)
		table_close(table);
	else
		tables[nth] = table;
	return beginning.code;
}

int tables_open(size_t n, struct table ***ret, struct err *err)
{
	struct table **tables = calloc(n, sizeof(struct table *));

	if (!tables)
		return err_set(err, -ENOMEM,
		               "cannot open %zu descriptor tables: no memory",
		               n);
	for (size_t i = 0; i < n; i++) {
		const int rc = table_open(tables, i);

		if (!rc)
			continue;
		tables_close(tables, i);
		return err_set(err, rc,
		               "cannot open descriptor table %zu of %zu: %s",
		               i + 1, n, strerror(-rc));
	}
	*ret = tables;
	return 0;
}

void tables_close(struct table **tables, size_t n)
{
	for (size_t i = 0; i < n; i++)
		table_close(tables[i]);
	free(tables);
}
