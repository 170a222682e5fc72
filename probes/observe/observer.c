// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * observer - see observer.h.
 *
 * Everything is read on a beat, that of the looks at the listeners, and not
 * when it arrives: waking up for each of some ten thousand sockets that end
 * a second would cost more than reading them. Where their messages do not
 * fit into a receive buffer that long, they do wake us.
 */
#include "probes/observe/observer.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "probes/base/err.h"
#include "probes/base/vec.h"
#include "probes/facts.h"
#include "probes/load/clock.h"
#include "probes/netns.h"
#include "probes/observe/destroy.h"
#include "probes/observe/holders.h"
#include "probes/observe/match.h"
#include "probes/observe/observed.h"
#include "probes/observe/pace.h"
#include "probes/observe/sampler.h"
#include "probes/observe/sightings.h"
#include "probes/observe/trace.h"

/*
 * Sockets that end are told of by a workqueue
 * (net/core/sock_diag.c:sock_diag_broadcast_destroy()): how long to wait for
 * it, and how long it must have been quiet.
 */
#define SETTLE_TURNS 20
#define SETTLE_QUIET_NS (5 * NS_PER_MS)

/* What is done now and then. */
enum duty { DUTY_LOOK, DUTY_SYN, DUTY_OWNERS, DUTY_FILES, DUTY_TRACE };
#define N_DUTIES 5

/*
 * 0: as often as was asked for. Looks take no more than a twentieth of a CPU
 * together, however many listeners and connections there are. Events take
 * what they take: to read them later is to lose them.
 */
static const struct pace paces[N_DUTIES] = {
	[DUTY_LOOK] = { .share = 40 },
	[DUTY_SYN] = { .interval_ns = 250 * NS_PER_MS, .share = 200 },
	[DUTY_OWNERS] = { .interval_ns = 20 * NS_PER_MS, .share = 100 },
	[DUTY_FILES] = { .interval_ns = 100 * NS_PER_MS, .share = 200 },
	[DUTY_TRACE] = { .share = 2 },
};

/* A namespace that is looked at. */
struct place {
	const struct netns_facts *ns;
	struct sampler sampler; /* closed where there is none */
	struct destroy destroy;
	struct err sampler_err, destroy_err;
	bool endless; /* nobody wants to know of sockets that end */
};

struct observer {
	int root_fd;
	int epoll_fd, timer_fd;
	struct place *places;
	uint64_t *inodes; /* theirs */
	size_t n_places;
	struct sightings table;
	struct trace *trace; /* NULL: there is none */
	struct pace pace[N_DUTIES];
	struct observed *seen;
	uint64_t looked_ns; /* when the last look began */
	size_t max_ends, max_resets, max_listens, max_synacks; /* room */
	uint64_t ends_cut, events_cut; /* not kept: there were too many */
};

static uint64_t cpu_ns(void)
{
	struct timespec used;

	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
	return (uint64_t)used.tv_sec * NS_PER_S + (uint64_t)used.tv_nsec;
}

/* --- what is kept ----------------------------------------------------------
 */

/* @array: of items that are @bytes long. Return: 0 or -ENOMEM. */
static int keep(void *array, size_t *n, size_t *max, const void *item,
                size_t bytes)
{
	void *items;

	memcpy(&items, array, sizeof(items));
	items = vec_grow(items, *n, max, bytes);
	if (!items)
		return -ENOMEM;
	memcpy(array, &items, sizeof(items));
	memcpy((char *)items + *n * bytes, item, bytes);
	(*n)++;
	return 0;
}

static int keep_end(void *to, const struct seen_end *end)
{
	struct observer *observer = to;
	struct observed *seen = observer->seen;

	if (seen->n_ends >= OBSERVED_ENDS_MAX) {
		observer->ends_cut++;
		return 0;
	}
	return keep(&seen->ends, &seen->n_ends, &observer->max_ends, end,
	            sizeof(*end));
}

static int keep_reset(void *to, const struct seen_reset *reset)
{
	struct observer *observer = to;
	struct observed *seen = observer->seen;

	if (seen->n_resets >= OBSERVED_RESETS_MAX) {
		observer->events_cut++;
		return 0;
	}
	return keep(&seen->resets, &seen->n_resets, &observer->max_resets,
	            reset, sizeof(*reset));
}

