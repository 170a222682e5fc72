/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * apart - a transfer in a thread of its own, so that its end of a test between
 * two hosts can listen to the other meanwhile.
 */
#ifndef KILOFLOW_PROBES_LOAD_APART_H
#define KILOFLOW_PROBES_LOAD_APART_H

#include <pthread.h>

#include "probes/base/err.h"
#include "probes/load/engine.h"

struct apart {
	pthread_t thread;
	struct engine engine;        /* the caller's, with options of its own */
	struct load_options options; /* stop_fd is ours */
	int ended_fd;                /* readable once it is over */
	struct err err;
	int rc;
};

/**
 * apart_begin - transfer_run() of @engine begins
 * Return: 0 or negative errno with words.
 */
int apart_begin(struct apart *apart, const struct engine *engine,
                struct err *err);

/** apart_stop - nothing more is written; may be called again */
void apart_stop(struct apart *apart);

/** apart_end - wait for its end; Return: that of transfer_run() */
int apart_end(struct apart *apart, struct err *err);

#endif
