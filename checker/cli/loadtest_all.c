// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * loadtest_all - see loadtest_all.h. Each is run by a thread that enters the
 * namespace, so that the test's own threads are born there; one at a time, for
 * they would measure each other.
 */
#include "checker/cli/loadtest_all.h"

#include <fcntl.h>
#include <pthread.h>
#include <string.h>
#include <unistd.h>

#include "checker/cli/loadtest.h"
#include "checker/cli/options.h"
#include "checker/cli/stop.h"
#include "probes/base/err.h"
#include "probes/facts.h"
#include "probes/netns.h"
#include "rules/listener.h"

struct visit {
	const struct options *options;
	const struct host *host;
	struct netns_facts *ns;
	struct err *err;
	int rc;
};

static int enter(const struct netns_facts *ns)
{
	const int fd = netns_open_same(AT_FDCWD, ns->enter, ns->inode);
	int rc;

	if (fd < 0)
		return fd;
	rc = netns_enter(fd, NULL);
	(void)close(fd);
	return rc;
}

static void *work(void *arg)
{
	struct visit *visit = arg;
	const int rc = enter(visit->ns);
	const char *left_out; /* then it has no result, and says so */

	if (rc)
		visit->ns->entered.state = fact_state_from_errno(rc);
	else
		visit->rc = loadtest_run(visit->options, visit->host, visit->ns,
		                         &left_out, visit->err);
	return NULL;
}

static int run_in(struct visit *visit)
{
	pthread_t thread;
	const int rc = pthread_create(&thread, NULL, work, visit);

	if (rc)
		return err_set(
			visit->err, -rc,
			"cannot start a thread to enter network namespaces: %s",
			strerror(rc));
	(void)pthread_join(thread, NULL);
	return visit->rc;
}

int loadtest_others(const struct options *options, struct host *host,
                    struct err *err)
{
	int rc = 0;

	for (size_t i = 1; !rc && i < host->n_ns && !stop_signal(); i++) {
		struct visit visit = {
			.options = options,
			.host = host,
			.ns = &host->ns[i],
			.err = err,
		};

		if (!netns_is_missed(visit.ns) &&
		    listener_any_meant(visit.ns, &options->goal))
			rc = run_in(&visit);
	}
	return rc;
}