static int keep_listen(void *to, const struct seen_listen *listen)
{
	struct observer *observer = to;
	struct observed *seen = observer->seen;

	if (seen->n_listens >= OBSERVED_LISTENS_MAX) {
		observer->events_cut++;
		return 0;
	}
	return keep(&seen->listens, &seen->n_listens, &observer->max_listens,
	            listen, sizeof(*listen));
}

static int keep_synack(void *to, const struct seen_synack *synack)
{
	struct observer *observer = to;
	struct observed *seen = observer->seen;

	seen->synack_retransmits++;
	if (seen->n_synacks >= OBSERVED_SYNACKS_MAX)
		return 0;
	return keep(&seen->synacks, &seen->n_synacks, &observer->max_synacks,
	            synack, sizeof(*synack));
}

/* --- the duties ------------------------------------------------------------
 */

static void look_at_place(struct observer *observer, struct place *place,
                          uint64_t now_ns, int *rc)
{
	const int code = sampler_look(&place->sampler, &observer->table, now_ns,
	                              observer->seen->from_ns, NULL);

	if (code == -ENOMEM)
		*rc = code;
	else if (code)
		observer->seen->sampled.lost++;
}

static int look(struct observer *observer)
{
	const uint64_t now_ns = clock_ns();
	int rc = 0;

	for (size_t i = 0; i < observer->n_places; i++) {
		struct place *place = &observer->places[i];

		if (place->sampler.diag.socket)
			look_at_place(observer, place, now_ns, &rc);
	}
	observer->looked_ns = now_ns;
	return rc;
}

static int count_syn(struct observer *observer)
{
	int rc = 0;

	for (size_t i = 0; !rc && i < observer->n_places; i++) {
		struct sampler *sampler = &observer->places[i].sampler;

		if (sampler->diag.socket)
			rc = sampler_count_syn(sampler, &observer->table);
	}
	return rc;
}

static int find_owners(struct observer *observer)
{
	return holders_find(observer->root_fd, &observer->table,
	                    observer->inodes, observer->n_places, NULL);
}

static int count_files(struct observer *observer)
{
	holders_count_files(observer->root_fd, &observer->table);
	return 0;
}

static bool is_of(const struct seen_listener *seen,
                  const struct seen_listen *listen)
{
	if (listen->inode)
		return seen->first.inode == listen->inode;
	return listen->port && seen->first.port == listen->port &&
	       (seen->first.family == listen->family ||
	        seen->first.family == AF_INET6);
}

/*
 * What the socket has now. Where the process was gone before we looked, all
 * of that port must agree.
 */
static void find_limit(const struct sightings *table,
                       struct seen_listen *listen)
{
	listen->got.state = FACT_ABSENT;
	for (size_t i = 0; i < table->n; i++) {
		const struct seen_listener *seen = &table->items[i];

		if (seen->seen_ns < listen->at_ns || !is_of(seen, listen))
			continue;
		if (listen->got.state == FACT_KNOWN &&
		    listen->got.value != seen->limit)
			listen->got.state = FACT_BROKEN;
		else if (listen->got.state == FACT_ABSENT)
			listen->got = fact_known(seen->limit);
		listen->family = seen->first.family;
		listen->port = seen->first.port;
	}
}

/*
 * Those that a look has come after. One without a port that is no listener's
 * was not for TCP.
 */
static void find_limits(struct observer *observer)
{
	struct observed *seen = observer->seen;
	size_t kept = 0;

	for (size_t i = 0; i < seen->n_listens; i++) {
		struct seen_listen *listen = &seen->listens[i];

		if (listen->got.state == FACT_UNREAD &&
		    listen->at_ns < observer->looked_ns)
			find_limit(&observer->table, listen);
		if (listen->port || listen->got.state == FACT_UNREAD)
			seen->listens[kept++] = *listen;
	}
	seen->n_listens = kept;
}

static bool has_owner(const struct seen_listener *seen,
                      const struct seen_listen *listen)
{
	return seen->first.n_owners == 1 &&
	       !strncmp(seen->first.owners[0].comm, listen->comm,
	                sizeof(listen->comm));
}

/*
 * From within a PID namespace an event's pid cannot be translated. What began
 * to listen after a call, on its port and under its name, is taken to be what
 * was called for, if there is only one.
 */
static void find_caller(const struct sightings *table,
                        struct seen_listen *listen)
{
	pid_t pid = 0;

	for (size_t i = 0; i < table->n; i++) {
		const struct seen_listener *seen = &table->items[i];

		if (seen->appeared_ns < listen->at_ns || !is_of(seen, listen) ||
		    !has_owner(seen, listen))
			continue;
		if (pid && pid != seen->first.owners[0].pid)
			return;
		pid = seen->first.owners[0].pid;
	}
	listen->pid = pid;
}

