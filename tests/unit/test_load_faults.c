// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The load test under errors that were injected: every system call that it
 * makes, with every errno that it may give, at the first call and at some
 * other, once or from then on. Whatever happens, each flow has one
 * outcome, the errors add up, no byte is counted twice, and no descriptor
 * stays open.
 *
 * Time runs faster here, so that deadlines are met in milliseconds.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "probes/base/err.h"
#include "probes/load/load.h"
#include "tests/support/fdcheck.h"

#define FASTER 1000
#define FLOWS 5
#define BYTES 100000

/* ---- what is injected ---- */

/* RETURN, name, parameters, arguments; how it says that it failed. */
/* clang-format off */
#define CALLS(row) \
	row(int, socket, (int a, int b, int c), (a, b, c), -1) \
	row(int, bind, (int fd, const struct sockaddr *a, socklen_t l), (fd, a, l), -1) \
	row(int, listen, (int fd, int n), (fd, n), -1) \
	row(int, connect, (int fd, const struct sockaddr *a, socklen_t l), (fd, a, l), -1) \
	row(int, accept4, (int fd, struct sockaddr *a, socklen_t *l, int f), (fd, a, l, f), -1) \
	row(int, getsockname, (int fd, struct sockaddr *a, socklen_t *l), (fd, a, l), -1) \
	row(int, getsockopt, (int fd, int v, int o, void *p, socklen_t *l), (fd, v, o, p, l), -1) \
	row(int, setsockopt, (int fd, int v, int o, const void *p, socklen_t l), (fd, v, o, p, l), -1) \
	row(ssize_t, send, (int fd, const void *p, size_t n, int f), (fd, p, n, f), -1) \
	row(ssize_t, recv, (int fd, void *p, size_t n, int f), (fd, p, n, f), -1) \
	row(ssize_t, sendmsg, (int fd, const struct msghdr *m, int f), (fd, m, f), -1) \
	row(ssize_t, recvmsg, (int fd, struct msghdr *m, int f), (fd, m, f), -1) \
	row(int, shutdown, (int fd, int how), (fd, how), -1) \
	row(int, socketpair, (int a, int b, int c, int fds[2]), (a, b, c, fds), -1) \
	row(int, unshare, (int flags), (flags), -1) \
	row(int, epoll_create1, (int flags), (flags), -1) \
	row(int, epoll_ctl, (int fd, int op, int at, struct epoll_event *e), (fd, op, at, e), -1) \
	row(int, eventfd, (unsigned int n, int flags), (n, flags), -1) \
	row(void *, malloc, (size_t n), (n), NULL) \
	row(void *, calloc, (size_t n, size_t size), (n, size), NULL) \
	row(void *, realloc, (void *p, size_t n), (p, n), NULL) \
	row(int, pthread_create, (pthread_t *t, const pthread_attr_t *a, void *(*f)(void *), void *p), (t, a, f, p), errno)
/* clang-format on */

#define NAME(type, name, parameters, arguments, failed) CALL_##name,
enum call { CALLS(NAME) CALL_poll, CALL_epoll_wait, CALL_COUNT };

static struct {
	atomic_bool armed;
	atomic_uint seen[CALL_COUNT]; /* calls, while it is armed */
	atomic_uint fired;
	enum call call;
	unsigned int first, last; /* which calls of it fail */
	int code;
} fault;

/* Return: whether this call fails; errno is set. */
static bool fails(enum call call)
{
	unsigned int nth;

	if (!atomic_load(&fault.armed))
		return false;
	nth = atomic_fetch_add(&fault.seen[call], 1);
	if (call != fault.call || nth < fault.first || nth > fault.last)
		return false;
	atomic_fetch_add(&fault.fired, 1);
	errno = fault.code;
	return true;
}

