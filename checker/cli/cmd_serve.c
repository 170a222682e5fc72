// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * cmd_serve - the far end of a test between hosts.
 *
 * What talks to others can read nothing of this host (probes/load/sandbox.h).
 * So a second process, which talks to nobody, reads and judges it when a
 * session asks: all that it takes from there is a few numbers, and a socket
 * to write the findings to.
 */
#include "checker/cli/command.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <jansson.h>

#include "checker/cli/judge.h"
#include "checker/cli/options.h"
#include "checker/cli/stop.h"
#include "checker/report/json_value.h"
#include "probes/facts.h"
#include "probes/load/serve.h"
#include "probes/probe.h"
#include "rules/rule.h"

/* ---- judging this host ---- */

static const struct judge_plan far_plan = {
	.probes = PROBE_FOR_CHECK,
	.scopes = 1U << SCOPE_HOST | 1U << SCOPE_NETNS,
};

static int write_line(int to, const struct wire_message *message)
{
	char line[WIRE_LINE_MAX];
	size_t len;
	ssize_t n = 0;

	/* One that is too long is left out: the others still count. */
	if (wire_encode(message, line, &len))
		return 0;
	for (size_t at = 0; at < len; at += (size_t)n) {
		n = send(to, line + at, len - at, MSG_NOSIGNAL);
		if (n <= 0)
			return -EPIPE;
	}
	return 0;
}

static int write_finding(int to, const struct finding *finding,
                         struct wire_message *message)
{
	json_t *value = jv_finding(finding);
	const size_t room = sizeof(message->finding) - 1;
	const size_t len =
		value ? json_dumpb(value, message->finding, room, JSON_COMPACT)
		      : 0;

	json_decref(value);
	if (!len || len > room)
		return 0;
	message->finding[len] = '\0';
	message->type = WIRE_FINDING;
	return write_line(to, message);
}

static void write_findings(int to, const struct report *report)
{
	struct wire_message *message = calloc(1, sizeof(*message));
	int rc = message ? 0 : -ENOMEM;

	for (size_t i = 0; !rc && i < report->n_findings; i++)
		rc = write_finding(to, &report->findings[i], message);
	if (!rc) {
		message->type = WIRE_END;
		(void)snprintf(message->verdict, sizeof(message->verdict), "%s",
		               report_verdict_name(report->verdict));
		(void)write_line(to, message);
	}
	free(message);
}

/* What cannot be judged is not: then there are no lines. */
static void answer(const struct options *options,
                   const struct serve_question *question, int to)
{
	struct options asked = *options;
	struct judgement judgement;
	struct err err = { 0 };

	asked.goal.flows = question->flows;
	asked.goal.burst = question->burst;
	asked.goal.role = ROLE_SERVER;
	asked.goal.family = question->is_ipv6 ? FAMILY_IPV6 : FAMILY_IPV4;
	judgement_begin(&judgement, &asked, &far_plan);
	if (judgement_facts(&judgement, &err) == STATUS_READY) {
		(void)judgement_rules(&judgement, &err);
		if (!err.code)
			write_findings(to, &judgement.report);
	}
	judgement_done(&judgement);
}

/* Return: bytes of a question, 0: nobody asks any more. */
static ssize_t take_question(int fd, struct serve_question *ret, int *ret_to)
{
	struct iovec data = { ret, sizeof(*ret) };
	union {
		struct cmsghdr header;
		char bytes[CMSG_SPACE(sizeof(int))];
	} with;
	struct msghdr message = {
		.msg_iov = &data,
		.msg_iovlen = 1,
		.msg_control = &with,
		.msg_controllen = sizeof(with.bytes),
	};
	const ssize_t n = recvmsg(fd, &message, MSG_CMSG_CLOEXEC);
	const struct cmsghdr *header = n > 0 ? CMSG_FIRSTHDR(&message) : NULL;

	*ret_to = -1;
	if (header && header->cmsg_type == SCM_RIGHTS)
		(void)memcpy(ret_to, CMSG_DATA(header), sizeof(*ret_to));
	return n;
}

static bool is_fair(const struct serve_question *question)
{
	return question->flows >= 1 && question->flows <= GOAL_FLOWS_MAX &&
	       question->burst >= 1 && question->burst <= question->flows;
}

