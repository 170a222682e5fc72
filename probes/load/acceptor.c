// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * acceptor - the application's side of the accept queue: a thread that
 * accepts when it may, as fast as it may.
 *
 * What it accepted passes to the bursting thread through an array that is
 * only ever appended to, so that one atomic count is all they share. The
 * array has room for every connection that can ever be accepted.
 */
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "probes/base/err.h"
#include "probes/load/clock.h"
#include "probes/load/engine.h"
#include "probes/load/tcp_info.h"

/* Wait after EMFILE and the like: what is short may be given back. */
#define EXHAUSTED_PAUSE_NS (10 * NS_PER_MS)

struct acceptor {
	pthread_t thread;
	const struct test_listener *listener;
	uint64_t interval_ns; /* between two accepts; 0: none */
	uint64_t next_ns;     /* when the next one is due */
	bool held;            /* until it is released */
	bool in_turns;        /* held again after each time that it accepted */
	int wake_fd;          /* towards the thread: begin, or stop */
	int ready_fd;         /* towards the taker */
	atomic_bool stop;
	atomic_size_t n_accepted;
	atomic_size_t n_taken;
	size_t max;
	size_t max_untaken;
	atomic_bool full; /* it waits for the taker */
	uint32_t peak;
	int code;
	struct accepted accepted[];
};

static void signal_fd(int fd)
{
	const uint64_t one = 1;

	/* An eventfd takes 2^64 - 2 of them: it cannot be full. */
	(void)!write(fd, &one, sizeof(one));
}

static void clear_fd(int fd)
{
	uint64_t count;

	(void)!read(fd, &count, sizeof(count));
}

static void wait_for(const struct acceptor *acceptor, bool listener,
                     int timeout_ms)
{
	struct pollfd fds[] = {
		{ .fd = acceptor->wake_fd, .events = POLLIN },
		{ .fd = acceptor->listener->fd, .events = POLLIN },
	};

	(void)poll(fds, listener ? 2 : 1, timeout_ms);
	clear_fd(acceptor->wake_fd);
}

