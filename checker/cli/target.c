// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * target - see target.h.
 *
 * A burst at somebody else's server may be an attack: so it is said how many
 * connections go where before the first one does. The name is looked up in
 * the namespace that kiloflow was started in, where a resolver answers.
 */
#include "checker/cli/target.h"

#include <errno.h>
#include <inttypes.h>
#include <netdb.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "checker/cli/ask.h"
#include "checker/cli/command.h"
#include "checker/cli/endpoint.h"
#include "checker/cli/options.h"
#include "probes/base/err.h"
#include "probes/base/text.h"
#include "probes/facts.h"
#include "rules/listener.h"

#define SHOWN_MAX 128

static int family_of(const struct options *options)
{
	if (!options->family_asked)
		return AF_UNSPEC;
	return options->goal.family == FAMILY_IPV6 ? AF_INET6 : AF_INET;
}

static int look_up(const struct options *options, struct load_destination *ret,
                   struct err *err)
{
	const struct addrinfo hints = {
		.ai_family = family_of(options),
		.ai_socktype = SOCK_STREAM,
		.ai_flags = AI_ADDRCONFIG * !options->family_asked,
	};
	struct addrinfo *found;
	char shown[SHOWN_MAX];
	int rc;

	/* the option's type has parsed it before */
	rc = getaddrinfo(options->target.host, NULL, &hints, &found);
	if (rc) {
		(void)text_escape(shown, sizeof(shown), options->target.host,
		                  strlen(options->target.host));
		return err_set(err, -ENOENT, "--target: cannot find \"%s\": %s",
		               shown, gai_strerror(rc));
	}
	(void)memcpy(&ret->addr, found->ai_addr, found->ai_addrlen);
	ret->len = found->ai_addrlen;
	address_set_port(&ret->addr, options->target.port);
	freeaddrinfo(found);
	return 0;
}

/* Return: STATUS_READY when it may be. */
static int may_fire(const struct options *options,
                    const struct load_destination *destination, struct err *err)
{
	char address[SHOWN_MAX];
	char question[2 * SHOWN_MAX];

	if (options->yes || address_of_host(&destination->addr))
		return STATUS_READY;
	address_format(&destination->addr, address, sizeof(address));
	if (!isatty(STDIN_FILENO) || !isatty(STDERR_FILENO)) {
		err_hint(err, "add --yes, if you may load that server");
		(void)err_set(
			err, -EPERM,
			"--target: %s is not on this host, and there is no terminal to ask on",
			address);
		return STATUS_USAGE;
	}
	(void)snprintf(question, sizeof(question),
	               "%s is not on this host: open %" PRIu64
	               " connections to it at once?",
	               address, options->goal.flows);
	if (ask(question))
		return STATUS_READY;
	(void)err_set(err, -ECANCELED,
	              "nothing was sent, as the answer was no");
	return STATUS_UNKNOWN;
}

int target_find(const struct options *options, struct load_destination *ret,
                struct err *err)
{
	*ret = (struct load_destination){ .send_first = options->send_first };
	if (look_up(options, ret, err))
		return STATUS_USAGE;
	return may_fire(options, ret, err);
}

void target_aim(struct load_options *load,
                const struct load_destination *destination)
{
	load->destination = destination;
	load->family = destination->addr.any.sa_family == AF_INET6
	                       ? FAMILY_IPV6
	                       : FAMILY_IPV4;
	load->burst = load->flows;
	load->accept = LOAD_ACCEPT_NOW;
	load->eager = destination->send_first > 0;
	load->workers = 1;
	load->spread = false;
}

void target_name_server(struct netns_facts *ns)
{
	struct load_target *target = ns->load->target;

	for (size_t i = 0; target->cookie && i < ns->n_listeners; i++) {
		if (ns->listeners[i].cookie == target->cookie)
			listener_subject(&ns->listeners[i], target->server,
			                 sizeof(target->server));
	}
}
