/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * offline - facts that were not read here and now: --from and --sos.
 */
#ifndef KILOFLOW_CHECKER_CLI_OFFLINE_H
#define KILOFLOW_CHECKER_CLI_OFFLINE_H

struct err;
struct host;
struct options;

/** offline_option - "from" or "sos", whichever was given; NULL: neither */
const char *offline_option(const struct options *options);

/** offline_why - why no load test can be run; NULL: it can */
const char *offline_why(const struct options *options);

/**
 * offline_read - the facts, from where offline_option() says
 * Return: STATUS_READY; STATUS_USAGE when that is no such file or folder;
 * STATUS_UNKNOWN when memory ran out.
 */
int offline_read(const struct options *options, struct host **ret,
                 struct err *err);

#endif
