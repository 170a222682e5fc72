// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * options - see options.h.
 *
 * getopt_long() is not used: it takes abbreviations, which would change
 * their meaning with each new option, and cannot tell a missing argument
 * from an unknown name well enough for the messages that belong here.
 */
#include "checker/cli/options.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "checker/cli/command.h"
#include "checker/cli/offline.h"
#include "checker/cli/option.h"
#include "checker/cli/suggest.h"
#include "checker/report/report.h"
#include "probes/base/err.h"
#include "probes/base/text.h"
#include "probes/load/wire.h"

struct parse {
	char *const *word; /* what is left, ends with NULL */
	struct options *ret;
	bool given[OPTION_MAX]; /* by row of the table */
	struct err *err;
};

/* What a user typed, safe to show. */
struct shown {
	char text[96];
};

static struct shown show(const char *text)
{
	struct shown shown;

	(void)text_escape(shown.text, sizeof(shown.text), text, strlen(text));
	return shown;
}

static int refuse_argument(const struct option *option, const char *text,
                           int rc, struct err *err)
{
	char range[128];

	option->type->range(option, range, sizeof(range));
	err_hint(err, "use %s", range);
	if (!text)
		return err_set(err, -EINVAL, "--%s: its argument is missing",
		               option->name);
	if (rc == -ERANGE)
		return err_set(err, -EINVAL, "--%s: \"%s\" is out of range",
		               option->name, show(text).text);
	return err_set(err, -EINVAL, "--%s: \"%s\" is not %s", option->name,
	               show(text).text, option->type->kind);
}

/* Which commands do take it? */
static int refuse_here(const struct option *option,
                       const struct command *command, struct err *err)
{
	char names[64] = "";

	for (size_t i = 0; option->commands[i]; i++)
		text_join(names, sizeof(names), ", ",
		          option->commands[i]->name);
	err_hint(err, "it is one of %s", names);
	return err_set(err, -EINVAL, "--%s: not an option of %s", option->name,
	               command->name);
}

static int refuse_unknown(const struct command *command, const char *typed,
                          struct err *err)
{
	const char *bare = typed + strspn(typed, "-");
	struct suggest suggest;
	char name[64];
	char words[160];
	char help[64];

	(void)snprintf(name, sizeof(name), "%.*s", (int)strcspn(bare, "="),
	               bare);
	suggest = suggest_for(name, "--");

	for (size_t i = 0; option_table[i].name; i++) {
		if (option_takes(&option_table[i], command))
			suggest_offer(&suggest, option_table[i].name);
	}
	(void)snprintf(help, sizeof(help), "`kiloflow help %s` lists them",
	               command->name);
	err_hint(err, "%s",
	         suggest_words(&suggest, words, sizeof(words), help));
	return err_set(err, -EINVAL, "there is no option \"%s\"",
	               show(typed).text);
}

/* An argument may be a negative number, to be refused as one. */
static bool looks_like_option(const char *word)
{
	return word[0] == '-' && word[1] && (word[1] < '0' || word[1] > '9');
}

/* @attached: what stood after '=', NULL: nothing */
static int apply(struct parse *parse, const struct option *option,
                 const char *attached)
{
	const char *text = attached;
	char *to = (char *)parse->ret + option->at;
	int rc;

	if (!option_takes(option, parse->ret->command))
		return refuse_here(option, parse->ret->command, parse->err);
	if (!option->argument && attached) {
		err_hint(parse->err, "leave it out");
		return err_set(parse->err, -EINVAL,
		               "--%s: takes no argument, and got \"%s\"",
		               option->name, show(attached).text);
	}
	if (option->argument && !text && *parse->word &&
	    !looks_like_option(*parse->word))
		text = *parse->word++;
	if (option->argument && !text)
		return refuse_argument(option, NULL, 0, parse->err);
	rc = option->type->parse(option, text, to);
	if (rc)
		return refuse_argument(option, text, rc, parse->err);
	parse->given[option - option_table] = true;
	return 0;
}

