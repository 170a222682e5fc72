// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * cmd_policy - writes a policy file from this host as it is, so that a fleet
 * can be held to it. It holds on this host.
 *
 * What only says how much of something there may be is required at least;
 * everything else exactly.
 */
#include "checker/cli/command.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "checker/cli/gather.h"
#include "checker/cli/options.h"
#include "checker/report/human.h"
#include "probes/base/err.h"
#include "probes/base/text.h"
#include "probes/facts.h"
#include "probes/probe.h"
#include "rules/requirement.h"

#define WIDTH 78

/* Of these more is never worse for the number of flows. */
static const enum sysctl_id limits[] = {
	SYSCTL_SOMAXCONN,      SYSCTL_MAX_SYN_BACKLOG,
	SYSCTL_MAX_TW_BUCKETS, SYSCTL_MAX_ORPHANS,
	SYSCTL_TCP_MEM,        SYSCTL_TCP_RMEM,
	SYSCTL_TCP_WMEM,       SYSCTL_LIMIT_OUTPUT_BYTES,
	SYSCTL_RMEM_DEFAULT,   SYSCTL_RMEM_MAX,
	SYSCTL_WMEM_DEFAULT,   SYSCTL_WMEM_MAX,
	SYSCTL_NETDEV_BUDGET,  SYSCTL_NETDEV_BUDGET_USECS,
	SYSCTL_CONNTRACK_MAX,  SYSCTL_NETDEV_MAX_BACKLOG,
	SYSCTL_FILE_MAX,       SYSCTL_NR_OPEN,
	SYSCTL_THREADS_MAX,    SYSCTL_PID_MAX,
	SYSCTL_MAX_MAP_COUNT,
};

static bool is_limit(enum sysctl_id id)
{
	for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
		if (limits[i] == id)
			return true;
	}
	return false;
}

/* A range may be wider than it is here. */
static enum requirement_op op_of(enum sysctl_id id, unsigned int index)
{
	if (sysctl_desc(id)->type == SYSCTL_TYPE_PAIR)
		return index ? REQUIRE_AT_LEAST : REQUIRE_AT_MOST;
	return is_limit(id) ? REQUIRE_AT_LEAST : REQUIRE_EQUAL;
}

/* @text, as comment lines */
static int put_comment(FILE *out, const char *text)
{
	const struct human_at at = { .column = 2, .indent = 2, .width = WIDTH };
	char *lines = NULL;
	size_t size;
	FILE *to = open_memstream(&lines, &size);

	if (!to)
		return -ENOMEM;
	human_wrap(to, text, &at);
	if (fclose(to)) {
		free(lines);
		return -ENOMEM;
	}
	(void)fputs("# ", out);
	for (size_t i = 0; i < size; i++) {
		const bool begins = i > 0 && lines[i - 1] == '\n';

		(void)fputc(begins ? '#' : lines[i], out);
	}
	free(lines);
	return 0;
}

static void put_requirements(FILE *out, enum sysctl_id id,
                             const struct sysctl_fact *fact)
{
	const struct sysctl_desc *desc = sysctl_desc(id);
	const unsigned int n = sysctl_numbers(desc->type);

	if (!n)
		(void)fprintf(out, "%s == %s\n", desc->key, fact->text);
	for (unsigned int i = 0; i < n; i++) {
		char index[16] = "";

		if (n > 1)
			(void)snprintf(index, sizeof(index), "[%u]", i);
		(void)fprintf(out, "%s%s %s %" PRId64 "\n", desc->key, index,
		              requirement_op_name(op_of(id, i)), fact->v[i]);
	}
}

static int put_sysctl(FILE *out, enum sysctl_id id,
                      const struct sysctl_fact *fact)
{
	const struct sysctl_desc *desc = sysctl_desc(id);
	const char *dot = strstr(desc->help, ". ");
	char sentence[320];
	int rc;

	if (desc->live == SYSCTL_READ_ONLY ||
	    !requirement_is_possible(desc->type))
		return 0;
	(void)snprintf(sentence, sizeof(sentence), "%.*s",
	               (int)(dot ? (size_t)(dot - desc->help) + 1
	                         : strlen(desc->help)),
	               desc->help);
	(void)fputc('\n', out);
	rc = put_comment(out, sentence);
	if (rc)
		return rc;
	if (fact->state == FACT_KNOWN)
		put_requirements(out, id, fact);
	else
		(void)fprintf(out, "# %s is %s here\n", desc->key,
		              fact_state_name(fact->state));
	return 0;
}

static int put_header(FILE *out, const struct host *host)
{
	char name[4 * sizeof(host->name)];
	char kernel[4 * sizeof(host->kernel)];
	char text[1024];

	(void)text_escape(name, sizeof(name), host->name, strlen(host->name));
	(void)text_escape(kernel, sizeof(kernel), host->kernel,
	                  strlen(host->kernel));
	(void)snprintf(text, sizeof(text), "kiloflow policy: %s, Linux %s",
	               name, kernel);
	if (put_comment(out, text))
		return -ENOMEM;
	(void)fputs("#\n", out);
	return put_comment(
		out,
		"What this host has, required of others: kiloflow check --policy FILE. Limits may be larger there, everything else is to be as it is here. Delete what does not matter; `kiloflow help policy` tells the format.");
}

static int put_policy(FILE *out, const struct host *host)
{
	int rc;

	rc = put_header(out, host);
	for (enum sysctl_id id = 0; !rc && id < SYSCTL_COUNT; id++)
		rc = put_sysctl(out, id, host_sysctl(host, &host->ns[0], id));
	return rc;
}

static int run(const struct options *options, FILE *out, struct err *err)
{
	struct host *host;
	int status;

	if (options->netns_all) {
		err_hint(err, "name one of them");
		(void)err_set(
			err, -EINVAL,
			"--netns all: a policy is written from one namespace");
		return STATUS_USAGE;
	}
	status = gather(options, PROBE_FOR_POLICY, &host, err);
	if (status != STATUS_READY)
		return status;
	if (put_policy(out, host)) {
		(void)err_set(err, -ENOMEM, "not enough memory for the policy");
		status = STATUS_UNKNOWN;
	}
	host_free(host);
	return status;
}

const struct command command_policy = {
	.name = "policy",
	.what = "a policy file from this host as it is, to hold others to it",
	.help = "Writes what this host's sysctls are as requirements, for `kiloflow check --policy FILE` on other hosts. A policy file has one statement a line; # begins a comment, and a reason in quotes is shown with what it is about:\n\n"
		"ignore ID \"REASON\": the findings of a rule are notes.\n\n"
		"severity ID fail|warn|note [\"REASON\"]: what a rule finds, unless it is ok or unknown, has this severity.\n\n"
		"threshold ID NUMBER [\"REASON\"]: what a rule finds is a note as long as no more than so much is missing, or, where nothing is needed, was counted.\n\n"
		"KEY >=|<=|==|!= VALUE [fail|warn|note] [\"REASON\"]: a sysctl is required to be so; otherwise that is a finding of its own, policy.KEY, of this severity (fail if none is given). One that has several numbers is named with an index, as net.ipv4.tcp_rmem[2]; one that is a word takes == and != only. A remedy is proposed only where a value has to be raised.\n\n"
		"What is wrong in a policy file is refused, with its line and column.",
	.run = run,
};
