// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * incident NAME PORT - play a scenario, and say what truly happened
 *
 * `incident NAME PORT setup` prepares this network namespace for it, and
 * `incident NAME PORT assist` stays and does, until it is killed, what the
 * scenario may ask for that needs rights. `incident list` names them all.
 *
 * Only in a namespace made for it: the setup has no way back.
 */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/host/incidents/scene.h"

static const struct scenario *const tables[] = {
	accept_queue_scenarios, syn_queue_scenarios, closing_scenarios,
	silence_scenarios,      refusal_scenarios,   resource_scenarios,
	mixture_scenarios,      control_scenarios,
};

#define N_TABLES (sizeof(tables) / sizeof(*tables))

static const struct scenario *find(const char *name)
{
	for (size_t i = 0; i < N_TABLES; i++) {
		for (const struct scenario *row = tables[i]; row->name; row++) {
			if (!strcmp(row->name, name))
				return row;
		}
	}
	errx(2, "no scenario is called %s", name);
}

static int list(void)
{
	for (size_t i = 0; i < N_TABLES; i++) {
		for (const struct scenario *row = tables[i]; row->name; row++)
			puts(row->name);
	}
	return 0;
}

/* --- what needs rights --- */

static void command(const char *line)
{
	if (system(line))
		errx(1, "this failed: %s", line);
}

/* An absent sysctl is an older kernel's: the scenario takes longer there. */
static void set_sysctls(const char *assignments)
{
	char line[512];

	(void)snprintf(
		line, sizeof(line),
		"set -e; for a in %s; do f=/proc/sys/net/ipv4/${a%%%%=*}; "
		"if [ -e $f ]; then echo ${a#*=} | tr , ' ' >$f; fi; done",
		assignments);
	command(line);
}

static void set_firewall(const char *rules, uint16_t port)
{
	char line[2048];
	size_t used = (size_t)snprintf(
		line, sizeof(line),
		"nft 'table inet incident { chain input { type filter hook input priority 0; ");

	while (*rules) {
		if (!strncmp(rules, "PORT", 4)) {
			used += (size_t)snprintf(
				line + used, sizeof(line) - used, "%u", port);
			rules += 4;
		} else {
			line[used++] = *rules == ';' ? '\n' : *rules;
			rules++;
		}
		if (used > sizeof(line) - 16)
			errx(1, "too long a firewall");
	}
	(void)snprintf(line + used, sizeof(line) - used, "}\n}'");
	command(line);
}

static int play(const struct scenario *row, uint16_t port);

static int set_up(const struct scenario *row, uint16_t port)
{
	char line[256];

	if (row->sysctls)
		set_sysctls(row->sysctls);
	if (row->firewall)
		set_firewall(row->firewall, port);
	if (row->address) {
		(void)snprintf(line, sizeof(line), "ip addr add %s dev lo",
		               row->address);
		command(line);
	}
	return row->before ? play(find(row->before), port) : 0;
}

static void assist_once(const struct scenario *row, uint16_t port, int fd)
{
	char what[64] = "";
	char line[256] = "";

	if (recv(fd, what, sizeof(what) - 1, 0) <= 0)
		return;
	if (!strcmp(what, "destroy"))
		(void)snprintf(
			line, sizeof(line),
			"ss -HK state established sport = :%u >/dev/null 2>&1",
			port);
	else if (!strcmp(what, "destroy-listener"))
		(void)snprintf(
			line, sizeof(line),
			"ss -HK state listening sport = :%u >/dev/null 2>&1",
			port);
	else if (!strcmp(what, "remove"))
		(void)snprintf(line, sizeof(line), "ip addr del %s dev lo",
		               row->address);
	else
		errx(1, "asked for %s", what);
	command(line);
	(void)send(fd, "", 1, MSG_NOSIGNAL);
}

/* Says "ready": only then may the scenario begin. */
static int assist(const struct scenario *row, uint16_t port)
{
	struct sockaddr_un where = { .sun_family = AF_UNIX };
	const int door = socket(AF_UNIX, SOCK_SEQPACKET, 0);
	const int length =
		snprintf(where.sun_path + 1, sizeof(where.sun_path) - 1,
	                 "incident-%u", port);

	if (door < 0 ||
	    bind(door, (const struct sockaddr *)&where,
	         (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 +
	                     (size_t)length)) ||
	    listen(door, 1))
		err(1, "the assistant's door");
	puts("ready");
	(void)fflush(stdout);
	for (;;) {
		const int fd = accept(door, NULL, NULL);

		if (fd < 0)
			err(1, "accept");
		assist_once(row, port, fd);
		(void)close(fd);
	}
}

/* --- the play --- */

static void be_server(struct scene *scene)
{
	const struct scenario *row = scene->row;

	if (prctl(PR_SET_NAME, "server") || prctl(PR_SET_PDEATHSIG, SIGKILL))
		err(1, "prctl");
	if (row->backlog)
		scene->listener = listen_on(HERE, scene->port, row->backlog);
	tell(scene);
	if (row->serve)
		row->serve(scene);
	/* Nobody is reset by the end of the play. */
	(void)hear(scene);
	if (scene->listener >= 0)
		drain(scene->listener);
	_exit(0);
}

static int play(const struct scenario *row, uint16_t port)
{
	struct scene scene = { .row = row, .port = port, .listener = -1 };
	int way[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, way))
		err(1, "socketpair");
	scene.server = fork();
	if (scene.server < 0)
		err(1, "fork");
	scene.other = way[!scene.server];
	(void)close(way[!!scene.server]);
	if (!scene.server)
		be_server(&scene);
	if (prctl(PR_SET_NAME, "client"))
		err(1, "prctl");
	if (!hear(&scene))
		errx(1, "the server did not begin");
	row->act(&scene);
	wait_ms(600); /* so that who looks now and then can see the server */
	print_truth(&scene);
	(void)fflush(stdout);
	(void)shutdown(scene.other, SHUT_RDWR);
	(void)waitpid(scene.server, NULL, 0);
	return 0;
}

int main(int argc, char **argv)
{
	const struct scenario *row;
	int port;

	if (argc == 2 && !strcmp(argv[1], "list"))
		return list();
	port = argc >= 3 ? atoi(argv[2]) : 0;
	if (port < 1024 || port > 32700)
		errx(2, "usage: incident NAME PORT [setup|assist]");
	row = find(argv[1]);
	if (argc == 3)
		return play(row, (uint16_t)port);
	if (!strcmp(argv[3], "setup"))
		return set_up(row, (uint16_t)port);
	return assist(row, (uint16_t)port);
}
