/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * shape - what a flow does between being open and being closed. Internal to
 * probes/load/.
 *
 * To add one: an enum load_shape with its name, a constant, a row in shape.c.
 * A worker knows no more of a shape than what is here.
 */
#ifndef KILOFLOW_PROBES_LOAD_SHAPE_H
#define KILOFLOW_PROBES_LOAD_SHAPE_H

#include <stdbool.h>
#include <stdint.h>

#include "probes/load/flow.h"
#include "probes/load/load.h"

struct worker;

/* Has a flow, when it is not about anything, anything more to do? */
enum shape_next {
	NEXT_NOW,
	NEXT_LATER, /* not before the time is up */
	NEXT_NONE,  /* it is closed once its ends have written all */
};

struct shape {
	/*
	 * Move what can be moved now.
	 * Return: END_IDLE: nothing moved; END_BROKE: the flow has failed,
	 * and is closed.
	 */
	enum end_step (*turn)(struct worker *worker, struct flow *flow);
	enum shape_next (*next)(const struct worker *worker,
	                        const struct flow *flow);
	/* The time is up: begin nothing more. NULL: next() looks at that. */
	void (*stop)(struct flow *flow);
	/* It is closed, or was never open; NULL: nobody needs to know. */
	void (*closed)(struct worker *worker, uint64_t index);
	/* of the thread of its only worker; NULL: worker_main(), of any */
	void *(*main)(void *arg);
	bool exchanges; /* its worker keeps a histogram of them */
	bool idles; /* until the time is up: nothing moves, that is no stall */
	bool at_once; /* close a flow in the turn in which it is done */
};

extern const struct shape shape_stream;  /* shape_stream.c */
extern const struct shape shape_request; /* shape_exchange.c */
extern const struct shape shape_hold;    /* shape_exchange.c */
extern const struct shape shape_churn;   /* churn.c */

const struct shape *shape_of(enum load_shape shape);

/* ---- shape_exchange.c ---- */

/** exchange_turn - a turn of a shape that exchanges requests and responses */
enum end_step exchange_turn(struct worker *worker, struct flow *flow);

/**
 * exchange_ask - begin a request; none is under way
 * @since_ns: its latency is counted from here
 */
void exchange_ask(const struct worker *worker, struct flow *flow,
                  uint64_t since_ns);

#endif