static int parse_long(struct parse *parse, const char *typed)
{
	const size_t len = strcspn(typed + 2, "=");
	const char *attached = typed[2 + len] ? typed + 2 + len + 1 : NULL;

	for (size_t i = 0; option_table[i].name; i++) {
		const struct option *option = &option_table[i];

		if (strlen(option->name) == len &&
		    !strncmp(option->name, typed + 2, len))
			return apply(parse, option, attached);
	}
	return refuse_unknown(parse->ret->command, typed, parse->err);
}

static const struct option *by_letter(char letter)
{
	for (size_t i = 0; option_table[i].name; i++) {
		if (option_table[i].letter == letter)
			return &option_table[i];
	}
	return NULL;
}

/* "-q", or several at once: "-6v"; none of them takes an argument. */
static int parse_letters(struct parse *parse, const char *typed)
{
	for (const char *letter = typed + 1; *letter; letter++) {
		const struct option *option = by_letter(*letter);
		int rc;

		if (!option)
			return refuse_unknown(parse->ret->command, typed,
			                      parse->err);
		rc = apply(parse, option, NULL);
		if (rc)
			return rc;
	}
	return 0;
}

/* All from the last word on is another command. */
static void take_rest(struct parse *parse)
{
	parse->ret->run = parse->word - 1;
	while (*parse->word)
		parse->word++;
}

static int parse_word(struct parse *parse, const char *word)
{
	const struct command *command = parse->ret->command;

	if (command->args && !parse->ret->word) {
		parse->ret->word = word;
		if (command->runs)
			take_rest(parse);
		return 0;
	}
	err_hint(parse->err, "%s",
	         command == &command_check
	                 ? "the command stands first: kiloflow COMMAND [OPTION]"
	                 : "see `kiloflow help`");
	return err_set(parse->err, -EINVAL, "%s does not take \"%s\"",
	               command->name, show(word).text);
}

static int parse_words(struct parse *parse)
{
	bool options_end = false;
	int rc = 0;

	while (!rc && *parse->word) {
		const char *word = *parse->word++;

		if (options_end || word[0] != '-' || !word[1])
			rc = parse_word(parse, word);
		else if (!strcmp(word, "--"))
			options_end = true;
		else if (word[1] == '-')
			rc = parse_long(parse, word);
		else
			rc = parse_letters(parse, word);
	}
	return rc;
}

static bool is_given(const struct parse *parse, const char *name)
{
	for (size_t i = 0; option_table[i].name; i++) {
		if (!strcmp(option_table[i].name, name))
			return parse->given[i];
	}
	return false;
}

/* A load test must be asked for where it was not expected. */
static const char *no_load(const struct options *options)
{
	if (options->load_unwanted)
		return "--no-load";
	if (options->from)
		return "--from";
	if (options->sos)
		return "--sos";
	if (options->command != &command_check || options->load_wanted ||
	    options->isolated)
		return NULL;
	if (options->netns && !options->netns_all)
		return "--netns without --load";
	if (options->goal.role != ROLE_BOTH)
		return "--role without --load";
	return NULL;
}

static int refuse_together(const struct option *option, struct err *err)
{
	err_hint(err, "leave one of them out");
	return err_set(err, -EINVAL, "--%s and --%s exclude each other",
	               option->name, option->excludes);
}

static int refuse_idle(const struct option *option,
                       const struct options *options, struct err *err)
{
	err_hint(err, options->load_unwanted || offline_option(options)
	                      ? "leave one of them out"
	                      : "add --load");
	return err_set(
		err, -EINVAL,
		"--%s: has no effect without the load test, which %s leaves out",
		option->name, options->no_load);
}

static int refuse_alone(const char *name, const char *needs, struct err *err)
{
	err_hint(err, "add --%s, or leave it out", needs);
	return err_set(err, -EINVAL, "--%s: has no effect without --%s", name,
	               needs);
}

static int check_together(const struct parse *parse)
{
	for (size_t i = 0; option_table[i].name; i++) {
		const struct option *option = &option_table[i];

		if (!parse->given[i])
			continue;
		if (option->excludes && is_given(parse, option->excludes))
			return refuse_together(option, parse->err);
		if (option->needs && !is_given(parse, option->needs))
			return refuse_alone(option->name, option->needs,
			                    parse->err);
		if (option->of_load && parse->ret->no_load)
			return refuse_idle(option, parse->ret, parse->err);
	}
	return 0;
}