static void judge_others(const struct options *options, int fd)
{
	/* Who does not read the answer must not keep the next one waiting. */
	const struct timeval patience = { .tv_sec = 2 };
	struct serve_question question = { 0 };
	ssize_t n;
	int to;

	while ((n = take_question(fd, &question, &to)) > 0) {
		if (to >= 0 && n == sizeof(question) && is_fair(&question)) {
			(void)setsockopt(to, SOL_SOCKET, SO_SNDTIMEO, &patience,
			                 sizeof(patience));
			answer(options, &question, to);
		}
		if (to >= 0)
			(void)close(to);
	}
}

/* ---- serving ---- */

static void tell(void *to, const char *line)
{
	(void)to;
	(void)fprintf(stderr, "kiloflow: %s\n", line);
}

static void describe(const struct options *options, struct serve_options *ret)
{
	*ret = (struct serve_options){
		.address =
			options->listen.host[0] ? options->listen.host : NULL,
		.port = options->listen.port ? options->listen.port : WIRE_PORT,
		.is_ipv6 = options->goal.family == FAMILY_IPV6,
		.key_file = options->key_file,
		.max_flows = options->max_flows,
		.max_bytes = options->max_bytes,
		.max_time_ns = options->max_time_ns,
		.max_clients = options->max_clients,
		.judge_fd = -1,
		.stop_fd = stop_fd(),
		.tell = options->quiet ? NULL : tell,
	};
}

/* What it says of itself, and where its listeners keep out of. */
static void take_facts(const struct host *host, struct serve_options *ret)
{
	const struct sysctl_fact *range =
		&host->ns[0].sysctl[SYSCTL_PORT_RANGE];

	(void)snprintf(ret->host, sizeof(ret->host), "%.70s", host->name);
	(void)snprintf(ret->kernel, sizeof(ret->kernel), "%.70s", host->kernel);
	if (range->state == FACT_KNOWN) {
		ret->port_low = (uint16_t)range->v[0];
		ret->port_high = (uint16_t)range->v[1];
	}
}

static int read_facts(const struct options *options,
                      struct serve_options *serve, struct err *err)
{
	struct judgement judgement;
	int status;

	judgement_begin(&judgement, options, &far_plan);
	status = judgement_facts(&judgement, err);
	if (status == STATUS_READY)
		take_facts(judgement.host, serve);
	judgement_done(&judgement);
	return status;
}

static int serve_judged(const struct options *options,
                        struct serve_options *serve, struct err *err)
{
	int pair[2];
	pid_t judge_pid;
	int rc;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair))
		return err_set(err, -errno, "cannot serve: %s",
		               strerror(errno));
	judge_pid = fork();
	if (!judge_pid) {
		(void)close(pair[1]);
		judge_others(options, pair[0]);
		(void)close(pair[0]);
		return 0;
	}
	(void)close(pair[0]);
	serve->judge_fd = judge_pid > 0 ? pair[1] : -1;
	rc = serve_run(serve, err);
	/* It ends when nobody is left who could ask; a session is its sibling.
	 */
	(void)close(pair[1]);
	return rc;
}

static int run(const struct options *options, FILE *out, struct err *err)
{
	struct serve_options serve;
	int status;

	(void)out;
	describe(options, &serve);
	if (serve_check(&serve, err))
		return STATUS_USAGE;
	status = read_facts(options, &serve, err);
	if (status != STATUS_READY)
		return status;
	if (serve_judged(options, &serve, err))
		return STATUS_UNKNOWN;
	return stop_signal() ? 128 + stop_signal() : STATUS_READY;
}

const struct command command_serve = {
	.name = "serve",
	.what = "the far end of a load test between two hosts",
	.help = "Waits for `kiloflow load --connect` from another host, and has the servers' ends of its flows. It listens on loopback unless --listen says otherwise; what others can reach needs a key that both hosts have (--key-file), which is never sent. Until it is interrupted it serves one session after the other, or several at a time.\n\n"
		"Each session has a listener of its own, on a port outside of the ephemeral range, so that only its connections are in the queue that is tested: a firewall between the hosts has to let them pass. What the session counted, and what this host looks like for so many flows, goes back to who asked.\n\n"
		"The processes that talk to others have no privileges and can open no file. What is sent is neither encrypted nor signed: use it in networks that you trust that far.",
	.run = run,
};
