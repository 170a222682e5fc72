/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * limited_by - what keeps a listener's queue at its limit, as far as it can
 * be told: the kernel does not keep what the application asked for. Pure.
 */
#ifndef KILOFLOW_RULES_LIMITED_BY_H
#define KILOFLOW_RULES_LIMITED_BY_H

struct listener;
struct server;
struct sysctl_fact;

enum limited_by {
	LIMITED_BY_UNKNOWN,     /* somaxconn could not be read */
	LIMITED_BY_CAP,         /* limit = somaxconn now */
	LIMITED_BY_APPLICATION, /* below it, and what the server asks for */
	LIMITED_BY_APPLICATION_OR_EARLIER_CAP, /* below it */
	LIMITED_BY_ABOVE_CAP,                  /* somaxconn was lowered since */
};

/** limited_by_name - as in the JSON report; NULL for LIMITED_BY_UNKNOWN */
const char *limited_by_name(enum limited_by limited_by);

/**
 * limited_by - judge one listener
 * @somaxconn: of the listener's namespace
 * @server: the server that it was recognised as; may be NULL
 */
enum limited_by limited_by(const struct listener *listener,
                           const struct sysctl_fact *somaxconn,
                           const struct server *server);

#endif