#define WRAP(type, name, parameters, arguments, failed)                        \
	type __real_##name parameters;                                         \
	type __wrap_##name parameters;                                         \
	type __wrap_##name parameters                                          \
	{                                                                      \
		return fails(CALL_##name) ? (failed)                           \
		                          : __real_##name arguments;           \
	}

CALLS(WRAP)

int __real_poll(struct pollfd *fds, nfds_t n, int timeout_ms);
int __wrap_poll(struct pollfd *fds, nfds_t n, int timeout_ms);
int __real_epoll_wait(int fd, struct epoll_event *events, int n,
                      int timeout_ms);
int __wrap_epoll_wait(int fd, struct epoll_event *events, int n,
                      int timeout_ms);
int __real_clock_gettime(clockid_t id, struct timespec *ret);
int __wrap_clock_gettime(clockid_t id, struct timespec *ret);
int __wrap_getrlimit(int resource, struct rlimit *ret);
int __wrap_setrlimit(int resource, const struct rlimit *limit);

static int sooner(int timeout_ms)
{
	return timeout_ms > 0 ? (timeout_ms + FASTER - 1) / FASTER : timeout_ms;
}

int __wrap_poll(struct pollfd *fds, nfds_t n, int timeout_ms)
{
	return fails(CALL_poll) ? -1 : __real_poll(fds, n, sooner(timeout_ms));
}

int __wrap_epoll_wait(int fd, struct epoll_event *events, int n, int timeout_ms)
{
	return fails(CALL_epoll_wait)
	               ? -1
	               : __real_epoll_wait(fd, events, n, sooner(timeout_ms));
}

static time_t began_s; /* so that the product fits */

int __wrap_clock_gettime(clockid_t id, struct timespec *ret)
{
	const int rc = __real_clock_gettime(id, ret);
	const uint64_t ns = ((uint64_t)(ret->tv_sec - began_s) * 1000000000 +
	                     (uint64_t)ret->tv_nsec) *
	                    FASTER;

	ret->tv_sec = (time_t)(ns / 1000000000);
	ret->tv_nsec = (long)(ns % 1000000000);
	return rc;
}

/* So few that the flows take several descriptor tables, where they may. */
int __wrap_getrlimit(int resource, struct rlimit *ret)
{
	assert_int_equal(resource, RLIMIT_NOFILE);
	*ret = (struct rlimit){ 136, 136 };
	return 0;
}

int __wrap_setrlimit(int resource, const struct rlimit *limit)
{
	(void)resource;
	(void)limit;
	return 0;
}

/* ---- what it may give ---- */

#define CODES_MAX 16

static const struct {
	enum call call;
	int codes[CODES_MAX]; /* 0 ends them */
} injected[] = {
	{ CALL_socket,
	  { EACCES, EAFNOSUPPORT, EINVAL, EMFILE, ENFILE, ENOBUFS, ENOMEM,
	    EPROTONOSUPPORT } },
	{ CALL_bind,
	  { EACCES, EADDRINUSE, EADDRNOTAVAIL, EINVAL, ENOMEM, ENOBUFS } },
	{ CALL_listen, { EADDRINUSE, EOPNOTSUPP, ENOBUFS } },
	{ CALL_connect,
	  { EACCES, EPERM, EADDRINUSE, EADDRNOTAVAIL, EAFNOSUPPORT, EAGAIN,
	    EALREADY, ECONNREFUSED, ECONNRESET, EINPROGRESS, EINTR, ENETUNREACH,
	    EHOSTUNREACH, ETIMEDOUT, ENOBUFS } },
	{ CALL_accept4,
	  { EAGAIN, ECONNABORTED, EINTR, EINVAL, EMFILE, ENFILE, ENOBUFS,
	    ENOMEM, EPERM, EPROTO, ENETDOWN, EHOSTUNREACH } },
	{ CALL_getsockname, { ENOBUFS, ENOTCONN } },
	{ CALL_getsockopt, { ENOBUFS, ENOPROTOOPT, EPERM } },
	{ CALL_setsockopt, { ENOMEM, ENOPROTOOPT, EPERM } },
	{ CALL_send,
	  { EAGAIN, EINTR, ECONNRESET, EPIPE, ETIMEDOUT, EHOSTUNREACH,
	    ENETUNREACH, ENETDOWN, ENOBUFS, ENOMEM, EACCES, EPERM } },
	{ CALL_recv,
	  { EAGAIN, EINTR, ECONNREFUSED, ECONNRESET, ETIMEDOUT, EHOSTUNREACH,
	    ENOBUFS, ENOMEM, ENOTCONN, ECONNABORTED } },
	{ CALL_sendmsg, { EAGAIN, ETOOMANYREFS, ENOBUFS, ENOMEM, EPIPE } },
	{ CALL_recvmsg, { EAGAIN, EINTR, EMFILE, ENOBUFS, ENOMEM } },
	{ CALL_shutdown, { ENOTCONN, ENOBUFS, EINVAL } },
	{ CALL_socketpair, { EMFILE, ENFILE, ENOBUFS, ENOMEM } },
	{ CALL_unshare, { EMFILE, ENFILE, ENOMEM, EPERM } },
	{ CALL_epoll_create1, { EMFILE, ENFILE, ENOMEM } },
	{ CALL_epoll_ctl, { ENOMEM, ENOSPC, EPERM } },
	{ CALL_epoll_wait, { EINTR } },
	{ CALL_eventfd, { EMFILE, ENFILE, ENODEV, ENOMEM } },
	{ CALL_poll, { EINTR, ENOMEM } },
	{ CALL_malloc, { ENOMEM } },
	{ CALL_calloc, { ENOMEM } },
	{ CALL_realloc, { ENOMEM } },
	{ CALL_pthread_create, { EAGAIN, EPERM } },
};

/* ---- the tests that it is injected into ---- */

static struct load_destination destination;

static struct load_options plain(void)
{
	struct goal goal = goal_default();
	struct load_options options;

	goal.flows = FLOWS;
	goal.burst = FLOWS;
	options = load_options_default(&goal);
	options.workers = 2;
	options.bytes_per_flow = BYTES;
	return options;
}

static struct load_options both_ways_in_waves(void)
{
	struct load_options options = plain();

	options.burst = 3;
	options.accept = LOAD_ACCEPT_NOW;
	options.direction = LOAD_BOTH;
	options.close = LOAD_CLOSE_RST;
	return options;
}

static struct load_options eager_down(void)
{
	struct load_options options = plain();

	options.eager = true;
	options.direction = LOAD_BOTH;
	options.family = FAMILY_IPV6;
	return options;
}

static struct load_options several_tables(void)
{
	struct load_options options = plain();

	/* 36 descriptors for flows: two tables, and three sources */
	options.flows = 40;
	options.burst = 20;
	options.bytes_per_flow = 1000;
	options.spread = true;
	options.ports = 30;
	return options;
}

static struct load_options at_a_server(void)
{
	struct load_options options = plain();

	options.destination = &destination;
	options.accept = LOAD_ACCEPT_NOW;
	options.eager = true;
	options.time_ns = 100000000;
	return options;
}

static struct load_options only_held(void)
{
	struct load_options options = plain();

	options.only_held = true;
	options.backlog = 4;
	options.bytes_per_flow = 16;
	return options;
}

static struct load_options (*const kinds[])(void) = {
	plain,          both_ways_in_waves, eager_down,
	several_tables, at_a_server,        only_held,
};

/* ---- what must hold ---- */

static size_t open_files(void)
{
	DIR *dir = opendir("/proc/self/fd");
	size_t n = 0;

	assert_non_null(dir);
	while (readdir(dir))
		n++;
	(void)closedir(dir);
	return n;
}

static uint64_t sum_of_errors(const struct load_result *result)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < result->n_errors; i++) {
		assert_int_not_equal(result->errors[i].count, 0);
		sum += result->errors[i].count;
	}
	return sum;
}