static int check_clashes(const struct parse *parse)
{
	for (const struct option_clash *c = option_clashes; c->one; c++) {
		if (!is_given(parse, c->one) || !is_given(parse, c->other))
			continue;
		err_hint(parse->err, "%s: leave one of them out", c->why);
		return err_set(parse->err, -EINVAL,
		               "--%s and --%s do not go together", c->one,
		               c->other);
	}
	return 0;
}

static int check_burst(const struct parse *parse)
{
	struct goal *goal = &parse->ret->goal;

	if (!is_given(parse, "burst"))
		goal->burst = goal->flows;
	if (goal->burst <= goal->flows)
		return 0;
	err_hint(parse->err, "use 1 to %" PRIu64 ", the number of flows",
	         goal->flows);
	return err_set(parse->err, -EINVAL,
	               "--burst: \"%" PRIu64 "\" is out of range", goal->burst);
}

static int check_netns(const struct parse *parse)
{
	const struct options *options = parse->ret;

	if (options->netns_all && options->isolated) {
		err_hint(parse->err, "name one of them");
		return err_set(
			parse->err, -EINVAL,
			"--isolated: stands for one namespace, not for all");
	}
	if (!options->netns_all || options->command != &command_load)
		return 0;
	err_hint(parse->err,
	         "for every one: kiloflow check --netns all --load");
	return err_set(parse->err, -EINVAL,
	               "--netns: load is run in one namespace, not in all");
}

/* Nobody can be asked, on stderr, and nobody has answered. */
static int check_fix(const struct parse *parse)
{
	const struct options *options = parse->ret;
	const char *source = offline_option(options);

	if (!options->fix || options->dry_run || options->emit)
		return 0;
	if (source) {
		err_hint(parse->err, "add --dry-run or --emit");
		return err_set(parse->err, -EINVAL,
		               "--fix: --%s is not the host itself", source);
	}
	if (options->yes || (isatty(STDIN_FILENO) && isatty(STDERR_FILENO)))
		return 0;
	err_hint(parse->err, "add --yes, or --dry-run to see the plan");
	return err_set(parse->err, -EINVAL,
	               "--fix: there is no terminal to ask on");
}

static int refuse_live(const struct parse *parse, const char *name,
                       const char *hint)
{
	err_hint(parse->err, "%s", hint);
	return err_set(parse->err, -EINVAL, "--%s and --%s exclude each other",
	               offline_option(parse->ret), name);
}

/* What needs the host itself; a sosreport has all its namespaces, or none. */
static int check_offline(const struct parse *parse)
{
	static const char *const live[] = { "load", "prove", "pid" };
	const struct options *options = parse->ret;

	if (!offline_option(options))
		return 0;
	for (size_t i = 0; i < sizeof(live) / sizeof(live[0]); i++) {
		if (is_given(parse, live[i]))
			return refuse_live(parse, live[i],
			                   "leave one of them out");
	}
	if (!options->netns || (options->sos && options->netns_all))
		return 0;
	return refuse_live(parse, "netns",
	                   options->sos ? "use --netns all"
	                                : "leave one of them out");
}

static int check_format(const struct parse *parse)
{
	const struct options *options = parse->ret;

	if (!options->format->of_verdicts ||
	    options->command == &command_check ||
	    options->command == &command_load)
		return 0;
	err_hint(parse->err, "use it with %s or %s", command_check.name,
	         command_load.name);
	return err_set(parse->err, -EINVAL,
	               "--format %s: %s gives no verdict to tell of",
	               options->format->name, options->command->name);
}

/* A client that only receives has nothing to be eager with. */
static int check_eager(const struct parse *parse)
{
	const struct load_options *load = &parse->ret->load;

	if (!load->eager || load->direction & LOAD_UP)
		return 0;
	err_hint(parse->err, "use --direction up or both");
	return err_set(parse->err, -EINVAL,
	               "--eager and --direction down do not go together");
}

