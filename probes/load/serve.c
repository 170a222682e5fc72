// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * serve - see serve.h.
 *
 * Until it has proved that it has the key, a client is a row of a small table,
 * may say two short lines, and has a few seconds for that; what it says wrong
 * closes the connection without a word. When the table is full the oldest row
 * gives way, so that those who only wait keep nobody out.
 */
#include "probes/load/serve.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "probes/base/err.h"
#include "probes/load/clock.h"
#include "probes/load/sandbox.h"
#include "probes/load/session.h"

/* Clients that have not proved anything yet. */
#define CLIENTS_MAX 64
#define PROOF_NS (5 * NS_PER_S)

/* Long enough for a hello and for a proof. */
#define FIRST_LINE_MAX 256

#define BACKLOG 128
#define TURN_MS 500

/* Between SIGTERM and SIGKILL for sessions that go on. */
#define END_MS 3000

#define EVENT_LISTENER UINT64_MAX
#define EVENT_STOP (UINT64_MAX - 1)
#define EVENTS 64

struct client {
	struct control control; /* fd -1: the place is free */
	union address address;
	struct secret_nonces nonces;
	bool challenged;
	uint64_t since_ns;
};

struct child {
	pid_t pid; /* 0: the place is free */
	union address address;
};

struct server {
	const struct serve_options *options;
	struct secret secret;
	int listen_fd, epoll_fd;
	struct session_files files;
	struct client clients[CLIENTS_MAX];
	struct child children[SERVE_SESSIONS_MAX];
	bool is_child; /* this process was a session's */
	bool stopped;
	struct wire_message message;
};

const char *serve_missing(void)
{
	return NULL;
}

static void tell(const struct server *server, const union address *address,
                 const char *what)
{
	const struct serve_options *options = server->options;
	char text[ADDRESS_TEXT_MAX];
	char line[160];

	if (!options->tell)
		return;
	address_text(address, text);
	(void)snprintf(line, sizeof(line), "%s: %s", text, what);
	options->tell(options->to, line);
}

/* ---- where it listens ---- */

static int address_of(const struct serve_options *options, union address *ret)
{
	const char *text = options->address;

	(void)address_loopback(ret,
	                       options->is_ipv6 ? FAMILY_IPV6 : FAMILY_IPV4, 0);
	if (text && strchr(text, ':')) {
		(void)address_loopback(ret, FAMILY_IPV6, 0);
		if (inet_pton(AF_INET6, text, &ret->in6.sin6_addr) != 1)
			return -EINVAL;
	} else if (text) {
		(void)address_loopback(ret, FAMILY_IPV4, 0);
		if (inet_pton(AF_INET, text, &ret->in.sin_addr) != 1)
			return -EINVAL;
	}
	address_set_port(ret, options->port);
	return 0;
}

int serve_check(const struct serve_options *options, struct err *err)
{
	union address address;
	struct secret secret;

	if (address_of(options, &address)) {
		err_hint(err, "use an address of this host, such as 10.0.0.1");
		return err_set(err, -EINVAL, "--listen: this is no address");
	}
	if (address_is_loopback(&address) || options->key_file)
		return secret_read(options->key_file, &secret, err);
	err_hint(
		err,
		"make one: (umask 077; head -c 32 /dev/urandom | base64 >kiloflow.key)");
	return err_set(
		err, -EINVAL,
		"--listen: others can reach this address, so --key-file is needed");
}

