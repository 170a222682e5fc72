// SPDX-License-Identifier: GPL-2.0-or-later
/* The table of options: what each row takes, and how it refuses the rest. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "checker/cli/command.h"
#include "checker/cli/option.h"
#include "checker/cli/options.h"
#include "checker/fix/emit.h"
#include "checker/report/report.h"
#include "probes/base/err.h"
#include "rules/rule.h"
#include "tests/support/fdcheck.h"

#define WORDS_MAX 16

/* Parse a line as a shell would split it; '' is an empty word. */
static int parse(const char *line, struct options *ret, struct err *err)
{
	static char buf[512];
	char *argv[WORDS_MAX + 1] = { NULL };
	char *save = NULL;
	int argc = 0;

	(void)snprintf(buf, sizeof(buf), "kiloflow %s", line);
	for (char *word = strtok_r(buf, " ", &save); word;
	     word = strtok_r(NULL, " ", &save)) {
		assert_true(argc < WORDS_MAX);
		if (!strcmp(word, "''"))
			*word = '\0';
		argv[argc++] = word;
	}
	*err = (struct err){ 0 };
	return options_parse(argc, argv, ret, err);
}

static void refused(const char *line, const char *message)
{
	struct options options;
	struct err err;
	char text[512];

	assert_int_not_equal(parse(line, &options, &err), 0);
	(void)snprintf(text, sizeof(text), "%s; %s", err.what, err.hint);
	assert_string_equal(text, message);
}