static void find_callers(struct observer *observer)
{
	struct observed *seen = observer->seen;

	for (size_t i = 0; i < seen->n_listens; i++) {
		if (!seen->listens[i].pid && seen->listens[i].port)
			find_caller(&observer->table, &seen->listens[i]);
	}
}

static int drain_trace(struct observer *observer)
{
	const struct trace_sink sink = {
		.reset = keep_reset,
		.listen = keep_listen,
		.synack = keep_synack,
		.to = observer,
	};

	return observer->trace ? trace_drain(observer->trace, &sink) : 0;
}

static int (*const duties[N_DUTIES])(struct observer *observer) = {
	[DUTY_LOOK] = look,          [DUTY_SYN] = count_syn,
	[DUTY_OWNERS] = find_owners, [DUTY_FILES] = count_files,
	[DUTY_TRACE] = drain_trace,
};

/* Is there anything to do at all? Else it costs nothing, and stays due. */
static bool is_wanted(const struct observer *observer, enum duty duty)
{
	return duty != DUTY_OWNERS || observer->table.ownerless;
}

static int do_due(struct observer *observer, bool all)
{
	uint64_t before_ns = cpu_ns();
	int rc = 0;

	for (int i = 0; !rc && i < N_DUTIES; i++) {
		struct pace *pace = &observer->pace[i];
		uint64_t after_ns;

		if (!is_wanted(observer, (enum duty)i) ||
		    (!all && !pace_is_due(pace, clock_ns())))
			continue;
		rc = duties[i](observer);
		after_ns = cpu_ns();
		pace_done(pace, after_ns - before_ns, clock_ns());
		before_ns = after_ns;
	}
	return rc;
}

/* Return: how many sockets had ended, or -ENOMEM. */
static int drain_destroy(struct observer *observer)
{
	int all = 0;

	for (size_t i = 0; i < observer->n_places; i++) {
		struct destroy *destroy = &observer->places[i].destroy;
		int n;

		if (destroy->fd < 0)
			continue;
		n = destroy_drain(destroy, keep_end, observer);
		if (n < 0)
			return n;
		all += n;
	}
	return all;
}

/* --- the beat --------------------------------------------------------------
 */

static int arm(const struct observer *observer)
{
	uint64_t at_ns = observer->pace[DUTY_LOOK].due_ns;
	struct itimerspec when;

	if (observer->trace && observer->pace[DUTY_TRACE].due_ns < at_ns)
		at_ns = observer->pace[DUTY_TRACE].due_ns;
	when = (struct itimerspec){
		.it_value = { .tv_sec = (time_t)(at_ns / NS_PER_S),
		              .tv_nsec = (long)(at_ns % NS_PER_S) },
	};
	return timerfd_settime(observer->timer_fd, TFD_TIMER_ABSTIME, &when,
	                       NULL)
	               ? -errno
	               : 0;
}

int observer_fd(const struct observer *observer)
{
	return observer->epoll_fd;
}

int observer_turn(struct observer *observer, struct err *err)
{
	uint64_t beats;
	int rc = drain_destroy(observer);

	if (rc >= 0 &&
	    read(observer->timer_fd, &beats, sizeof(beats)) == sizeof(beats)) {
		rc = do_due(observer, false);
		if (!rc)
			rc = arm(observer);
	}
	return rc < 0 ? err_set(err, rc, "cannot go on observing: %s",
	                        strerror(-rc))
	              : 0;
}

/* --- beginning -------------------------------------------------------------
 */

static void open_here(struct place *place)
{
	(void)sampler_open(&place->sampler, place->ns->inode,
	                   &place->sampler_err);
	if (!place->endless)
		(void)destroy_open(&place->destroy, &place->destroy_err);
}

static int enter(const struct netns_facts *ns, struct err *err)
{
	const int fd = netns_open_same(AT_FDCWD, ns->enter, ns->inode);
	int rc;

	if (fd < 0)
		return err_set(err, fd, "cannot open the network namespace: %s",
		               strerror(-fd));
	rc = netns_enter(fd, err);
	(void)close(fd);
	return rc;
}

static void *open_elsewhere(void *to)
{
	struct place *place = to;

	if (enter(place->ns, &place->sampler_err))
		place->destroy_err = place->sampler_err;
	else
		open_here(place);
	return NULL;
}

