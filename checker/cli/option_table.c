// SPDX-License-Identifier: GPL-2.0-or-later
/* option_table - every option; to add one, copy the row that is nearest. */
#include "checker/cli/option.h"

#include "checker/cli/command.h"
#include "checker/cli/options.h"
#include "probes/load/serve.h"

#define TIME_MIN_NS UINT64_C(1000000)
#define TIME_MAX_NS UINT64_C(3600000000000)
#define WATCH_MAX_NS UINT64_C(31536000000000000)
#define SAMPLE_MAX_NS UINT64_C(60000000000)
#define BYTES_MAX (UINT64_C(1) << 40)
#define WORKERS_MAX 1024
#define INTERVAL_MIN_NS UINT64_C(10000000)
#define MESSAGE_MAX (UINT64_C(1) << 30)
#define SOURCES_MAX 254
#define CHURN_MAX UINT64_C(1000000)

/* Where a value goes; its size, where a type is used for several. */
#define AT(member) .at = offsetof(struct options, member)
#define FIELD(member) AT(member), .size = sizeof(((struct options *)0)->member)

#define IN_CHECK .commands = { &command_check }
#define IN_LOAD .commands = { &command_load }
#define IN_TESTS .commands = { &command_check, &command_load }
#define IN_REPORTS                                                             \
	.commands = { &command_check, &command_load,       &command_listeners, \
		      &command_run,   &command_postmortem, &command_watch }

#define IN_OFFLINE                                                             \
	.commands = { &command_check, &command_listeners, &command_policy }
#define IN_SERVE .commands = { &command_serve }
#define IN_RUN .commands = { &command_run }
#define IN_WATCH .commands = { &command_watch }
#define IN_LIVE .commands = { &command_run, &command_watch }
#define IN_POSTMORTEM .commands = { &command_postmortem }
#define IN_UNDO .commands = { &command_undo }
#define IN_SNAPSHOT .commands = { &command_snapshot }
#define IN_TARGETS                                                             \
	.commands = { &command_check, &command_load, &command_snapshot }
#define IN_FAMILIES                                                            \
	.commands = { &command_check, &command_load, &command_serve,           \
		      &command_snapshot }

static const struct option_word role_words[] = {
	{ "client", ROLE_CLIENT },
	{ "server", ROLE_SERVER },
	{ "both", ROLE_BOTH },
	{ NULL, 0 },
};

static const struct option_word color_words[] = {
	{ "auto", COLOR_AUTO },
	{ "always", COLOR_ALWAYS },
	{ "never", COLOR_NEVER },
	{ NULL, 0 },
};

static const struct option_word direction_words[] = {
	{ "up", LOAD_UP },
	{ "down", LOAD_DOWN },
	{ "both", LOAD_BOTH },
	{ NULL, 0 },
};

static const struct option_word send_words[] = {
	{ "copy", LOAD_SEND_COPY },
	{ "zerocopy", LOAD_SEND_ZEROCOPY },
	{ NULL, 0 },
};

static const struct option_word receive_words[] = {
	{ "copy", LOAD_RECEIVE_COPY },
	{ "discard", LOAD_RECEIVE_DISCARD },
	{ NULL, 0 },
};

static const struct option_word close_words[] = {
	{ "fin", LOAD_CLOSE_FIN },
	{ "rst", LOAD_CLOSE_RST },
	{ NULL, 0 },
};

