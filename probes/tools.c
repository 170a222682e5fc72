// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * tools - see tools.h. A version is taken from a line that begins as the
 * tool's own does, and never guessed from the program's name: a distribution
 * may call either of them iperf.
 *
 * What a tool answers is up to whoever put it on PATH: it is bounded in time
 * and size, and what is kept of it is a number and printable characters.
 */
#include "probes/tools.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "probes/base/span.h"
#include "probes/facts.h"
#include "probes/registry.h"

#define ANSWER_BYTES_MAX 4096
#define ANSWER_MS 2000
#define REAP_EVERY_MS 1

static const char *const programs[TOOLS_MAX] = { "iperf", "iperf3" };

/* ---- the answer ---- */

/* Digits; at most 4 of them, so that no part runs into the next. */
static bool take_number(struct span *rest, uint64_t *ret)
{
	uint64_t value = 0;
	int digits = 0;

	while (rest->at < rest->end && *rest->at >= '0' && *rest->at <= '9') {
		value = value * 10 + (uint64_t)(*rest->at++ - '0');
		digits++;
	}
	*ret = value;
	return digits >= 1 && digits <= 4;
}

static bool take_char(struct span *rest, char c)
{
	if (rest->at == rest->end || *rest->at != c)
		return false;
	rest->at++;
	return true;
}

/*
 * What follows the number: "2.0.14a", "3.1b3", "3.0-BETA5", "2.1.0-rc" came
 * before that release; "3.13-mt1", "2.1.8-1" are somebody's edition of it.
 */
static bool is_before_release(struct span suffix)
{
	static const char *const words[] = {
		"a", "b", "rc", "dev", "BETA", "RC"
	};

	(void)take_char(&suffix, '-');
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		const size_t len = strlen(words[i]);

		if ((size_t)(suffix.end - suffix.at) >= len &&
		    !memcmp(suffix.at, words[i], len))
			return true;
	}
	return false;
}

/*
 * "2.1.8", "3.12"; "2.2.n" is of the time before 2.2.0, and "3.17.1+" was
 * built between that release and the next.
 */
static bool parse_version(struct span word, uint64_t *ret)
{
	uint64_t major;
	uint64_t minor;
	uint64_t patch = 0;

	if (!take_number(&word, &major) || !take_char(&word, '.') ||
	    !take_number(&word, &minor))
		return false;
	if (take_char(&word, '.') && !take_number(&word, &patch)) {
		if (!take_char(&word, 'n') || word.at != word.end)
			return false;
		*ret = TOOL_VERSION_BEFORE(major, minor, 0);
		return true;
	}
	if (take_char(&word, '+'))
		*ret = TOOL_VERSION_BEFORE(major, minor, patch + 1);
	else if (is_before_release(word))
		*ret = TOOL_VERSION_BEFORE(major, minor, patch);
	else
		*ret = TOOL_VERSION(major, minor, patch);
	return true;
}

static void copy_printable(struct span word, char *buf, size_t size)
{
	size_t n = 0;

	for (; word.at < word.end && n + 1 < size; word.at++)
		buf[n++] = *word.at > ' ' && *word.at <= '~' ? *word.at : '?';
	buf[n] = '\0';
}

/* "iperf version 2.1.8 ..." or "iperf 3.12 ..." */
static bool parse_line(struct span line, struct tool_facts *ret)
{
	struct span word;
	uint64_t version;
	bool is_2 = false;

	if (!span_word(&line, &word) || !span_is(word, "iperf") ||
	    !span_word(&line, &word))
		return false;
	if (span_is(word, "version")) {
		is_2 = true;
		if (!span_word(&line, &word))
			return false;
	}
	if (!parse_version(word, &version) ||
	    (version < TOOL_VERSION_BEFORE(3, 0, 0)) != is_2)
		return false;
	ret->kind = is_2 ? TOOL_IPERF2 : TOOL_IPERF3;
	ret->version = fact_known(version);
	copy_printable(word, ret->text, sizeof(ret->text));
	return true;
}

void tools_parse(const char *bytes, size_t len, struct tool_facts *ret)
{
	struct span rest = span_of(bytes, len);
	struct span line;

	ret->text[0] = '\0';
	while (span_line(&rest, "", &line)) {
		if (parse_line(line, ret))
			return;
	}
	ret->version = (struct fact_u64){ .state = FACT_BROKEN };
}

/* ---- running it ---- */