/* What the kernel has thrown away nobody can look at. */
static int check_verify(const struct parse *parse)
{
	const struct load_options *load = &parse->ret->load;

	if (!load->verify || load->receive != LOAD_RECEIVE_DISCARD)
		return 0;
	err_hint(parse->err, "use --receive copy");
	return err_set(parse->err, -EINVAL,
	               "--verify and --receive discard do not go together");
}

/* What is held is a burst; what comes by a schedule is accepted as it does. */
static int check_rate(const struct parse *parse)
{
	struct load_options *load = &parse->ret->load;

	if (!load->rate_per_s)
		return 0;
	if (!is_given(parse, "accept"))
		load->accept = LOAD_ACCEPT_NOW;
	if (load->accept != LOAD_ACCEPT_HELD)
		return 0;
	err_hint(parse->err, "use --accept now or slow:N/s");
	return err_set(parse->err, -EINVAL,
	               "--rate and --accept held do not go together");
}

static int refuse_idle_with(const char *name, const char *mode, struct err *err)
{
	err_hint(err, "leave one of them out");
	return err_set(err, -EINVAL, "--%s: has no effect with --%s", name,
	               mode);
}

/* Of what shapes a load test, @mode takes these options and no more. */
static int check_shape(const struct parse *parse, const char *mode,
                       const char *const *taken, size_t n_taken)
{
	for (size_t i = 0; option_table[i].name; i++) {
		const struct option *option = &option_table[i];
		bool takes = !parse->given[i] || !option->of_load;

		for (size_t t = 0; !takes && t < n_taken; t++)
			takes = !strcmp(taken[t], option->name);
		if (!takes)
			return refuse_idle_with(option->name, mode, parse->err);
	}
	return 0;
}

/* Each burst of a search is a test of one kind: it takes no other shape. */
static int check_find_limit(const struct parse *parse)
{
	static const char *const taken[] = { "backlog", "workers" };

	if (!parse->ret->find_limit)
		return 0;
	return check_shape(parse, "find-limit", taken,
	                   sizeof(taken) / sizeof(taken[0]));
}

/* The server is what it is: nothing of it is the load test's to shape. */
static int check_target(const struct parse *parse)
{
	static const char *const taken[] = { "target", "send-first", "time",
		                             "close" };
	static const char *const others[] = { "burst", "port", "isolated" };

	if (!parse->ret->target.host[0])
		return 0;
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		if (is_given(parse, others[i]))
			return refuse_idle_with(others[i], "target",
			                        parse->err);
	}
	return check_shape(parse, "target", taken,
	                   sizeof(taken) / sizeof(taken[0]));
}

/* What is there to ask about? */
static int check_yes(const struct parse *parse)
{
	const struct options *options = parse->ret;

	if (!options->yes || options->fix || options->target.host[0])
		return 0;
	return refuse_alone(
		"yes", options->command == &command_load ? "target" : "fix",
		parse->err);
}

/* What one of two hosts cannot do by itself. */
static int check_far(const struct parse *parse)
{
	static const char *const taken[] = { "connect", "backlog",   "accept",
		                             "bytes",   "direction", "time",
		                             "workers" };
	const struct options *options = parse->ret;
	const uint64_t bytes = options->load.bytes_per_flow;

	if (!options->connect.host[0]) {
		return options->command == &command_load && options->key_file
		               ? refuse_alone("key-file", "connect", parse->err)
		               : 0;
	}
	if (options->isolated)
		return refuse_idle_with("isolated", "connect", parse->err);
	if (bytes && bytes < WIRE_HEADER_BYTES) {
		err_hint(parse->err, "use %d or more", WIRE_HEADER_BYTES);
		return err_set(
			parse->err, -EINVAL,
			"--bytes: with --connect a flow begins with %d bytes that say which it is",
			WIRE_HEADER_BYTES);
	}
	return check_shape(parse, "connect", taken,
	                   sizeof(taken) / sizeof(taken[0]));
}

