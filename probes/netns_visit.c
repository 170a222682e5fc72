// SPDX-License-Identifier: GPL-2.0-or-later
/* netns_visit - see netns_visit.h. */
#include "probes/netns_visit.h"

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

#include "probes/base/err.h"
#include "probes/facts.h"
#include "probes/netns.h"
#include "probes/netns_list.h"

/* More do not help: what they read is made under few locks of the kernel. */
#define THREADS_MAX 8U

struct visit {
	const struct netns_tour *tour;
	atomic_size_t next; /* of the list */
	atomic_bool failed;
	pthread_mutex_t lock; /* of what follows */
	int rc;
	struct err err;
};

static void fail_visit(struct visit *visit, int rc, const struct err *err)
{
	(void)pthread_mutex_lock(&visit->lock);
	if (!visit->rc) {
		visit->rc = rc;
		visit->err = *err;
	}
	(void)pthread_mutex_unlock(&visit->lock);
	atomic_store(&visit->failed, true);
}

/* Return: 0, or why the calling thread is not in it. */
static int enter(const struct netns_tour *tour, size_t at)
{
	const int fd =
		netns_list_open(tour->root_fd, tour->list, at, &tour->ns[at]);
	int rc;

	if (fd < 0)
		return fd;
	rc = netns_enter(fd, NULL);
	(void)close(fd);
	return rc;
}

static void visit_one(struct visit *visit, size_t at)
{
	const struct netns_tour *tour = visit->tour;
	struct netns_facts *ns = &tour->ns[at];
	struct err err = { 0 };
	int rc = enter(tour, at);

	if (rc) {
		ns->entered.state = fact_state_from_errno(rc);
		return;
	}
	ns->entered = fact_known(1);
	rc = tour->look(tour->to, ns, &err);
	if (rc)
		fail_visit(visit, rc, &err);
}

static void *work(void *arg)
{
	struct visit *visit = arg;
	size_t at;

	while (!atomic_load(&visit->failed)) {
		at = atomic_fetch_add(&visit->next, 1);
		if (at >= visit->tour->list->n)
			break;
		visit_one(visit, at);
	}
	return NULL;
}

/* One a CPU. */
static size_t threads_of(const struct netns_tour *tour)
{
	const long cpus = sysconf(_SC_NPROCESSORS_ONLN);
	const size_t places = tour->list->n - 1;
	size_t n = cpus > 0 ? (size_t)cpus : 1;

	if (n > THREADS_MAX)
		n = THREADS_MAX;
	return n < places ? n : places;
}

/* Fewer threads than wanted are only slower. */
int netns_visit(const struct netns_tour *tour, struct err *err)
{
	struct visit visit = {
		.tour = tour,
		.next = 1,
		.lock = PTHREAD_MUTEX_INITIALIZER,
	};
	const size_t wanted = threads_of(tour);
	pthread_t threads[THREADS_MAX];
	size_t n = 0;
	int rc = 0;

	while (n < wanted && !rc) {
		rc = pthread_create(&threads[n], NULL, work, &visit);
		n += !rc;
	}
	for (size_t i = 0; i < n; i++)
		(void)pthread_join(threads[i], NULL);
	if (rc && !n)
		return err_set(
			err, -rc,
			"cannot start a thread to enter network namespaces: %s",
			strerror(rc));
	if (visit.rc)
		return err_set(err, visit.rc, "%s", visit.err.what);
	return 0;
}