/* clang-format off */
const struct option option_table[] = {
	{ .name = "flows", .argument = "N", .type = &option_count,
	  FIELD(goal.flows), .min = 1, .max = GOAL_FLOWS_MAX, IN_TESTS,
	  .help = "concurrent flows the host must carry (default 1000)" },
	{ .name = "burst", .argument = "N", .type = &option_count,
	  FIELD(goal.burst), .min = 1, .max = GOAL_FLOWS_MAX, IN_TESTS,
	  .help = "connections that may arrive before the first is accepted (default: all flows)" },
	{ .name = "port", .argument = "P", .type = &option_count,
	  FIELD(goal.port), .min = 1, .max = UINT16_MAX, IN_TARGETS,
	  .help = "the flows are for the listener on this port; the load test takes over its limit and does not touch it" },
	{ .name = "role", .argument = "ROLE", .type = &option_choice,
	  FIELD(goal.role), .words = role_words, IN_CHECK,
	  .help = "which ends of the flows are on this host (default both: loopback)" },
	{ .name = "ipv4", .letter = '4', .type = &option_flag,
	  FIELD(goal.family), .value = FAMILY_IPV4, IN_FAMILIES,
	  .help = "flows over IPv4 (the default)" },
	{ .name = "ipv6", .letter = '6', .type = &option_flag,
	  FIELD(goal.family), .value = FAMILY_IPV6, IN_FAMILIES,
	  .excludes = "ipv4",
	  .help = "flows over IPv6" },

	{ .name = "peer", .argument = "ADDR", .type = &option_address,
	  AT(goal.peer), .commands = { &command_check, &command_snapshot },
	  .help = "the flows go to this host: look at the path to it too" },
	{ .name = "tool", .argument = "TOOL", .type = &option_tool,
	  AT(goal.tool), IN_CHECK,
	  .help = "what carries the flows: epoll (the default), or a tool with a thread for each: iperf2, iperf3" },

	{ .name = "no-load", .type = &option_flag,
	  FIELD(load_unwanted), .value = 1, IN_CHECK, .excludes = "load",
	  .help = "judge without the load test: a prediction, not a proof" },
	{ .name = "load", .type = &option_flag,
	  FIELD(load_wanted), .value = 1, IN_CHECK,
	  .help = "run the load test with --netns and --role too" },
	{ .name = "isolated", .type = &option_flag,
	  FIELD(isolated), .value = 1, IN_TESTS, .excludes = "no-load",
	  .help = "run the load test in a network namespace of its own, with this one's sysctls: no TIME_WAIT, conntrack entry or counter is left behind" },
	{ .name = "time", .argument = "T", .type = &option_duration,
	  FIELD(load.time_ns), .min = TIME_MIN_NS, .max = TIME_MAX_NS,
	  IN_TESTS, .of_load = true,
	  .help = "how long the load test carries data (default 2s)" },
	{ .name = "bytes", .argument = "N", .type = &option_bytes,
	  FIELD(load.bytes_per_flow), .min = 1, .max = BYTES_MAX,
	  IN_TESTS, .excludes = "time", .of_load = true,
	  .help = "bytes that each flow carries each way, instead of a time" },
	{ .name = "direction", .argument = "WAY", .type = &option_choice,
	  FIELD(load.direction), .words = direction_words,
	  IN_TESTS, .of_load = true,
	  .help = "who sends: up is the client, down the server (default up)" },
	{ .name = "send", .argument = "HOW", .type = &option_choice,
	  FIELD(load.send), .words = send_words, IN_TESTS, .of_load = true,
	  .help = "copy every byte into the kernel, or zerocopy: splice pages that stay where they are (default copy)" },
	{ .name = "receive", .argument = "HOW", .type = &option_choice,
	  FIELD(load.receive), .words = receive_words,
	  IN_TESTS, .of_load = true,
	  .help = "copy every byte out of the kernel, or discard: have it counted and thrown away there (default copy)" },
	{ .name = "verify", .type = &option_flag,
	  FIELD(load.verify), .value = 1, IN_TESTS, .of_load = true,
	  .help = "compare every byte that is received with what was sent, and say where they differ" },
	{ .name = "backlog", .argument = "B", .type = &option_count,
	  FIELD(load.backlog), .min = 0, .max = LOAD_BACKLOG_MAX,
	  IN_TESTS, .excludes = "port", .of_load = true,
	  .help = "what the load test's listener asks listen() for (default: all there is)" },
	{ .name = "accept", .argument = "HOW", .type = &option_accept,
	  AT(load), IN_TESTS, .of_load = true,
	  .help = "when the load test accepts: held until the burst has arrived, at once, or slowly (default held)" },
	{ .name = "eager", .type = &option_flag,
	  FIELD(load.eager), .value = 1, IN_TESTS, .of_load = true,
	  .help = "clients write at once, as iperf does: overflows become resets" },
	{ .name = "rate", .argument = "R/s", .type = &option_rate,
	  FIELD(load.rate_per_s), .min = 1, .max = LOAD_PER_S_MAX, IN_LOAD,
	  .help = "connects by a schedule, and not in a burst; latency counts from when each was due" },
	{ .name = "request", .argument = "A", .type = &option_bytes,
	  FIELD(load.request_bytes), .min = 1, .max = MESSAGE_MAX, IN_LOAD,
	  .needs = "response",
	  .help = "flows send A bytes and wait for the response, again and again, for --time or until --bytes" },
	{ .name = "response", .argument = "B", .type = &option_bytes,
	  FIELD(load.response_bytes), .min = 1, .max = MESSAGE_MAX, IN_LOAD,
	  .needs = "request",
	  .help = "bytes that answer each request" },
	{ .name = "hold", .type = &option_flag,
	  FIELD(load.shape), .value = LOAD_HOLD, IN_LOAD,
	  .help = "flows idle for --time; at the end each must answer" },
	{ .name = "churn", .argument = "R/s", .type = &option_rate,
	  FIELD(load.rate_per_s), .min = 1, .max = CHURN_MAX, IN_LOAD,
	  .help = "connect, exchange, close, at this rate for --time, with at most --flows open: what becomes of ports and TIME_WAIT" },
	{ .name = "sources", .argument = "N", .type = &option_count,
	  FIELD(load.sources), .min = 1, .max = SOURCES_MAX, IN_LOAD,
	  .help = "clients come from 127.0.0.1 to 127.0.0.N (default: as many as the flows need ports)" },
	{ .name = "interval", .argument = "T", .type = &option_duration,
	  FIELD(load.interval_ns), .min = INTERVAL_MIN_NS, .max = TIME_MAX_NS,
	  IN_LOAD,
	  .help = "how often the bytes read are noted, and show them (default 1s, in JSON only)" },
	{ .name = "close", .argument = "HOW", .type = &option_choice,
	  FIELD(load.close), .words = close_words,
	  IN_TESTS, .of_load = true,
	  .help = "how flows end once they are accounted for: fin in order, which leaves TIME_WAIT behind, or rst, which leaves nothing (default fin, for as many as net.ipv4.tcp_max_tw_buckets takes)" },
	{ .name = "workers", .argument = "N", .type = &option_count,
	  FIELD(load.workers), .min = 1, .max = WORKERS_MAX,
	  IN_TESTS, .of_load = true,
	  .help = "threads of the load test (default: one a CPU)" },

	{ .name = "target", .argument = "HOST:PORT", .type = &option_endpoint,
	  AT(target), IN_LOAD, .of_load = true,
	  .help = "connect to a server that runs already, hold the connections for --time, and close; asks first when it is not on this host" },
	{ .name = "send-first", .argument = "N", .type = &option_bytes,
	  FIELD(send_first), .min = 1, .max = LOAD_SEND_FIRST_MAX, IN_LOAD,
	  .needs = "target", .of_load = true,
	  .help = "bytes that each client writes at once when it is connected (default: none)" },
	{ .name = "find-limit", .type = &option_flag,
	  FIELD(find_limit), .value = 1, IN_LOAD, .excludes = "target",
	  .help = "find the largest held burst that loses nothing, up to --flows, and what keeps it there" },
	{ .name = "connect", .argument = "HOST[:PORT]",
	  .type = &option_endpoint, AT(connect), .max = WIRE_PORT, IN_LOAD,
	  .excludes = "port", .of_load = true,
	  .help = "the far ends of the flows are on this host, where `kiloflow serve` runs (default port 5202)" },
	{ .name = "listen", .argument = "ADDR[:PORT]",
	  .type = &option_endpoint, AT(listen), .max = WIRE_PORT, IN_SERVE,
	  .help = "where to listen (default 127.0.0.1:5202, with -6 [::1]:5202); what others reach needs --key-file" },
	{ .name = "key-file", .argument = "FILE", .type = &option_file,
	  AT(key_file), .commands = { &command_load, &command_serve },
	  .help = "both ends prove to have this key, which is never sent; nobody else may read the file" },
	{ .name = "max-flows", .argument = "N", .type = &option_count,
	  FIELD(max_flows), .min = 1, .max = GOAL_FLOWS_MAX, IN_SERVE,
	  .help = "flows of one session (default 100000)" },
	{ .name = "max-bytes", .argument = "N", .type = &option_bytes,
	  FIELD(max_bytes), .min = 1, .max = BYTES_MAX << 10, IN_SERVE,
	  .help = "bytes that one session may move, all its flows together (default 1T)" },
	{ .name = "max-time", .argument = "T", .type = &option_duration,
	  FIELD(max_time_ns), .min = TIME_MIN_NS, .max = TIME_MAX_NS, IN_SERVE,
	  .help = "how long one session may carry data (default 5m)" },
	{ .name = "max-clients", .argument = "N", .type = &option_count,
	  FIELD(max_clients), .min = 1, .max = SERVE_SESSIONS_MAX, IN_SERVE,
	  .help = "sessions of one address at a time (default 4)" },

	{ .name = "netns", .argument = "NS", .type = &option_netns,
	  AT(netns),
	  .commands = { &command_check, &command_load, &command_listeners,
	                &command_policy, &command_snapshot, &command_run,
	                &command_postmortem, &command_watch },
	  .help = "look at another network namespace; all: at every one of the host" },
	{ .name = "from", .argument = "FILE", .type = &option_file,
	  AT(from), IN_OFFLINE,
	  .help = "judge a snapshot's facts (`kiloflow snapshot`), without a load test; - is standard input" },
	{ .name = "sos", .argument = "DIR", .type = &option_folder,
	  AT(sos), .commands = { &command_check, &command_listeners, &command_policy, &command_postmortem },
	  .excludes = "from",
	  .help = "judge the facts that an unpacked sosreport has; with --netns all those of its named namespaces too" },
	{ .name = "before", .argument = "FILE", .type = &option_file,
	  AT(before), IN_POSTMORTEM, .excludes = "sos",
	  .help = "a snapshot from before it happened (default: since boot); - is standard input" },
	{ .name = "after", .argument = "FILE", .type = &option_file,
	  AT(after), IN_POSTMORTEM, .excludes = "sos",
	  .help = "a snapshot from after it happened (default: now)" },
	{ .name = "redact", .type = &option_flag,
	  FIELD(redact), .value = 1, IN_SNAPSHOT,
	  .help = "replace host, process and namespace names and addresses" },
	{ .name = "output", .argument = "FILE", .type = &option_file,
	  AT(output), IN_SNAPSHOT,
	  .help = "write to a file instead of standard output" },
	{ .name = "report", .argument = "FILE", .type = &option_file,
	  AT(report), IN_RUN,
	  .help = "write the report to a file instead of standard error" },
	{ .name = "sample", .argument = "T", .type = &option_duration,
	  FIELD(sample_ns), .min = TIME_MIN_NS, .max = SAMPLE_MAX_NS, IN_LIVE,
	  .help = "how often to look at the listeners (default 10ms; less often where the looks would take more than a fortieth of the time)" },
	{ .name = "for", .argument = "T", .type = &option_duration,
	  FIELD(watch_ns), .min = TIME_MIN_NS, .max = WATCH_MAX_NS, IN_WATCH,
	  .help = "how long to watch (default: until Ctrl-C)" },
	{ .name = "no-trace", .type = &option_flag,
	  FIELD(untraced), .value = 1, IN_LIVE,
	  .help = "do without the kernel's trace events" },
	{ .name = "fix", .type = &option_flag,
	  FIELD(fix), .value = 1, IN_CHECK,
	  .help = "repair what fails or warns, live, and judge again; `kiloflow undo` takes it back" },
	{ .name = "dry-run", .type = &option_flag,
	  FIELD(dry_run), .value = 1, IN_CHECK, .needs = "fix",
	  .help = "show what would be changed, and change nothing" },
	{ .name = "prove", .type = &option_flag,
	  FIELD(prove), .value = 1, IN_CHECK, .needs = "dry-run",
	  .excludes = "no-load",
	  .help = "judge the host as it would be, with a load test in a network namespace of its own that has the planned values" },
	{ .name = "yes", .letter = 'y', .type = &option_flag,
	  FIELD(yes), .value = 1, IN_TESTS,
	  .help = "do not ask: before --fix changes something, before --target connects to another host" },
	{ .name = "persist", .type = &option_flag,
	  FIELD(persist), .value = PERSIST_ALWAYS, IN_CHECK, .needs = "fix",
	  .help = "make sysctls last, by a file in /etc/sysctl.d (the default for root in the host's own namespace)" },
	{ .name = "no-persist", .type = &option_flag,
	  FIELD(persist), .value = PERSIST_NEVER, IN_CHECK, .needs = "fix",
	  .excludes = "persist",
	  .help = "until the next boot only" },
	{ .name = "emit", .argument = "FORM", .type = &option_emit,
	  AT(emit), IN_CHECK, .needs = "fix", .excludes = "dry-run",
	  .help = "print the plan for something else to apply, and change nothing" },
	{ .name = "pid", .argument = "PID", .type = &option_count,
	  FIELD(pid), .min = 1, .max = INT32_MAX, IN_CHECK, .needs = "fix",
	  .help = "repair the listeners of this process, and of no other" },
	{ .name = "journal", .argument = "DIR", .type = &option_folder,
	  AT(journal), .commands = { &command_check, &command_undo },
	  .help = "where it is kept what undo needs (default for root /var/lib/kiloflow)" },
	{ .name = "list", .type = &option_flag,
	  FIELD(undo_list), .value = 1, IN_UNDO, .excludes = "format",
	  .help = "show the fixes that can be taken back, and change nothing" },
	{ .name = "force", .type = &option_flag,
	  FIELD(undo_force), .value = 1, IN_UNDO, .excludes = "list",
	  .help = "restore what somebody has changed since, too" },
	{ .name = "policy", .argument = "FILE", .type = &option_file,
	  AT(policy), IN_TESTS,
	  .help = "judge by this policy file too; `kiloflow help policy` tells its format" },
	{ .name = "ignore", .argument = "ID", .type = &option_ignore,
	  .at = 0, IN_TESTS,
	  .help = "make a rule's findings notes; may be given several times" },
	{ .name = "strict", .type = &option_flag,
	  FIELD(strict), .value = 1,
	  .commands = { &command_check, &command_load, &command_run },
	  .help = "exit 1 on warnings too; of run: when connections failed and the command says 0" },
	{ .name = "format", .argument = "FORMAT", .type = &option_format,
	  AT(format),
	  .commands = { &command_check, &command_load, &command_listeners,
	                &command_undo, &command_run, &command_postmortem,
	                &command_watch, &command_sum },
	  .help = "how the report is written (default text)" },
	{ .name = "color", .argument = "WHEN", .type = &option_choice,
	  FIELD(color), .words = color_words,
	  .commands = { &command_check, &command_load, &command_listeners,
	                &command_run, &command_postmortem, &command_watch,
	                &command_sum },
	  .help = "colors; auto (the default) is on a terminal, unless NO_COLOR is set" },
	{ .name = "quiet", .letter = 'q', .type = &option_flag,
	  FIELD(quiet), .value = 1,
	  .commands = { &command_check, &command_load, &command_serve,
	                &command_postmortem, &command_sum },
	  .excludes = "verbose",
	  .help = "the verdict's line only; of serve: nothing" },
	{ .name = "verbose", .letter = 'v', .type = &option_flag,
	  FIELD(verbose), .value = 1, IN_REPORTS,
	  .help = "everything: what is ok too, every note, every owner" },
	{ .name = "help", .letter = 'h', .type = &option_flag,
	  FIELD(help), .value = 1,
	  .help = "explain the command and its options" },
	{ .name = "version", .letter = 'V', .type = &option_flag,
	  FIELD(version), .value = 1,
	  .help = "print the version" },
	{ .name = NULL },
};
/* clang-format on */