/* The far end is another host's, and a literal address tells its family. */
static void take_far(struct options *ret)
{
	if (!ret->connect.host[0])
		return;
	ret->far = (struct load_far){
		.host = ret->connect.host,
		.port = ret->connect.port,
		.key_file = ret->key_file,
	};
	ret->load.far = &ret->far;
	ret->goal.role = ROLE_CLIENT;
	ret->goal.peer = ret->connect.host;
	if (strchr(ret->connect.host, ':'))
		ret->goal.family = FAMILY_IPV6;
}

static int check_word(const struct parse *parse)
{
	const struct command *command = parse->ret->command;

	if (!command->args || command->args[0] == '[' || parse->ret->word)
		return 0;
	err_hint(parse->err, "use kiloflow %s %s", command->name,
	         command->args);
	return err_set(parse->err, -EINVAL, "%s: its argument is missing",
	               command->name);
}

/* Everything that a row of the table cannot say by itself. */
static int finish(struct parse *parse)
{
	struct options *ret = parse->ret;
	int rc;

	ret->isolated |= ret->prove;
	ret->netns_all = ret->netns && !strcmp(ret->netns, "all");
	ret->no_load = no_load(ret);
	rc = check_together(parse);
	if (!rc)
		rc = check_clashes(parse);
	if (!rc)
		rc = check_netns(parse);
	if (!rc)
		rc = check_offline(parse);
	if (!rc)
		rc = check_fix(parse);
	if (!rc)
		rc = check_burst(parse);
	if (!rc)
		rc = check_format(parse);
	if (!rc)
		rc = check_eager(parse);
	if (!rc)
		rc = check_verify(parse);
	if (!rc)
		rc = check_rate(parse);
	if (!rc)
		rc = check_find_limit(parse);
	if (!rc)
		rc = check_target(parse);
	if (!rc)
		rc = check_far(parse);
	if (!rc)
		rc = check_yes(parse);
	if (!rc)
		rc = check_word(parse);
	if (rc)
		return rc;
	take_far(ret);
	ret->load.flows = ret->goal.flows;
	ret->load.burst = ret->goal.burst;
	ret->load.family = ret->goal.family;
	ret->family_asked = is_given(parse, "ipv4") || is_given(parse, "ipv6");
	/* check proves its goal, which one process has, to one destination */
	ret->load.spread = ret->command == &command_load && !ret->load.far;
	if (is_given(parse, "request"))
		ret->load.shape = LOAD_REQUEST;
	if (is_given(parse, "churn")) {
		ret->load.shape = LOAD_CHURN;
		ret->load.spread = false;
	}
	return 0;
}

/* --help and --version stand for the commands of that name. */
static bool replace_command(struct options *options, bool named)
{
	if (options->help) {
		options->word = named ? options->command->name : NULL;
		options->command = &command_help;
	} else if (options->version) {
		options->command = &command_version;
	}
	return options->help || options->version;
}

const struct report_format *options_format(int argc, char *const *argv)
{
	static const char name[] = "--format";
	const size_t len = sizeof(name) - 1;
	const struct report_format *format = NULL;

	for (int i = 1; i < argc && !format; i++) {
		if (!strncmp(argv[i], name, len) && argv[i][len] == '=')
			format = report_format_by_name(argv[i] + len + 1);
		else if (!strcmp(argv[i], name) && i + 1 < argc)
			format = report_format_by_name(argv[i + 1]);
	}
	return format ? format : report_formats[0];
}

int options_parse(int argc, char *const *argv, struct options *ret,
                  struct err *err)
{
	const bool named = argc > 1 && argv[1][0] != '-';
	struct parse parse = {
		.word = argv + (argc > 0) + named,
		.ret = ret,
		.err = err,
	};
	int rc;

	*ret = (struct options){
		.command = commands[0],
		.goal = goal_default(),
		.format = report_formats[0],
		.max_flows = 100000,
		.max_bytes = UINT64_C(1) << 40,
		.max_time_ns = UINT64_C(300000000000),
		.max_clients = 4,
		.sample_ns = SAMPLE_DEFAULT_NS,
	};
	ret->load = load_options_default(&ret->goal);
	if (named)
		ret->command = command_by_name(argv[1], err);
	if (!ret->command)
		return -EINVAL;
	rc = parse_words(&parse);
	if (rc || replace_command(ret, named))
		return rc;
	return finish(&parse);
}