static bool accept_failed(const struct load_result *result)
{
	for (size_t i = 0; i < result->n_errors; i++) {
		if (result->errors[i].phase == LOAD_PHASE_ACCEPT)
			return true;
	}
	return false;
}

static void check_flows(const struct load_result *result)
{
	const uint64_t broken =
		result->flows[LOAD_RESET] + result->flows[LOAD_REFUSED] +
		result->flows[LOAD_TIMED_OUT] + result->flows[LOAD_FAILED];
	uint64_t sum = 0;

	for (int i = 0; i < LOAD_OUTCOMES; i++)
		sum += result->flows[i];
	assert_int_equal(sum, result->asked);
	/* one for each flow; and one when accept() kept failing */
	sum = sum_of_errors(result);
	if (sum != broken) {
		assert_true(accept_failed(result));
		assert_int_equal(sum, broken + 1);
	}
}

static void check_bytes(const struct load_result *result)
{
	/* its tcp_info was withheld, or its last ACK comes late for a clock
	   as fast as this one */
	const uint64_t unseen =
		fault.call == CALL_getsockopt || fault.call == CALL_setsockopt
			? atomic_load(&fault.fired)
			: 0;
	uint64_t sum = 0;

	assert_true(result->bytes.flows_off <= unseen);
	if (result->target)
		return;
	for (size_t i = 0; i < result->n_intervals; i++)
		sum += result->intervals[i].bytes;
	assert_int_equal(sum, result->bytes.read);
	assert_true(result->bytes.read <= result->bytes.written);
}