static void test_refusals(void **state)
{
	static const struct {
		const char *line, *message;
	} rows[] = {
		/* clang-format off */
		{ "--flows 0", "--flows: \"0\" is out of range; use 1 to 4000000" },
		{ "--flows 4000001", "--flows: \"4000001\" is out of range; use 1 to 4000000" },
		{ "--flows 99999999999999999999999", "--flows: \"99999999999999999999999\" is out of range; use 1 to 4000000" },
		{ "--flows 5G", "--flows: \"5G\" is out of range; use 1 to 4000000" },
		{ "--flows -1", "--flows: \"-1\" is not a number; use 1 to 4000000" },
		{ "--flows 1.5", "--flows: \"1.5\" is not a number; use 1 to 4000000" },
		{ "--flows 10q", "--flows: \"10q\" is not a number; use 1 to 4000000" },
		{ "--flows ''", "--flows: \"\" is not a number; use 1 to 4000000" },
		{ "--flows=", "--flows: \"\" is not a number; use 1 to 4000000" },
		{ "--flows", "--flows: its argument is missing; use 1 to 4000000" },
		{ "--flows --quiet", "--flows: its argument is missing; use 1 to 4000000" },
		{ "--flows \033[2J", "--flows: \"\\x1b[2J\" is not a number; use 1 to 4000000" },
		{ "--burst 0", "--burst: \"0\" is out of range; use 1 to 4000000" },
		{ "--burst 1001", "--burst: \"1001\" is out of range; use 1 to 1000, the number of flows" },
		{ "--flows 10 --burst 11", "--burst: \"11\" is out of range; use 1 to 10, the number of flows" },
		{ "--port 0", "--port: \"0\" is out of range; use 1 to 65535" },
		{ "--port 65536", "--port: \"65536\" is out of range; use 1 to 65535" },
		{ "--role mother", "--role: \"mother\" is not known; use client, server or both" },
		{ "--role ''", "--role: \"\" is not known; use client, server or both" },
		{ "--time 0", "--time: \"0\" is out of range; use 1ms to 3600s" },
		{ "--time 3601s", "--time: \"3601s\" is out of range; use 1ms to 3600s" },
		{ "--time 2x", "--time: \"2x\" is not a duration; use 1ms to 3600s" },
		{ "--time -2s", "--time: \"-2s\" is not a duration; use 1ms to 3600s" },
		{ "--time", "--time: its argument is missing; use 1ms to 3600s" },
		{ "--bytes 0", "--bytes: \"0\" is out of range; use 1 to 1099511627776" },
		{ "--bytes 1025G", "--bytes: \"1025G\" is out of range; use 1 to 1099511627776" },
		{ "--bytes x", "--bytes: \"x\" is not a size; use 1 to 1099511627776" },
		{ "--direction left", "--direction: \"left\" is not known; use up, down or both" },
		{ "--backlog -1", "--backlog: \"-1\" is not a number; use 0 to 2147483647" },
		{ "--backlog 2147483648", "--backlog: \"2147483648\" is out of range; use 0 to 2147483647" },
		{ "--workers 0", "--workers: \"0\" is out of range; use 1 to 1024" },
		{ "--workers 1025", "--workers: \"1025\" is out of range; use 1 to 1024" },
		{ "--accept soon", "--accept: \"soon\" is not known; use held, now or slow:N/s with N 1 to 10000000" },
		{ "--accept slow", "--accept: \"slow\" is not known; use held, now or slow:N/s with N 1 to 10000000" },
		{ "--accept slow:", "--accept: \"slow:\" is not known; use held, now or slow:N/s with N 1 to 10000000" },
		{ "--accept slow:/s", "--accept: \"slow:/s\" is not known; use held, now or slow:N/s with N 1 to 10000000" },
		{ "--accept slow:5", "--accept: \"slow:5\" is not known; use held, now or slow:N/s with N 1 to 10000000" },
		{ "--accept slow:0/s", "--accept: \"slow:0/s\" is out of range; use held, now or slow:N/s with N 1 to 10000000" },
		{ "--accept slow:99999999999999999999999999999999999/s", "--accept: \"slow:99999999999999999999999999999999999/s\" is not known; use held, now or slow:N/s with N 1 to 10000000" },
		{ "--netns ''", "--netns: \"\" is not a namespace; use a name of `ip netns`, a process id, a path or all" },
		{ "--netns", "--netns: its argument is missing; use a name of `ip netns`, a process id, a path or all" },
		{ "--format xml", "--format: \"xml\" is not known; use text, json or nagios" },
		{ "listeners --format nagios", "--format nagios: listeners gives no verdict to tell of; use it with check or load" },
		{ "--color blue", "--color: \"blue\" is not known; use auto, always or never" },
		{ "--ignore backlog", "--ignore: \"backlog\" is not a rule; use one that `kiloflow list rules` shows" },
		{ "--ignore policy.net.core.nosuch", "--ignore: \"policy.net.core.nosuch\" is not a rule; use one that `kiloflow list rules` shows" },
		{ "--policy", "--policy: its argument is missing; use a path" },
		{ "listeners --policy x", "--policy: not an option of listeners; it is one of check, load" },
		{ "policy --flows 5", "--flows: not an option of policy; it is one of check, load" },
		{ "policy x", "policy does not take \"x\"; see `kiloflow help`" },
		{ "--quiet=1", "--quiet: takes no argument, and got \"1\"; leave it out" },

		{ "--flow 5", "there is no option \"--flow\"; did you mean --flows?" },
		{ "--flow=5", "there is no option \"--flow=5\"; did you mean --flows?" },
		{ "--flos=10000", "there is no option \"--flos=10000\"; did you mean --flows?" },
		{ "-flows", "there is no option \"-flows\"; did you mean --flows?" },
		{ "--frobnicate", "there is no option \"--frobnicate\"; `kiloflow help check` lists them" },
		{ "-x", "there is no option \"-x\"; `kiloflow help check` lists them" },
		{ "-q4x", "there is no option \"-q4x\"; `kiloflow help check` lists them" },
		{ "list --flows 5 rules", "--flows: not an option of list; it is one of check, load" },
		{ "load --no-load", "--no-load: not an option of load; it is one of check" },
		{ "listeners --strict", "--strict: not an option of listeners; it is one of check, load, run" },

		{ "chekc", "there is no command \"chekc\"; did you mean check?" },
		{ "lisener", "there is no command \"lisener\"; did you mean listeners?" },
		{ "''", "there is no command \"\"; `kiloflow help` lists them" },
		{ "\033c", "there is no command \"\\x1bc\"; `kiloflow help` lists them" },
		{ "check now", "check does not take \"now\"; the command stands first: kiloflow COMMAND [OPTION]" },
		{ "--quiet load", "check does not take \"load\"; the command stands first: kiloflow COMMAND [OPTION]" },
		{ "version 5", "version does not take \"5\"; see `kiloflow help`" },
		{ "explain a b", "explain does not take \"b\"; see `kiloflow help`" },
		{ "explain", "explain: its argument is missing; use kiloflow explain ID" },
		{ "list", "list: its argument is missing; use kiloflow list rules|causes|sysctls|counters|servers|tools" },
		{ "-", "check does not take \"-\"; the command stands first: kiloflow COMMAND [OPTION]" },
		{ "-- --quiet", "check does not take \"--quiet\"; the command stands first: kiloflow COMMAND [OPTION]" },

		{ "--no-load --load", "--no-load and --load exclude each other; leave one of them out" },
		{ "--port 1 --backlog 5", "--backlog and --port exclude each other; leave one of them out" },
		{ "--bytes 1 --time 1s", "--bytes and --time exclude each other; leave one of them out" },
		{ "-4 -6", "--ipv6 and --ipv4 exclude each other; leave one of them out" },
		{ "check --rate 5/s", "--rate: not an option of check; it is one of load" },
		{ "load --rate 5", "--rate: \"5\" is not a rate; use 1/s to 10000000/s" },
		{ "load --rate /s", "--rate: \"/s\" is not a rate; use 1/s to 10000000/s" },
		{ "load --rate 0/s", "--rate: \"0/s\" is out of range; use 1/s to 10000000/s" },
		{ "load --rate 10000001/s", "--rate: \"10000001/s\" is out of range; use 1/s to 10000000/s" },
		{ "load --rate 5/s --burst 5", "--rate and --burst do not go together; a burst is what comes all at once: leave one of them out" },
		{ "load --rate 5/s --accept held", "--rate and --accept held do not go together; use --accept now or slow:N/s" },
		{ "load --churn 1000001/s", "--churn: \"1000001/s\" is out of range; use 1/s to 1000000/s" },
		{ "load --churn 5/s --rate 5/s", "--churn and --rate do not go together; the churn is a rate: leave one of them out" },
		{ "load --churn 5/s --accept now", "--churn and --accept do not go together; the churn accepts each connection at once: leave one of them out" },
		{ "load --churn 5/s --hold", "--churn and --hold do not go together; flows either stay or go: leave one of them out" },
		{ "load --churn 5/s --bytes 5", "--churn and --bytes do not go together; --request and --response say how much they carry: leave one of them out" },
		{ "load --request 5", "--request: has no effect without --response; add --response, or leave it out" },
		{ "load --response 5", "--response: has no effect without --request; add --request, or leave it out" },
		{ "load --request 0 --response 1", "--request: \"0\" is out of range; use 1 to 1073741824" },
		{ "load --request 1 --response 1025M", "--response: \"1025M\" is out of range; use 1 to 1073741824" },
		{ "load --request 1 --response 1 --direction up", "--request and --direction do not go together; requests go up, responses down: leave one of them out" },
		{ "load --request 1 --response 1 --hold", "--request and --hold do not go together; flows that are held carry nothing: leave one of them out" },
		{ "load --hold --bytes 1", "--hold and --bytes do not go together; flows that are held carry nothing: leave one of them out" },
		{ "load --sources 255", "--sources: \"255\" is out of range; use 1 to 254" },
		{ "load --sources 2 -6", "--sources and --ipv6 do not go together; loopback has one IPv6 address, ::1: leave one of them out" },
		{ "load --interval 9ms", "--interval: \"9ms\" is out of range; use 10ms to 3600s" },
		{ "load --eager --direction down", "--eager and --direction down do not go together; use --direction up or both" },
		{ "--isolated --no-load", "--isolated and --no-load exclude each other; leave one of them out" },
		{ "--isolated --netns all", "--isolated: stands for one namespace, not for all; name one of them" },
		{ "listeners --isolated", "--isolated: not an option of listeners; it is one of check, load" },
		{ "--sos d --netns a", "--sos and --netns exclude each other; use --netns all" },
		{ "--from f --netns all", "--from and --netns exclude each other; leave one of them out" },
		{ "--sos d --load --netns all", "--sos and --load exclude each other; leave one of them out" },
		{ "-qv", "--quiet and --verbose exclude each other; leave one of them out" },
		{ "--no-load --time 1s", "--time: has no effect without the load test, which --no-load leaves out; leave one of them out" },
		{ "load --connect", "--connect: its argument is missing; use HOST[:PORT], or [IPV6]:PORT; ports are 1 to 65535" },
		{ "load --connect :5", "--connect: \":5\" is not a host and a port; use HOST[:PORT], or [IPV6]:PORT; ports are 1 to 65535" },
		{ "load --connect a:0", "--connect: \"a:0\" is out of range; use HOST[:PORT], or [IPV6]:PORT; ports are 1 to 65535" },
		{ "load --connect a:65536", "--connect: \"a:65536\" is out of range; use HOST[:PORT], or [IPV6]:PORT; ports are 1 to 65535" },
		{ "load --connect a:b", "--connect: \"a:b\" is not a host and a port; use HOST[:PORT], or [IPV6]:PORT; ports are 1 to 65535" },
		{ "load --connect a:", "--connect: \"a:\" is not a host and a port; use HOST[:PORT], or [IPV6]:PORT; ports are 1 to 65535" },
		{ "load --connect []", "--connect: \"[]\" is not a host and a port; use HOST[:PORT], or [IPV6]:PORT; ports are 1 to 65535" },
		{ "load --connect [", "--connect: \"[\" is not a host and a port; use HOST[:PORT], or [IPV6]:PORT; ports are 1 to 65535" },
		{ "load --connect [::1", "--connect: \"[::1\" is not a host and a port; use HOST[:PORT], or [IPV6]:PORT; ports are 1 to 65535" },
		{ "check --connect a", "--connect: not an option of check; it is one of load" },
		{ "load --connect a --port 80", "--connect and --port exclude each other; leave one of them out" },
		{ "load --connect a --eager", "--eager: has no effect with --connect; leave one of them out" },
		{ "load --connect a --isolated", "--isolated: has no effect with --connect; leave one of them out" },
		{ "load --connect a --close rst", "--close: has no effect with --connect; leave one of them out" },
		{ "load --connect a --bytes 31", "--bytes: with --connect a flow begins with 32 bytes that say which it is; use 32 or more" },
		{ "load --key-file k", "--key-file: has no effect without --connect; add --connect, or leave it out" },
		{ "serve --flows 5", "--flows: not an option of serve; it is one of check, load" },
		{ "serve --max-clients 65", "--max-clients: \"65\" is out of range; use 1 to 64" },
		{ "--dry-run", "--dry-run: has no effect without --fix; add --fix, or leave it out" },
		{ "--yes", "--yes: has no effect without --fix; add --fix, or leave it out" },
		{ "--fix --yes --prove", "--prove: has no effect without --dry-run; add --dry-run, or leave it out" },
		{ "--fix --dry-run --prove --no-load", "--prove and --no-load exclude each other; leave one of them out" },
		{ "--fix --yes --persist --no-persist", "--no-persist and --persist exclude each other; leave one of them out" },
		{ "--fix --dry-run --emit k8s", "--emit and --dry-run exclude each other; leave one of them out" },
		{ "--fix --emit chef", "--emit: \"chef\" is not known; use sysctl.d, docker, k8s or ansible" },
		{ "--fix --pid 0", "--pid: \"0\" is out of range; use 1 to 2147483647" },
		{ "load --fix", "--fix: not an option of load; it is one of check" },
		{ "--fix", "--fix: there is no terminal to ask on; add --yes, or --dry-run to see the plan" },
		{ "--from a --fix --yes", "--fix: --from is not the host itself; add --dry-run or --emit" },
		{ "--from a --fix --dry-run --prove", "--from and --prove exclude each other; leave one of them out" },
		{ "--isolated --prove --fix --dry-run --netns all", "--isolated: stands for one namespace, not for all; name one of them" },
		{ "load --find-limit --eager", "--eager: has no effect with --find-limit; leave one of them out" },
		{ "load --find-limit --time 1s", "--time: has no effect with --find-limit; leave one of them out" },
		{ "load --target", "--target: its argument is missing; use HOST:PORT, or [IPV6]:PORT; ports are 1 to 65535" },
		{ "load --target web-3", "--target: \"web-3\" is not a host and a port; use HOST:PORT, or [IPV6]:PORT; ports are 1 to 65535" },
		{ "load --target web-3:0", "--target: \"web-3:0\" is out of range; use HOST:PORT, or [IPV6]:PORT; ports are 1 to 65535" },
		{ "load --target a:1 --burst 5", "--burst: has no effect with --target; leave one of them out" },
		{ "load --target a:1 --isolated", "--isolated: has no effect with --target; leave one of them out" },
		{ "load --target a:1 --workers 5", "--workers: has no effect with --target; leave one of them out" },
		{ "load --target a:1 --find-limit", "--find-limit and --target exclude each other; leave one of them out" },
		{ "load --target a:1 --send-first 131073", "--send-first: \"131073\" is out of range; use 1 to 131072" },
		{ "load --send-first 5", "--send-first: has no effect without --target; add --target, or leave it out" },
		{ "load --yes", "--yes: has no effect without --target; add --target, or leave it out" },
		{ "check --find-limit", "--find-limit: not an option of check; it is one of load" },
		{ "load --netns all", "--netns: load is run in one namespace, not in all; for every one: kiloflow check --netns all --load" },
		{ "--netns a --eager", "--eager: has no effect without the load test, which --netns without --load leaves out; add --load" },
		{ "--role client --workers 1", "--workers: has no effect without the load test, which --role without --load leaves out; add --load" },
		/* clang-format on */
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		refused(rows[i].line, rows[i].message);
}

/* No row of the table takes an empty argument, or does without its own. */
static void test_every_option(void **state)
{
	(void)state;
	for (const struct option *o = option_table; o->name; o++) {
		struct options options;
		struct err err;
		char line[128];
		char empty[136];

		assert_non_null(o->help);
		if (!o->argument)
			continue;
		(void)snprintf(line, sizeof(line), "%s --%s",
		               o->commands[0]->name, o->name);
		assert_int_not_equal(parse(line, &options, &err), 0);
		assert_non_null(strstr(err.what, "its argument is missing"));
		(void)snprintf(empty, sizeof(empty), "%s ''", line);
		assert_int_not_equal(parse(empty, &options, &err), 0);
		assert_non_null(strstr(err.what, ": \"\" is not "));
		assert_memory_equal(err.hint, "use ", 4);
	}
}

static bool is_row(const char *name)
{
	const struct option *row = option_table;

	while (row->name && strcmp(row->name, name) != 0)
		row++;
	return row->name;
}

/* Every excluded or needed row exists; so does every command that takes one. */
static void test_table(void **state)
{
	(void)state;
	for (const struct option *o = option_table; o->name; o++) {
		assert_true(!o->excludes || is_row(o->excludes));
		assert_true(!o->needs || is_row(o->needs));
		for (size_t i = 0; o->commands[i]; i++)
			assert_ptr_equal(command_by_name(o->commands[i]->name,
			                                 NULL),
			                 o->commands[i]);
	}
}

static struct options accepted(const char *line)
{
	struct options options;
	struct err err;

	if (parse(line, &options, &err))
		fail_msg("%s: %s; %s", line, err.what, err.hint);
	return options;
}

static void test_defaults(void **state)
{
	const struct options options = accepted("");

	(void)state;
	assert_ptr_equal(options.command, &command_check);
	assert_int_equal(options.goal.flows, 1000);
	assert_int_equal(options.goal.burst, 1000);
	assert_int_equal(options.goal.role, ROLE_BOTH);
	assert_int_equal(options.goal.family, FAMILY_IPV4);
	assert_int_equal(options.load.flows, 1000);
	assert_int_equal(options.load.burst, 1000);
	assert_int_equal(options.load.time_ns, 2000000000);
	assert_int_equal(options.load.backlog, LOAD_BACKLOG_MAX);
	assert_ptr_equal(options.format, &report_text);
	assert_int_equal(options.color, COLOR_AUTO);
	assert_null(options.netns);
	assert_null(options.no_load);
	assert_int_equal(options.n_ignored, 0);
}

static void test_goal(void **state)
{
	struct options options = accepted("--flows 10k");

	(void)state;
	assert_int_equal(options.goal.flows, 10000);
	assert_int_equal(options.goal.burst, 10000);
	assert_int_equal(options.load.flows, 10000);
	assert_int_equal(options.load.burst, 10000);
	options = accepted("--burst=5 --flows=4M -6 --port 65535");
	assert_int_equal(options.goal.flows, 4000000);
	assert_int_equal(options.goal.burst, 5);
	assert_int_equal(options.load.burst, 5);
	assert_int_equal(options.goal.family, FAMILY_IPV6);
	assert_int_equal(options.load.family, FAMILY_IPV6);
	assert_int_equal(options.goal.port, 65535);
	options = accepted("--flows 1 --flows 2 --burst 2");
	assert_int_equal(options.goal.flows, 2);
	assert_int_equal(accepted("--role server").goal.role, ROLE_SERVER);
}

static void test_load(void **state)
{
	struct options options =
		accepted("load --time 500ms --backlog 0 --eager --workers 3 "
	                 "--direction both --accept slow:1k/s");

	(void)state;
	assert_ptr_equal(options.command, &command_load);
	assert_int_equal(options.load.time_ns, 500000000);
	assert_int_equal(options.load.backlog, 0);
	assert_true(options.load.eager);
	assert_int_equal(options.load.workers, 3);
	assert_int_equal(options.load.direction, LOAD_BOTH);
	assert_int_equal(options.load.accept, LOAD_ACCEPT_SLOW);
	assert_int_equal(options.load.accept_per_s, 1000);
	assert_int_equal(options.load.shape, LOAD_STREAM);
	assert_true(options.load.spread);
	options = accepted("load --bytes 64K --accept now");
	assert_int_equal(options.load.bytes_per_flow, 65536);
	assert_int_equal(options.load.accept, LOAD_ACCEPT_NOW);
	options = accepted("load --bytes 1024G --accept held");
	assert_int_equal(options.load.bytes_per_flow, UINT64_C(1) << 40);
	assert_int_equal(options.load.accept, LOAD_ACCEPT_HELD);
	assert_int_equal(options.load.close, LOAD_CLOSE_FIN);
	assert_true(options.load.spread);
	assert_int_equal(options.load.send, LOAD_SEND_COPY);
	assert_int_equal(options.load.receive, LOAD_RECEIVE_COPY);
	assert_false(options.load.verify);
	options = accepted("load --send zerocopy --receive discard");
	assert_int_equal(options.load.send, LOAD_SEND_ZEROCOPY);
	assert_int_equal(options.load.receive, LOAD_RECEIVE_DISCARD);
	options = accepted("load --verify --receive copy --send zerocopy");
	assert_true(options.load.verify);
	options = accepted("check --close rst");
	assert_int_equal(options.load.close, LOAD_CLOSE_RST);
	assert_false(options.load.spread);
}

static void test_load_shapes(void **state)
{
	struct options options;

	(void)state;
	options = accepted("load --rate 10k/s --sources 3 --interval 50ms");
	assert_int_equal(options.load.shape, LOAD_STREAM);
	assert_int_equal(options.load.rate_per_s, 10000);
	assert_int_equal(options.load.accept, LOAD_ACCEPT_NOW);
	assert_int_equal(options.load.sources, 3);
	assert_int_equal(options.load.interval_ns, 50000000);
	options = accepted("load --rate 1/s --accept slow:2/s --hold");
	assert_int_equal(options.load.accept, LOAD_ACCEPT_SLOW);
	assert_int_equal(options.load.shape, LOAD_HOLD);
	options = accepted("load --request 1K --response 1M --bytes 3M -6");
	assert_int_equal(options.load.shape, LOAD_REQUEST);
	assert_int_equal(options.load.request_bytes, 1024);
	assert_int_equal(options.load.response_bytes, 1048576);
	assert_int_equal(options.load.rate_per_s, 0);
	assert_int_equal(options.load.accept, LOAD_ACCEPT_HELD);
	options = accepted("load --churn 1M/s --request 1 --response 2");
	assert_int_equal(options.load.shape, LOAD_CHURN);
	assert_int_equal(options.load.rate_per_s, 1000000);
	assert_int_equal(options.load.response_bytes, 2);
	assert_false(options.load.spread);
}

/* Each names rows of the table that one command takes. */
static void test_clashes(void **state)
{
	(void)state;
	for (const struct option_clash *c = option_clashes; c->one; c++) {
		size_t n = 0;

		for (size_t i = 0; option_table[i].name; i++) {
			const char *name = option_table[i].name;

			if (strcmp(name, c->one) && strcmp(name, c->other))
				continue;
			assert_true(
				option_takes(&option_table[i], &command_load));
			n++;
		}
		assert_int_equal(n, 2);
	}
}

static void test_when_no_load(void **state)
{
	static const struct {
		const char *line, *no_load;
	} rows[] = {
		{ "--no-load", "--no-load" },
		{ "--netns a", "--netns without --load" },
		{ "--netns a --load", NULL },
		{ "--netns a --no-load", "--no-load" },
		{ "--role client", "--role without --load" },
		{ "--role client --load", NULL },
		{ "--role both", NULL },
		{ "--load --time 1s", NULL },
		{ "--netns a --isolated --time 1s", NULL },
		{ "--role client --isolated", NULL },
		{ "load --netns a --time 1s", NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct options options = accepted(rows[i].line);

		if (rows[i].no_load)
			assert_string_equal(options.no_load, rows[i].no_load);
		else
			assert_null(options.no_load);
	}
}

static void test_fix(void **state)
{
	struct options options = accepted("--fix --yes --pid 812 --no-persist");

	(void)state;
	assert_ptr_equal(options.command, &command_check);
	assert_true(options.fix);
	assert_true(options.yes);
	assert_false(options.dry_run);
	assert_int_equal(options.pid, 812);
	assert_int_equal(options.persist, PERSIST_NEVER);
	options = accepted("--fix -y --persist --journal dir");
	assert_int_equal(options.persist, PERSIST_ALWAYS);
	assert_string_equal(options.journal, "dir");
	options = accepted("--fix --dry-run --prove --netns a");
	assert_true(options.isolated);
	assert_null(options.no_load);
	options = accepted("--from a --fix --emit k8s");
	assert_string_equal(options.emit->name, "k8s");
	assert_int_equal(accepted("").persist, PERSIST_AUTO);
}

static void test_shared(void **state)
{
	struct options options = accepted(
		"--ignore backlog.drops --ignore syn.cookies --strict -v "
		"--color never --format json --netns /proc/1/ns/net");

	(void)state;
	assert_int_equal(options.n_ignored, 2);
	assert_string_equal(options.ignored[0], "backlog.drops");
	assert_string_equal(options.ignored[1], "syn.cookies");
	assert_true(options.strict);
	assert_true(options.verbose);
	assert_false(options.quiet);
	assert_int_equal(options.color, COLOR_NEVER);
	assert_ptr_equal(options.format, &report_json);
	assert_string_equal(options.netns, "/proc/1/ns/net");
	assert_true(accepted("-q").quiet);
}

static void test_policy(void **state)
{
	struct options options =
		accepted("--policy fleet --ignore policy.net.core.somaxconn "
	                 "--format nagios");

	(void)state;
	assert_string_equal(options.policy, "fleet");
	assert_string_equal(options.ignored[0], "policy.net.core.somaxconn");
	assert_ptr_equal(options.format, &report_nagios);
	assert_null(accepted("").policy);
	assert_ptr_equal(accepted("policy --netns x").command, &command_policy);
}

/* What an error is told in, wherever in the line the error stands. */
static void test_format_despite_errors(void **state)
{
	static const struct {
		const char *line;
		const struct report_format *format;
	} rows[] = {
		{ "--format nagios --flows 0", &report_nagios },
		{ "chekc --format=nagios", &report_nagios },
		{ "--flows 0 --format json", &report_json },
		{ "--format", &report_text },
		{ "--format xml", &report_text },
		{ "--format xml --format nagios", &report_nagios },
		{ "--formats nagios", &report_text },
		{ "", &report_text },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char text[128] = "";
		char *argv[8];
		int argc = 1;

		(void)snprintf(text, sizeof(text), "%s", rows[i].line);
		argv[0] = text;
		for (char *word = strtok(text, " "); word;
		     word = strtok(NULL, " "))
			argv[argc++] = word;
		assert_ptr_equal(options_format(argc, argv), rows[i].format);
	}
}

/* As often as there is room, and not once more. */
static void test_ignore_many(void **state)
{
	char *argv[2 + 2 * (OPTIONS_IGNORED_MAX + 1)] = { NULL };
	char name[] = "kiloflow";
	char option[] = "--ignore";
	char id[] = "backlog.drops";
	struct options options;
	struct err err = { 0 };
	int argc = 0;

	(void)state;
	argv[argc++] = name;
	for (size_t i = 0; i <= OPTIONS_IGNORED_MAX; i++) {
		argv[argc++] = option;
		argv[argc++] = id;
	}
	assert_int_not_equal(options_parse(argc, argv, &options, &err), 0);
	argv[argc - 2] = NULL;
	err = (struct err){ 0 };
	assert_int_equal(options_parse(argc - 2, argv, &options, &err), 0);
	assert_int_equal(options.n_ignored, OPTIONS_IGNORED_MAX);
}

static void test_words(void **state)
{
	static const struct {
		const char *line, *word;
		const struct command *command;
	} rows[] = {
		{ "explain somaxconn", "somaxconn", &command_explain },
		{ "explain -- --x", "--x", &command_explain },
		{ "list rules", "rules", &command_list },
		{ "help", NULL, &command_help },
		{ "help load", "load", &command_help },
		{ "--help", NULL, &command_help },
		{ "-h", NULL, &command_help },
		{ "load --help", "load", &command_help },
		{ "explain --help", "explain", &command_help },
		{ "--version", NULL, &command_version },
		{ "load -V", NULL, &command_version },
		{ "version", NULL, &command_version },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct options options = accepted(rows[i].line);

		assert_ptr_equal(options.command, rows[i].command);
		if (rows[i].word)
			assert_string_equal(options.word, rows[i].word);
		else
			assert_null(options.word);
	}
}

static void test_endpoints(void **state)
{
	static const struct {
		const char *line, *host;
		uint16_t port;
		enum goal_family family;
	} rows[] = {
		{ "load --connect web-3", "web-3", 5202, FAMILY_IPV4 },
		{ "load --connect web-3:80", "web-3", 80, FAMILY_IPV4 },
		{ "load --connect web-3 -6", "web-3", 5202, FAMILY_IPV6 },
		{ "load --connect 10.0.0.1:1", "10.0.0.1", 1, FAMILY_IPV4 },
		{ "load --connect fd00::1", "fd00::1", 5202, FAMILY_IPV6 },
		{ "load --connect [fd00::1]", "fd00::1", 5202, FAMILY_IPV6 },
		{ "load --connect [fd00::1]:65535", "fd00::1", 65535,
		  FAMILY_IPV6 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct options options;
		struct err err;

		assert_int_equal(parse(rows[i].line, &options, &err), 0);
		assert_ptr_equal(options.load.far, &options.far);
		assert_string_equal(options.far.host, rows[i].host);
		assert_int_equal(options.far.port, rows[i].port);
		assert_int_equal(options.load.family, rows[i].family);
		assert_int_equal(options.goal.role, ROLE_CLIENT);
		assert_false(options.load.spread);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_endpoints),
		cmocka_unit_test(test_every_option),
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_defaults),
		cmocka_unit_test(test_goal),
		cmocka_unit_test(test_load),
		cmocka_unit_test(test_load_shapes),
		cmocka_unit_test(test_clashes),
		cmocka_unit_test(test_when_no_load),
		cmocka_unit_test(test_fix),
		cmocka_unit_test(test_shared),
		cmocka_unit_test(test_policy),
		cmocka_unit_test(test_format_despite_errors),
		cmocka_unit_test(test_ignore_many),
		cmocka_unit_test(test_words),
	};

	return cmocka_run_group_tests(tests, fdcheck_setup, fdcheck_teardown);
}
