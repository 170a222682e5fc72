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

	rc = netns_open(spec, &fd, ns->name, err);
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

static bool is_listened_on(const struct netns_facts *ns,
                           const struct goal *goal)
{
	for (size_t i = 0; i < ns->n_listeners; i++) {
		if (listener_is_meant(&ns->listeners[i], goal))
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

static int check_port(const struct goal *goal, const struct netns_facts *ns,
                      struct err *err)
{
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
	if (is_listened_on(ns, goal))
		return STATUS_READY;
	name_listeners(ns, names, sizeof(names));
	(void)err_set(err, -ENOENT,
	              "--port: nothing listens on port %u over %s", goal->port,
	              goal->family == FAMILY_IPV6 ? "IPv6" : "IPv4");
	err_hint(err, "%s%s",
	         names[0] ? "what listens: " : "there is no listener", names);
	return STATUS_USAGE;
}

static int read_facts(const struct probe_env *env,
                      const struct options *options, unsigned int serves,
                      struct host *host, struct err *err)
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
	if (rc)
		return STATUS_UNKNOWN;
	return check_port(&options->goal, &host->ns[0], err);
}

int gather(const struct options *options, unsigned int serves,
           struct host **ret, struct err *err)
{
	const struct probe_env env = {
		.root_fd = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC),
		.goal = &options->goal,
	};
	struct host *host = host_new(1);
	int status = STATUS_UNKNOWN;

	*ret = NULL;
	if (env.root_fd < 0)
		(void)err_set(err, -errno, "cannot open /: %s",
		              strerror(errno));
	else if (!host)
		(void)err_set(err, -ENOMEM, "not enough memory for the facts");
	else
		status = read_facts(&env, options, serves, host, err);
	if (env.root_fd >= 0)
		(void)close(env.root_fd);
	if (status == STATUS_READY)
		*ret = host;
	else
		host_free(host);
	return status;
}