static void run(const struct load_options *options)
{
	struct load_result *result = NULL;
	struct err err = { 0 };
	const size_t n_open = open_files();
	int rc;

	atomic_store(&fault.fired, 0);
	for (int i = 0; i < CALL_COUNT; i++)
		atomic_store(&fault.seen[i], 0);
	atomic_store(&fault.armed, true);
	rc = load_run(options, &result, &err);
	atomic_store(&fault.armed, false);
	if (rc) {
		assert_null(result);
		assert_int_equal(rc, err.code);
		assert_int_not_equal(err.what[0], 0);
	} else {
		check_flows(result);
		check_bytes(result);
		load_result_free(result);
	}
	assert_int_equal(open_files(), n_open);
}

/* ---- where it is injected ---- */

static unsigned int n_runs;

static void inject(const struct load_options *options, enum call call, int code,
                   unsigned int first, unsigned int last)
{
	fault.call = call;
	fault.code = code;
	fault.first = first;
	fault.last = last;
	run(options);
	n_runs++;
}

/* At the first call, at another, and at all of them from that one on. */
static void inject_everywhere(const struct load_options *options,
                              enum call call, int code, unsigned int calls)
{
	const unsigned int other = n_runs * 7919U % calls;

	inject(options, call, code, 0, 0);
	if (other)
		inject(options, call, code, other, other);
	inject(options, call, code, other, UINT32_MAX);
}

static void every_call_with_every_errno(const struct load_options *options)
{
	unsigned int calls[CALL_COUNT];

	/* how often is it called when nothing fails? */
	inject(options, CALL_COUNT, 0, 0, 0);
	for (int i = 0; i < CALL_COUNT; i++)
		calls[i] = atomic_load(&fault.seen[i]);
	for (size_t i = 0; i < sizeof(injected) / sizeof(injected[0]); i++) {
		const enum call call = injected[i].call;

		for (size_t c = 0; calls[call] && c < CODES_MAX; c++) {
			if (injected[i].codes[c])
				inject_everywhere(options, call,
				                  injected[i].codes[c],
				                  calls[call]);
		}
	}
}

static void test_faults(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		const struct load_options options = kinds[i]();

		every_call_with_every_errno(&options);
	}
	assert_true(n_runs > 1000);
	print_message("%u runs\n", n_runs);
}

/* A server that lets the clients wait. */
static int server_setup(void **state)
{
	const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct timespec now;

	(void)__real_clock_gettime(CLOCK_MONOTONIC, &now);
	began_s = now.tv_sec - 1;
	*state = (void *)(intptr_t)fd;
	destination.addr.in.sin_family = AF_INET;
	destination.addr.in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	destination.len = sizeof(destination.addr.in);
	destination.send_first = 100;
	return bind(fd, &destination.addr.any, destination.len) ||
	       listen(fd, 4000) ||
	       getsockname(fd, &destination.addr.any, &destination.len);
}

static int server_teardown(void **state)
{
	return close((int)(intptr_t)*state);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_faults, server_setup,
		                                server_teardown),
	};

	return cmocka_run_group_tests(tests, fdcheck_setup, fdcheck_teardown);
}