/* clang-format off */
const struct option_clash option_clashes[] = {
	{ "rate", "burst", "a burst is what comes all at once" },
	{ "churn", "rate", "the churn is a rate" },
	{ "churn", "burst", "a burst is what comes all at once" },
	{ "churn", "accept", "the churn accepts each connection at once" },
	{ "churn", "hold", "flows either stay or go" },
	{ "churn", "bytes", "--request and --response say how much they carry" },
	{ "churn", "direction", "requests go up, responses down" },
	{ "churn", "eager", "a client that waits for responses is not eager" },
	{ "churn", "workers", "one thread makes all connections" },
	{ "sources", "ipv6", "loopback has one IPv6 address, ::1" },
	{ "request", "hold", "flows that are held carry nothing" },
	{ "request", "direction", "requests go up, responses down" },
	{ "request", "eager", "a client that waits for responses is not eager" },
	{ "hold", "direction", "flows that are held carry nothing" },
	{ "hold", "bytes", "flows that are held carry nothing" },
	{ "hold", "eager", "flows that are held carry nothing" },
	{ NULL, NULL, NULL },
};
/* clang-format on */

_Static_assert(sizeof(option_table) / sizeof(option_table[0]) <= OPTION_MAX + 1,
               "option_table is longer than OPTION_MAX");

bool option_takes(const struct option *option, const struct command *command)
{
	if (!option->commands[0])
		return true;
	for (size_t i = 0; option->commands[i]; i++) {
		if (option->commands[i] == command)
			return true;
	}
	return false;
}
