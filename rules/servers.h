/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * servers - well-known servers' backlogs, and the directive that changes
 * them. Pure; one row a server.
 */
#ifndef KILOFLOW_RULES_SERVERS_H
#define KILOFLOW_RULES_SERVERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct listener;

struct server {
	const char *name;      /* as people call it */
	const char *comm;      /* its processes' name, as in /proc/PID/comm */
	uint32_t backlog;      /* what it asks for by default */
	bool backlog_known;    /* false: depends on its configuration */
	const char *directive; /* what to change, "": there is nothing */
	const char *apply;     /* "reload", "restart", "rebuild" */
	bool verified;         /* read in its source or measured; else a user
	                          is told "reported" */
	const char *source;    /* where the row is from */
};

/** servers - every row; ends with a row whose name is NULL */
extern const struct server servers[];

/** server_of - the server that owns @listener; NULL when not recognised */
const struct server *server_of(const struct listener *listener);

#endif
