/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * loadtest - the load test as the command line asks for it.
 */
#ifndef KILOFLOW_CHECKER_CLI_LOADTEST_H
#define KILOFLOW_CHECKER_CLI_LOADTEST_H

struct err;
struct host;
struct load_options;
struct load_refusal;
struct netns_facts;
struct options;

/**
 * loadtest_emulate - let the test's listener stand for those on a port. Pure.
 * @load: its burst says how much has to be held; backlog and emulates are
 * set
 * @port: in use by at least one listener of @ns
 * @refusal: set when somaxconn does not let any listener hold so much
 */
void loadtest_emulate(struct load_options *load, const struct netns_facts *ns,
                      unsigned int port, struct load_refusal *refusal);

/**
 * loadtest_run - run the test, or refuse it; host->load is the result
 * @host: its first namespace is the one that the caller is in
 * @stop_fd: of stop_open()
 *
 * Return: 0; negative errno when it could not be run at all.
 */
int loadtest_run(const struct options *options, struct host *host, int stop_fd,
                 struct err *err);

#endif
