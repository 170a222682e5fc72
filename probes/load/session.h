/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * session - the far end of one test between hosts: it has the servers' ends
 * of the flows. Internal to serve.
 */
#ifndef KILOFLOW_PROBES_LOAD_SESSION_H
#define KILOFLOW_PROBES_LOAD_SESSION_H

#include "probes/load/address.h"
#include "probes/load/control.h"
#include "probes/load/secret.h"

struct serve_options;

/* Files that a confined process has no other way to read. */
struct session_files {
	int snmp, netstat; /* -1: not readable */
};

struct session {
	const struct serve_options *options;
	const struct session_files *files;
	struct control control; /* whoever it is, has proved it */
	struct secret key;      /* of this session */
	union address peer;
};

/** session_run - until it is over; it tells its end to options->tell */
void session_run(struct session *session);

#endif
