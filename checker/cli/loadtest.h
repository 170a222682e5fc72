/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * loadtest - the load test as the command line asks for it.
 */
#ifndef KILOFLOW_CHECKER_CLI_LOADTEST_H
#define KILOFLOW_CHECKER_CLI_LOADTEST_H

#include <stdbool.h>

struct err;
struct goal;
struct host;
struct load_options;
struct load_refusal;
struct netns_facts;
struct options;

/**
 * loadtest_emulate - let the test's listener stand for those on the goal's
 * port. Pure.
 * @load: its burst says how much has to be held; backlog and emulates are
 * set
 * @goal: at least one listener of @ns is meant by its port and family
 * @refusal: set when somaxconn does not let any listener hold so much
 *
 * Return: false when a group holds more than one listener ever can, so that
 * no test could stand for it.
 */
bool loadtest_emulate(struct load_options *load, const struct netns_facts *ns,
                      const struct goal *goal, struct load_refusal *refusal);

/**
 * loadtest_run - run the test, or refuse it; ns->load is the result
 * @ns: the namespace of @host that the calling thread is in
 * @ret_left_out: why there is no result, when the test would prove nothing
 *
 * Return: 0; negative errno when it could not be run at all.
 */
int loadtest_run(const struct options *options, const struct host *host,
                 struct netns_facts *ns, const char **ret_left_out,
                 struct err *err);

#endif
