// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * gather - see gather.h.
 *
 * What belongs to the host is read before another namespace is entered: in a
 * child its files do not exist.
 */
#include "checker/cli/gather.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "checker/cli/command.h"
#include "checker/cli/gather_all.h"
#include "checker/cli/offline.h"
#include "checker/cli/options.h"
#include "probes/base/err.h"
#include "probes/base/text.h"
#include "probes/facts.h"
#include "probes/netns.h"
#include "probes/probe.h"
#include "rules/listener.h"

static int enter_netns(const char *spec, struct netns_facts *ns,
                       struct err *err)
{
	int fd;
	int rc;

	rc = netns_open(spec, &fd, ns, err);
	if (rc)
		return rc;
	rc = netns_enter(fd, err);
	(void)close(fd);
	return rc;
}

static int enter(const struct options *options, struct netns_facts *ns,
                 struct err *err)
{
	int rc = 0;

	if (options->netns)
		rc = enter_netns(options->netns, ns, err);
	/* It only names the namespace: without /proc it stays unknown. */
	if (!rc)
		(void)netns_inode(&ns->inode, NULL);
	return rc;
}

static bool is_listened_on(const struct host *host, const struct goal *goal)
{
	for (size_t i = 0; i < host->n_ns; i++) {
		if (listener_any_meant(&host->ns[i], goal))
			return true;
	}
	return false;
}

#define NAMED_MAX 4

/* "127.0.0.1:80, [::]:443 and 7 more"; a group's members stand together */
static void name_listeners(const struct netns_facts *ns, char *buf, size_t size)
{
	char last[80] = "";
	size_t named = 0;
	size_t i;

	buf[0] = '\0';
	for (i = 0; i < ns->n_listeners && named < NAMED_MAX; i++) {
		char name[80];

		listener_format(&ns->listeners[i], name, sizeof(name));
		if (!strcmp(name, last))
			continue;
		text_join(buf, size, ", ", name);
		memcpy(last, name, sizeof(last));
		named++;
	}
	if (i == ns->n_listeners)
		return;
	(void)snprintf(last, sizeof(last), "%zu more", ns->n_listeners - i);
	text_join(buf, size, " and ", last);
}

static int check_port(const struct goal *goal, const struct host *host,
                      struct err *err)
{
	const struct netns_facts *ns = &host->ns[0];
	char names[160];

	if (!goal->port)
		return STATUS_READY;
	if (ns->listeners_read.state != FACT_KNOWN) {
		(void)err_set(err, -EIO,
		              "--port %u: the listeners could not be read (%s)",
		              goal->port,
		              fact_state_name(ns->listeners_read.state));
		return STATUS_UNKNOWN;
	}
	if (is_listened_on(host, goal))
		return STATUS_READY;
	name_listeners(ns, names, sizeof(names));
	(void)err_set(err, -ENOENT,
	              "--port: nothing listens on port %u over %s", goal->port,
	              goal->family == FAMILY_IPV6 ? "IPv6" : "IPv4");
	err_hint(err, "%s%s",
	         names[0] ? "what listens: " : "there is no listener", names);
	return STATUS_USAGE;
}

static int read_one(const struct probe_env *env, const struct options *options,
                    unsigned int serves, struct host *host, struct err *err)
{
	int rc;

	rc = probe_run(env, PROBE_HOST, serves, host, NULL, err);
	if (rc)
		return STATUS_UNKNOWN;
	rc = enter(options, &host->ns[0], err);
	if (rc)
		return rc == -ENOENT || rc == -EINVAL ? STATUS_USAGE
		                                      : STATUS_UNKNOWN;
	rc = probe_run(env, PROBE_NETNS, serves, host, &host->ns[0], err);
	if (!rc)
		rc = probe_run(env, PROBE_TOGETHER, serves, host, NULL, err);
	return rc ? STATUS_UNKNOWN : STATUS_READY;
}

static int read_facts(const struct probe_env *env,
                      const struct options *options, unsigned int serves,
                      struct host **ret, struct err *err)
{
	int status = STATUS_READY;

	if (offline_option(options)) {
		status = offline_read(options, ret, err);
	} else if (options->netns_all) {
		if (gather_all(env, serves, ret, err))
			status = STATUS_UNKNOWN;
	} else {
		*ret = host_new(1);
		if (!*ret) {
			(void)err_set(err, -ENOMEM,
			              "not enough memory for the facts");
			return STATUS_UNKNOWN;
		}
		status = read_one(env, options, serves, *ret, err);
	}
	return status == STATUS_READY ? check_port(&options->goal, *ret, err)
	                              : status;
}

int gather(const struct options *options, unsigned int serves,
           struct host **ret, struct err *err)
{
	const struct probe_env env = {
		.root_fd = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC),
		.goal = &options->goal,
		.traceless = options->isolated,
	};
	int status = STATUS_UNKNOWN;

	*ret = NULL;
	if (env.root_fd < 0) {
		(void)err_set(err, -errno, "cannot open /: %s",
		              strerror(errno));
		return status;
	}
	status = read_facts(&env, options, serves, ret, err);
	(void)close(env.root_fd);
	if (status != STATUS_READY) {
		host_free(*ret);
		*ret = NULL;
	}
	return status;
}