static void open_place(struct place *place, const struct netns_facts *ns,
                       bool here)
{
	pthread_t thread;

	place->ns = ns;
	place->destroy.fd = -1;
	if (here) {
		open_here(place);
	} else if (pthread_create(&thread, NULL, open_elsewhere, place)) {
		(void)err_set(&place->sampler_err, -EAGAIN,
		              "cannot start a thread");
		place->destroy_err = place->sampler_err;
	} else {
		(void)pthread_join(thread, NULL);
	}
}

static int open_places(struct observer *observer, const struct host *host,
                       bool endless)
{
	observer->places = calloc(host->n_ns, sizeof(*observer->places));
	observer->inodes = calloc(host->n_ns, sizeof(*observer->inodes));
	if (!observer->places || !observer->inodes)
		return -ENOMEM;
	for (size_t i = 0; i < host->n_ns; i++) {
		if (netns_is_missed(&host->ns[i]))
			continue;
		observer->inodes[observer->n_places] = host->ns[i].inode;
		observer->places[observer->n_places].endless = endless;
		open_place(&observer->places[observer->n_places++],
		           &host->ns[i], i == 0);
	}
	return 0;
}

static void part_state(struct seen_part *part, const struct err *err)
{
	if (!err->code) {
		if (part->state == FACT_UNREAD)
			part->state = FACT_KNOWN;
		return;
	}
	part->state = fact_state_from_errno(err->code);
	(void)snprintf(part->why, sizeof(part->why), "%.*s",
	               (int)sizeof(part->why) - 1, err->what);
}

/* A part is known when it is of every namespace. */
static void set_states(struct observer *observer)
{
	struct observed *seen = observer->seen;

	for (size_t i = 0; i < observer->n_places; i++) {
		part_state(&seen->sampled, &observer->places[i].sampler_err);
		if (!observer->places[i].endless)
			part_state(&seen->ended,
			           &observer->places[i].destroy_err);
	}
}

static void open_trace(struct observer *observer)
{
	struct err err = { 0 };

	(void)trace_open(observer->root_fd, &observer->trace, &err);
	part_state(&observer->seen->traced, &err);
	if (observer->trace)
		observer->seen->reasons = trace_has_reasons(observer->trace);
}

static int watch_fd(const struct observer *observer, int fd)
{
	struct epoll_event event = { .events = EPOLLIN, .data.fd = fd };

	return epoll_ctl(observer->epoll_fd, EPOLL_CTL_ADD, fd, &event) ? -errno
	                                                                : 0;
}

static int open_beat(struct observer *observer)
{
	int rc;

	observer->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	observer->timer_fd =
		timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	if (observer->epoll_fd < 0 || observer->timer_fd < 0)
		return -errno;
	rc = watch_fd(observer, observer->timer_fd);
	for (size_t i = 0; !rc && i < observer->n_places; i++) {
		const struct destroy *destroy = &observer->places[i].destroy;

		if (destroy->fd >= 0 && !destroy->roomy)
			rc = watch_fd(observer, destroy->fd);
	}
	return rc;
}

/* The first look is of what was there at the beginning. */
static int begin(struct observer *observer, const struct host *host)
{
	struct observed *seen = observer->seen;
	int rc = 0;

	seen->from_ns = clock_ns();
	for (size_t i = 0; i < observer->n_places && !rc; i++)
		look_at_place(observer, &observer->places[i], seen->from_ns,
		              &rc);
	for (size_t i = 0; i < host->n_ns && !rc; i++)
		rc = sightings_adopt(&observer->table, &host->ns[i]);
	for (int i = 0; i < N_DUTIES; i++)
		observer->pace[i].due_ns =
			seen->from_ns + observer->pace[i].interval_ns;
	return rc ? rc : arm(observer);
}

static int open_all(struct observer *observer, const struct host *host,
                    const struct observer_wants *wants)
{
	int rc;

	observer->seen = observed_new();
	rc = observer->seen ? open_places(observer, host, wants->endless)
	                    : -ENOMEM;
	if (rc)
		return rc;
	set_states(observer);
	if (!wants->untraced)
		open_trace(observer);
	rc = open_beat(observer);
	return rc ? rc : begin(observer, host);
}

int observer_open(const struct host *host, const struct observer_wants *wants,
                  struct observer **ret, struct err *err)
{
	struct observer *observer = calloc(1, sizeof(*observer));
	int rc;