static int listen_on(const union address *address)
{
	const int on = 1;
	const int fd = socket(address->any.sa_family,
	                      SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	int rc;

	if (fd < 0)
		return -errno;
	(void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (!bind(fd, &address->any, address_length(address)) &&
	    !listen(fd, BACKLOG))
		return fd;
	rc = -errno;
	(void)close(fd);
	return rc;
}

static int server_listen(struct server *server, struct err *err)
{
	const struct serve_options *options = server->options;
	char text[ADDRESS_TEXT_MAX];
	union address address;

	(void)address_of(options, &address);
	server->listen_fd = listen_on(&address);
	if (server->listen_fd >= 0)
		return 0;
	address_text(&address, text);
	return err_set(err, server->listen_fd,
	               "cannot listen on %s, port %u: %s", text, options->port,
	               strerror(-server->listen_fd));
}

/* ---- sessions ---- */

static void reap(struct server *server)
{
	for (size_t i = 0; i < SERVE_SESSIONS_MAX; i++) {
		struct child *child = &server->children[i];

		if (child->pid && waitpid(child->pid, NULL, WNOHANG))
			child->pid = 0;
	}
}

/* A free place. Return: NULL: as many as may be are there, @ret_n of them. */
static struct child *place_for(struct server *server,
                               const union address *address, uint64_t *ret_max)
{
	struct child *free = NULL;
	uint64_t n = 0;

	*ret_max = server->options->max_clients;
	reap(server);
	for (size_t i = 0; i < SERVE_SESSIONS_MAX; i++) {
		struct child *child = &server->children[i];

		if (!child->pid)
			free = child;
		else if (address_is_same(&child->address, address))
			n++;
	}
	if (!free)
		*ret_max = SERVE_SESSIONS_MAX;
	return n < server->options->max_clients ? free : NULL;
}

static void client_close(struct client *client)
{
	control_close(&client->control);
}

static void refuse(struct server *server, struct client *client, uint64_t max)
{
	struct wire_message *message = &server->message;

	message->type = WIRE_REFUSED;
	(void)snprintf(message->resource, sizeof(message->resource),
	               "--max-clients");
	message->have = max;
	message->need = max + 1;
	(void)control_send(&client->control, message, 0);
	tell(server, &client->address, "refused: too many sessions");
}

/* In the new process: nothing of the server's is any of its business. */
static void become_session(struct server *server, struct client *client)
{
	struct session session = {
		.options = server->options,
		.files = &server->files,
		.control = client->control,
		.peer = client->address,
	};

	server->is_child = true;
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	client->control.fd = -1;
	for (size_t i = 0; i < CLIENTS_MAX; i++)
		client_close(&server->clients[i]);
	(void)close(server->listen_fd);
	(void)close(server->epoll_fd);
	session.control.max_line = WIRE_LINE_MAX;
	secret_session(&server->secret, &client->nonces, &session.key);
	session_run(&session);
}

static void begin_session(struct server *server, struct client *client)
{
	uint64_t max;
	struct child *child = place_for(server, &client->address, &max);
	pid_t pid;

	if (!child) {
		refuse(server, client, max);
		return;
	}
	tell(server, &client->address, "a session begins");
	/* Open in a session it would stay in the set, though closed here. */
	(void)epoll_ctl(server->epoll_fd, EPOLL_CTL_DEL, client->control.fd,
	                NULL);
	pid = fork();
	if (!pid) {
		become_session(server, client);
		return;
	}
	if (pid > 0)
		*child = (struct child){ pid, client->address };
	else
		tell(server, &client->address, strerror(errno));
}

/* ---- clients ---- */

static int challenge(struct server *server, struct client *client)
{
	struct wire_message *message = &server->message;

	if (client->challenged)
		return -EPROTO;
	client->challenged = true;
	(void)memcpy(client->nonces.near, message->nonce,
	             sizeof(message->nonce));
	secret_nonce(client->nonces.far);
	(void)memcpy(message->nonce, client->nonces.far,
	             sizeof(message->nonce));
	message->type = WIRE_CHALLENGE;
	message->version = WIRE_VERSION;
	return control_send(&client->control, message, 0);
}

/* Return: negative: it is done with, one way or the other. */
static int check_proof(struct server *server, struct client *client)
{
	struct wire_message *message = &server->message;
	uint8_t expected[WIRE_MAC_BYTES];

	secret_prove(&server->secret, SECRET_NEAR, &client->nonces, expected);
	if (!client->challenged ||
	    !secret_equal(expected, message->mac, sizeof(expected))) {
		tell(server, &client->address, "has not our key");
		return -EACCES;
	}
	message->type = WIRE_WELCOME;
	secret_prove(&server->secret, SECRET_FAR, &client->nonces,
	             message->mac);
	(void)memcpy(message->host, server->options->host,
	             sizeof(message->host));
	(void)memcpy(message->kernel, server->options->kernel,
	             sizeof(message->kernel));
	if (!control_send(&client->control, message, 0))
		begin_session(server, client);
	return -ECANCELED;
}

static void client_event(struct server *server, struct client *client)
{
	int rc;

	while ((rc = control_take(&client->control, &server->message)) > 0) {
		if (server->message.type == WIRE_HELLO)
			rc = challenge(server, client);
		else if (server->message.type == WIRE_PROOF)
			rc = check_proof(server, client);
		else
			rc = -EPROTO;
		if (rc)
			break;
	}
	if (rc < 0 && !server->is_child)
		client_close(client);
}

/* A free place, if need be that of who has been there for the longest. */
static struct client *place_of_client(struct server *server)
{
	struct client *oldest = &server->clients[0];

	for (size_t i = 0; i < CLIENTS_MAX; i++) {
		struct client *client = &server->clients[i];

		if (client->control.fd < 0)
			return client;
		if (client->since_ns < oldest->since_ns)
			oldest = client;
	}
	client_close(oldest);
	return oldest;
}

static void accept_client(struct server *server)
{
	union address address = { 0 };
	socklen_t len = sizeof(address);
	const int fd = accept4(server->listen_fd, &address.any, &len,
	                       SOCK_NONBLOCK | SOCK_CLOEXEC);
	struct epoll_event event = { .events = EPOLLIN };
	struct client *client;

	if (fd < 0)
		return;
	client = place_of_client(server);
	control_init(&client->control, fd);
	client->control.max_line = FIRST_LINE_MAX;
	client->address = address;
	client->challenged = false;
	client->since_ns = clock_ns();
	event.data.u64 = (uint64_t)(client - server->clients);
	(void)epoll_ctl(server->epoll_fd, EPOLL_CTL_ADD, fd, &event);
}

static void drop_slow(struct server *server)
{
	const uint64_t now_ns = clock_ns();

	for (size_t i = 0; i < CLIENTS_MAX; i++) {
		struct client *client = &server->clients[i];

		if (client->control.fd >= 0 &&
		    now_ns - client->since_ns >= PROOF_NS)
			client_close(client);
	}
}

/* ---- the server ---- */

static void server_turn(struct server *server)
{
	struct epoll_event events[EVENTS];
	const int n = epoll_wait(server->epoll_fd, events, EVENTS, TURN_MS);

	for (int i = 0; i < n && !server->is_child; i++) {
		const uint64_t data = events[i].data.u64;

		if (data == EVENT_STOP)
			server->stopped = true;
		else if (data == EVENT_LISTENER)
			accept_client(server);
		else if (server->clients[data].control.fd >= 0)
			client_event(server, &server->clients[data]);
	}
	if (server->is_child)
		return;
	drop_slow(server);
	reap(server);
}

/* They have seen the same stop_fd; those that do not end are ended. */
static void end_sessions(struct server *server)
{
	const uint64_t until_ns = clock_ns() + END_MS * NS_PER_MS;
	bool some = true;

	while (some) {
		const bool late = clock_ns() >= until_ns;

		reap(server);
		some = false;
		for (size_t i = 0; i < SERVE_SESSIONS_MAX; i++) {
			const pid_t pid = server->children[i].pid;

			some |= pid;
			if (pid && late)
				(void)kill(pid, SIGKILL);
		}
		if (some)
			(void)usleep(10000);
	}
}

static void watch(const struct server *server, int fd, uint64_t data)
{
	struct epoll_event event = { .events = EPOLLIN, .data.u64 = data };

	if (fd >= 0)
		(void)epoll_ctl(server->epoll_fd, EPOLL_CTL_ADD, fd, &event);
}

/* What has to be done before nothing else can be. */
static int server_open(struct server *server, struct err *err)
{
	struct rlimit limit;
	int rc;

	rc = secret_read(server->options->key_file, &server->secret, err);
	if (!rc)
		rc = server_listen(server, err);
	if (rc)
		return rc;
	server->files.snmp = open("/proc/self/net/snmp", O_RDONLY | O_CLOEXEC);
	server->files.netstat =
		open("/proc/self/net/netstat", O_RDONLY | O_CLOEXEC);
	if (!getrlimit(RLIMIT_NOFILE, &limit)) {
		limit.rlim_cur = limit.rlim_max;
		(void)setrlimit(RLIMIT_NOFILE, &limit);
	}
	server->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	if (server->epoll_fd < 0)
		return err_set(err, -errno, "cannot serve: %s",
		               strerror(errno));
	watch(server, server->listen_fd, EVENT_LISTENER);
	watch(server, server->options->stop_fd, EVENT_STOP);
	/* Whatever libsodium has to open for it, it opens now. */
	secret_nonce(server->clients[0].nonces.far);
	return sandbox_enter(err);
}

static void server_close(const struct server *server)
{
	const int fds[] = { server->listen_fd, server->epoll_fd,
		            server->files.snmp, server->files.netstat };

	for (size_t i = server->is_child ? 2 : 0;
	     i < sizeof(fds) / sizeof(fds[0]); i++) {
		if (fds[i] >= 0)
			(void)close(fds[i]);
	}
}

static void say_where(const struct server *server)
{
	union address address;
	char text[80];

	(void)address_of(server->options, &address);
	(void)snprintf(text, sizeof(text), "serving on port %u%s",
	               server->options->port,
	               server->options->key_file ? "" : ", without a key");
	tell(server, &address, text);
}

int serve_run(const struct serve_options *options, struct err *err)
{
	struct server *server = calloc(1, sizeof(*server));
	int rc;

	if (!server)
		return err_set(err, -ENOMEM, "cannot serve: out of memory");
	server->options = options;
	server->listen_fd = -1;
	server->epoll_fd = -1;
	server->files = (struct session_files){ -1, -1 };
	for (size_t i = 0; i < CLIENTS_MAX; i++)
		server->clients[i].control.fd = -1;
	rc = server_open(server, err);
	if (!rc)
		say_where(server);
	while (!rc && !server->stopped && !server->is_child)
		server_turn(server);
	if (!server->is_child) {
		for (size_t i = 0; i < CLIENTS_MAX; i++)
			client_close(&server->clients[i]);
		end_sessions(server);
	}
	server_close(server);
	free(server);
	return rc;
}
