/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * scene - what the programs of this folder share: a server, a crowd of
 * clients, and the truth about what became of them.
 *
 * A scenario is played by two processes, "client" and its child "server", on
 * 127.0.0.1 and a port that no other run on this machine uses. What needs
 * rights is done beforehand (`incident NAME PORT setup`) or by an assistant
 * outside (`incident NAME PORT assist`), so the play itself needs none.
 *
 * A slow network is played with marks: a socket's DSCP, which firewall rules
 * of the scenario's own namespace act upon. Whoever marks a socket takes it
 * off the network, and puts it back by taking the mark off.
 */
#ifndef KILOFLOW_TESTS_HOST_INCIDENTS_SCENE_H
#define KILOFLOW_TESTS_HOST_INCIDENTS_SCENE_H

#include <arpa/inet.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define CROWD_MAX 256
#define HERE INADDR_LOOPBACK

enum mark {
	MARK_NONE = 0,
	MARK_HALF_OPEN = 10 << 2,  /* AF11: its SYN passes, its ACKs do not */
	MARK_BLACK_HOLE = 12 << 2, /* AF12: nothing passes */
	MARK_REJECTED = 14 << 2,   /* AF13: answered with a reset */
};

/* The firewall's rules for those marks, for `struct scenario`. */
#define RULE_HALF_OPEN "ip dscp af11 tcp flags ack / syn,ack drop; "
#define RULE_BLACK_HOLE "ip dscp af12 drop; "
#define RULE_REJECTED "ip dscp af13 meta l4proto tcp reject with tcp reset; "

struct scene;

struct scenario {
	const char *name;
	/* In the server; NULL: it accepts nobody before the end. */
	void (*serve)(struct scene *scene);
	void (*act)(struct scene *scene); /* in the client */
	int backlog;         /* of the listener on scene.port; 0: none there */
	const char *sysctls; /* below net.ipv4: "a=1 b=2"; NULL: as they are */
	/* nft's, for the input hook; "PORT" is replaced; NULL: no firewall */
	const char *firewall;
	const char *address; /* added to lo; NULL: none */
	const char *before;  /* a scenario played beforehand; NULL: none */
};

struct scene {
	const struct scenario *row;
	uint16_t port; /* and the nine that follow */
	int other;     /* the way to the other process */
	int listener;  /* the server's */
	pid_t server;
	int accepted[CROWD_MAX];
	size_t n_accepted;
};

/* --- two processes that wait for each other --- */

/** tell - let the other one go on from its hear() */
void tell(const struct scene *scene);

/** hear - wait until the other one tells; false: it is gone */
bool hear(const struct scene *scene);

void wait_ms(int ms);

/* --- the server --- */

int listen_on(uint32_t address, uint16_t port, int backlog);
void nonblocking(int fd);

/** accept_many - so many connections, kept in scene.accepted */
void accept_many(struct scene *scene, size_t count);

/** serve_echo - accept and answer each byte, until told to end */
void serve_echo(struct scene *scene);

/** serve_echo_on - the same on several listeners */
void serve_echo_on(struct scene *scene, const int *listeners, size_t count);

/** serve_late - accept nobody until told to */
void serve_late(struct scene *scene);

/** read_accepted - read so many bytes from each of scene.accepted */
void read_accepted(const struct scene *scene, size_t bytes);

/** drain - close a listener so that nobody in its queue is reset */
void drain(int listener);

/** close_accepted - all of them */
void close_accepted(struct scene *scene);

/* --- the clients --- */

enum client_state { CLIENT_CONNECTING, CLIENT_OPEN, CLIENT_FAILED };

struct client {
	int fd; /* -1: closed */
	enum client_state state;
};

struct crowd {
	struct client client[CROWD_MAX];
	size_t n;
	size_t delayed; /* connected, but the SYN had to be sent again */
	size_t hung;    /* got no answer in time */
};

/** start - one nonblocking connection is begun; returns the socket */
int start(struct crowd *crowd, uint32_t address, uint16_t port, enum mark mark);

/** start_many - several to 127.0.0.1 */
void start_many(struct crowd *crowd, size_t count, uint16_t port,
                enum mark mark);

/**
 * settle - wait until all have connected or failed; what failed is counted.
 * Those that are still connecting afterwards are counted as hung.
 */
void settle(struct crowd *crowd, int timeout_ms);

/** mark_all - of those that are open */
void mark_all(const struct crowd *crowd, enum mark mark);

/** write_all - so many bytes from each that is open, as far as they fit */
void write_all(struct crowd *crowd, size_t bytes);

/** read_all - one answer each; errors are counted, silence as hung */
void read_all(struct crowd *crowd, int timeout_ms);

/** read_ends - each reads to the end of file */
void read_ends(struct crowd *crowd, int timeout_ms);

/** exchange - write_all of one byte, read_all */
void exchange(struct crowd *crowd);

/** close_all - as a program does that is done */
void close_all(struct crowd *crowd);

/** reset_all - SO_LINGER with 0 seconds */
void reset_all(struct crowd *crowd);

/** abandon_all - vanish without a packet; wants RULE_BLACK_HOLE */
void abandon_all(struct crowd *crowd);

void set_linger_zero(int fd);
void set_option(int fd, int level, int name, int value);

/* --- the truth --- */

/** note_error - what a client's call said; @phase "connect", "write", "read" */
void note_error(const char *phase, int error);

/** errors - how often @phase said @error; 0 as @error: whatever it said */
size_t errors(const char *phase, int error);

/** truth - so many connections suffered from @cause at @port */
void truth(const char *cause, uint16_t port, pid_t pid, size_t count);

/** print_truth - one JSON object on standard output */
void print_truth(const struct scene *scene);

/** ask_assistant - "destroy", "remove"; returns when it is done */
void ask_assistant(const struct scene *scene, const char *what);

/* Tables of scenarios; each ends with a row without a name. */
extern const struct scenario accept_queue_scenarios[];
extern const struct scenario syn_queue_scenarios[];
extern const struct scenario closing_scenarios[];
extern const struct scenario silence_scenarios[];
extern const struct scenario refusal_scenarios[];
extern const struct scenario resource_scenarios[];
extern const struct scenario mixture_scenarios[];
extern const struct scenario control_scenarios[];

#endif