	if (!observer)
		return err_set(err, -ENOMEM, "no memory to observe with");
	observer->root_fd = wants->root_fd;
	observer->epoll_fd = observer->timer_fd = -1;
	for (int i = 0; i < N_DUTIES; i++) {
		observer->pace[i] = paces[i];
		if (!observer->pace[i].interval_ns)
			observer->pace[i].interval_ns = wants->sample_ns;
	}
	rc = open_all(observer, host, wants);
	if (rc) {
		observed_free(observer_close(observer));
		return err_set(err, rc, "cannot observe the host: %s",
		               strerror(-rc));
	}
	*ret = observer;
	return 0;
}

/* --- what was seen ---------------------------------------------------------
 */

static void set_lost(struct observer *observer)
{
	struct observed *seen = observer->seen;

	seen->ended.lost = observer->ends_cut;
	for (size_t i = 0; i < observer->n_places; i++) {
		const struct destroy *destroy = &observer->places[i].destroy;

		if (destroy->fd >= 0)
			seen->ended.lost += destroy_lost(destroy);
	}
	seen->traced.lost = observer->events_cut;
	if (observer->trace)
		seen->traced.lost += trace_lost(observer->trace);
}

const struct observed *observer_seen(struct observer *observer)
{
	struct observed *seen = observer->seen;
	const uint64_t looks = observer->pace[DUTY_LOOK].turns;

	set_lost(observer);
	find_limits(observer);
	seen->listeners = observer->table.items;
	seen->n_listeners = observer->table.n;
	seen->to_ns = clock_ns();
	seen->sample_ns = looks ? (seen->to_ns - seen->from_ns) / looks
	                        : observer->pace[DUTY_LOOK].interval_ns;
	return seen;
}

void observer_forget(struct observer *observer)
{
	struct observed *seen = observer->seen;

	seen->n_ends = 0;
	seen->n_resets = 0;
	seen->n_listens = 0;
	seen->n_synacks = 0;
	sightings_forget_gone(&observer->table);
}

static int compare_ns(uint64_t a, uint64_t b)
{
	return (a > b) - (a < b);
}

static int compare_resets(const void *left, const void *right)
{
	const struct seen_reset *a = left;
	const struct seen_reset *b = right;

	return compare_ns(a->at_ns, b->at_ns);
}

static int compare_listens(const void *left, const void *right)
{
	const struct seen_listen *a = left;
	const struct seen_listen *b = right;

	return compare_ns(a->at_ns, b->at_ns);
}

/* They came CPU by CPU. */
static void sort_events(struct observed *seen)
{
	if (seen->n_resets)
		qsort(seen->resets, seen->n_resets, sizeof(*seen->resets),
		      compare_resets);
	if (seen->n_listens)
		qsort(seen->listens, seen->n_listens, sizeof(*seen->listens),
		      compare_listens);
}

static int settle(struct observer *observer)
{
	const struct timespec quiet = { .tv_nsec = (long)SETTLE_QUIET_NS };
	int n = 1;

	for (int i = 0; n > 0 && i < SETTLE_TURNS; i++) {
		(void)nanosleep(&quiet, NULL);
		n = drain_destroy(observer);
	}
	return n < 0 ? n : 0;
}

int observer_finish(struct observer *observer, struct err *err)
{
	int rc;

	rc = drain_trace(observer);
	if (!rc)
		rc = do_due(observer, true);
	if (!rc)
		rc = settle(observer);
	(void)observer_seen(observer);
	if (!rc)
		rc = match_resets(observer->seen);
	if (rc)
		return err_set(err, rc, "cannot observe to the end: %s",
		               strerror(-rc));
	holders_note_deaths(observer->root_fd, &observer->table);
	find_callers(observer);
	sort_events(observer->seen);
	return 0;
}

struct observed *observer_close(struct observer *observer)
{
	struct observed *seen;

	if (!observer)
		return NULL;
	seen = observer->seen;
	trace_close(observer->trace);
	for (size_t i = 0; i < observer->n_places; i++) {
		sampler_close(&observer->places[i].sampler);
		destroy_close(&observer->places[i].destroy);
	}
	if (observer->epoll_fd >= 0)
		(void)close(observer->epoll_fd);
	if (observer->timer_fd >= 0)
		(void)close(observer->timer_fd);
	if (seen) {
		seen->listeners = observer->table.items;
		seen->n_listeners = observer->table.n;
		observer->table.items = NULL;
		observer->table.n = 0;
	}
	sightings_done(&observer->table);
	free(observer->places);
	free(observer->inodes);
	free(observer);
	return seen;
}