/* Return: 0, or negative errno: -EAGAIN when the queue is empty. */
static int accept_one(struct acceptor *acceptor)
{
	const size_t n = atomic_load_explicit(&acceptor->n_accepted,
	                                      memory_order_relaxed);
	union address addr = { 0 };
	socklen_t len = sizeof(addr);
	int fd;

	fd = accept4(acceptor->listener->fd, &addr.any, &len,
	             SOCK_NONBLOCK | SOCK_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (n == acceptor->max) {
		/* More than we opened: a stranger's. */
		(void)close(fd);
		return 0;
	}
	acceptor->accepted[n] = (struct accepted){
		.fd = fd,
		.source = address_source(&addr),
		.port = address_port(&addr),
	};
	atomic_store_explicit(&acceptor->n_accepted, n + 1,
	                      memory_order_release);
	return 0;
}

static void sample_queue(struct acceptor *acceptor)
{
	struct tcp_facts facts;

	if (acceptor->held || tcp_facts_read(acceptor->listener->fd, &facts))
		return;
	/* net/ipv4/tcp.c:tcp_get_info(): of a listener, its accept queue */
	if (facts.unacked > acceptor->peak)
		acceptor->peak = facts.unacked;
}

static bool is_due(struct acceptor *acceptor)
{
	if (!acceptor->interval_ns)
		return true;
	if (clock_ns() < acceptor->next_ns)
		return false;
	acceptor->next_ns += acceptor->interval_ns;
	return true;
}

static bool is_full(const struct acceptor *acceptor)
{
	return atomic_load(&acceptor->n_accepted) -
	               atomic_load(&acceptor->n_taken) >=
	       acceptor->max_untaken;
}

/* Accept all that is there and due. Return: 0, or why accept() failed. */
static int accept_some(struct acceptor *acceptor)
{
	const size_t before = atomic_load(&acceptor->n_accepted);
	int rc = 0;

	sample_queue(acceptor);
	while (!rc && !atomic_load(&acceptor->stop) && !is_full(acceptor) &&
	       is_due(acceptor))
		rc = accept_one(acceptor);
	if (atomic_load(&acceptor->n_accepted) != before)
		signal_fd(acceptor->ready_fd);
	return rc == -EAGAIN || rc == -ECONNABORTED || rc == -EINTR ? 0 : rc;
}

/* Say so first, then look again: no wake-up is lost. */
static void wait_for_taker(struct acceptor *acceptor)
{
	atomic_store(&acceptor->full, true);
	if (is_full(acceptor))
		wait_for(acceptor, false, -1);
	atomic_store(&acceptor->full, false);
}

static void *acceptor_main(void *arg)
{
	struct acceptor *acceptor = arg;

	if (acceptor->held)
		wait_for(acceptor, false, -1);
	acceptor->next_ns = clock_ns();
	while (!atomic_load(&acceptor->stop)) {
		const int rc = accept_some(acceptor);

		if (rc) {
			/* Out of descriptors or memory: do not spin on it. */
			acceptor->code = -rc;
			wait_for(acceptor, false,
			         EXHAUSTED_PAUSE_NS / NS_PER_MS);
		} else if (is_full(acceptor)) {
			wait_for_taker(acceptor);
		} else if (acceptor->in_turns) {
			wait_for(acceptor, false, -1);
		} else if (acceptor->interval_ns) {
			wait_for(acceptor, false,
			         clock_timeout_ms(acceptor->next_ns, 100));
		} else {
			wait_for(acceptor, true, -1);
		}
	}
	return NULL;
}

static void acceptor_free(struct acceptor *acceptor)
{
	if (acceptor->wake_fd >= 0)
		(void)close(acceptor->wake_fd);
	if (acceptor->ready_fd >= 0)
		(void)close(acceptor->ready_fd);
	free(acceptor);
}

int acceptor_start(struct acceptor **ret, const struct engine *engine,
                   size_t max, struct err *err)
{
	const struct load_options *options = engine->options;
	struct acceptor *acceptor;
	int rc;

	acceptor = calloc(1, sizeof(*acceptor) +
	                             max * sizeof(acceptor->accepted[0]));
	if (!acceptor)
		return err_set(err, -ENOMEM,
		               "cannot start the acceptor: out of memory");
	acceptor->listener = &engine->listener;
	acceptor->max = max;
	acceptor->max_untaken =
		engine->plan.passing ? engine->plan.passing : SIZE_MAX;
	acceptor->held = options->accept == LOAD_ACCEPT_HELD;
	acceptor->in_turns = acceptor->held && options->eager;
	if (options->accept == LOAD_ACCEPT_SLOW)
		acceptor->interval_ns = NS_PER_S / options->accept_per_s;
	acceptor->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	acceptor->ready_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	rc = acceptor->wake_fd < 0 || acceptor->ready_fd < 0 ? errno : 0;
	if (!rc)
		rc = pthread_create(&acceptor->thread, NULL, acceptor_main,
		                    acceptor);
	if (rc) {
		acceptor_free(acceptor);
		return err_set(err, -rc, "cannot start the acceptor: %s",
		               strerror(rc));
	}
	*ret = acceptor;
	return 0;
}

void acceptor_release(struct acceptor *acceptor)
{
	signal_fd(acceptor->wake_fd);
}

int acceptor_fd(const struct acceptor *acceptor)
{
	return acceptor->ready_fd;
}

bool acceptor_take(struct acceptor *acceptor, struct accepted *ret)
{
	if (acceptor->n_taken ==
	    atomic_load_explicit(&acceptor->n_accepted, memory_order_acquire)) {
		/* Clear first, then look again: no wake-up is lost. */
		clear_fd(acceptor->ready_fd);
		if (acceptor->n_taken ==
		    atomic_load_explicit(&acceptor->n_accepted,
		                         memory_order_acquire)) {
			if (atomic_exchange(&acceptor->full, false))
				signal_fd(acceptor->wake_fd);
			return false;
		}
	}
	*ret = acceptor->accepted[acceptor->n_taken++];
	return true;
}

void acceptor_stop(struct acceptor *acceptor, uint32_t *ret_peak, int *ret_code)
{
	struct accepted left;

	atomic_store(&acceptor->stop, true);
	signal_fd(acceptor->wake_fd);
	(void)pthread_join(acceptor->thread, NULL);
	while (acceptor_take(acceptor, &left))
		(void)close(left.fd);
	*ret_peak = acceptor->peak;
	*ret_code = acceptor->code;
	acceptor_free(acceptor);
}