static int64_t now_ms(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Nothing to read, and all that it writes into @out_fd. Return: as errno. */
static int redirect(posix_spawn_file_actions_t *actions, int out_fd)
{
	int rc;

	rc = posix_spawn_file_actions_addopen(actions, STDIN_FILENO,
	                                      "/dev/null", O_RDONLY, 0);
	if (!rc)
		rc = posix_spawn_file_actions_adddup2(actions, out_fd,
		                                      STDOUT_FILENO);
	if (!rc)
		rc = posix_spawn_file_actions_adddup2(actions, out_fd,
		                                      STDERR_FILENO);
	return rc;
}

/* Return: 0, or negative errno. */
static int start(char *path, int out_fd, pid_t *ret)
{
	posix_spawn_file_actions_t actions;
	char option[] = "-v";
	char *const arguments[] = { path, option, NULL };
	int rc;

	rc = posix_spawn_file_actions_init(&actions);
	if (rc)
		return -rc;
	rc = redirect(&actions, out_fd);
	if (!rc)
		rc = posix_spawn(ret, path, &actions, NULL, arguments, environ);
	(void)posix_spawn_file_actions_destroy(&actions);
	return -rc;
}

/* Read to its end, to @size, or to the deadline. Return: bytes read. */
static size_t read_answer(int fd, char *buf, size_t size, int64_t deadline_ms)
{
	size_t len = 0;

	while (len < size) {
		const int64_t left_ms = deadline_ms - now_ms();
		struct pollfd pollfd = { .fd = fd, .events = POLLIN };
		ssize_t n;

		if (left_ms <= 0)
			break;
		if (poll(&pollfd, 1, (int)left_ms) != 1)
			continue;
		n = read(fd, buf + len, size - len);
		if (n <= 0)
			break;
		len += (size_t)n;
	}
	return len;
}

/* It has closed its output and will end, or else is ended. */
static void reap(pid_t pid, int64_t deadline_ms)
{
	while (waitpid(pid, NULL, WNOHANG) == 0) {
		if (now_ms() >= deadline_ms) {
			(void)kill(pid, SIGKILL);
			(void)waitpid(pid, NULL, 0);
			return;
		}
		(void)poll(NULL, 0, REAP_EVERY_MS);
	}
}

/* Return: 0, or negative errno. */
static int ask(char *path, char *buf, size_t size, size_t *ret_len)
{
	const int64_t deadline_ms = now_ms() + ANSWER_MS;
	int fds[2] = { -1, -1 };
	pid_t pid = -1;
	int rc;

	if (pipe2(fds, O_CLOEXEC))
		return -errno;
	rc = start(path, fds[1], &pid);
	(void)close(fds[1]);
	if (!rc) {
		*ret_len = read_answer(fds[0], buf, size, deadline_ms);
		if (*ret_len == size)
			(void)kill(pid, SIGKILL);
		reap(pid, deadline_ms);
	}
	(void)close(fds[0]);
	return rc;
}

/* ---- finding it ---- */

static bool is_program(const char *path)
{
	struct stat stat_buf;

	return !stat(path, &stat_buf) && S_ISREG(stat_buf.st_mode) &&
	       !access(path, X_OK);
}

/* The first on @search, as a shell would; never below the working folder. */
static bool find(const char *search, const char *program, char *path,
                 size_t size)
{
	while (search && *search) {
		const size_t len = strcspn(search, ":");
		const int n = snprintf(path, size, "%.*s/%s", (int)len, search,
		                       program);

		if (*search == '/' && n > 0 && (size_t)n < size &&
		    is_program(path))
			return true;
		search += len + (search[len] == ':');
	}
	path[0] = '\0';
	return false;
}

static void read_tool(const char *search, struct tool_facts *ret)
{
	char answer[ANSWER_BYTES_MAX];
	size_t len = 0;
	int rc;

	if (!find(search, ret->program, ret->path, sizeof(ret->path))) {
		ret->version.state = FACT_ABSENT;
		return;
	}
	rc = ask(ret->path, answer, sizeof(answer), &len);
	if (rc)
		ret->version.state = fact_state_from_errno(rc);
	else
		tools_parse(answer, len, ret);
}

void tools_read(const char *search, struct tools_facts *ret)
{
	*ret = (struct tools_facts){ 0 };
	for (size_t i = 0; i < TOOLS_MAX; i++) {
		(void)snprintf(ret->tool[i].program,
		               sizeof(ret->tool[i].program), "%s", programs[i]);
		read_tool(search, &ret->tool[i]);
	}
}

static int run(const struct probe_env *env, struct host *host,
               struct netns_facts *ns, struct err *err)
{
	(void)env;
	(void)ns;
	(void)err;
	tools_read(getenv("PATH"), &host->tools);
	return 0;
}

const struct probe probe_tools = {
	.name = "tools",
	.scope = PROBE_HOST,
	.serves = PROBE_FOR_CHECK,
	.run = run,
};
