/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * log - reads the logs of iperf 2 (text, CSV) and iperf3 (text, JSON). The
 * format is found by the content, and what else is in the log is passed over.
 *
 * A log is fed in pieces of any size, and none but its current line, or item
 * of JSON, is kept: of 100 000 flows what stays is some 60 bytes each.
 */
#ifndef KILOFLOW_PROBES_LOGS_LOG_H
#define KILOFLOW_PROBES_LOGS_LOG_H

#include <stddef.h>

#include "probes/logs/log_sum.h"

struct err;
struct log_reader;

/** log_new - NULL when there is no memory; log_free() it */
struct log_reader *log_new(void);

/**
 * log_feed - the next bytes of the log
 *
 * They are of one stream: a line of another would be within one of its lines.
 *
 * Return: 0; -ENOMEM; -EPROTONOSUPPORT for a log about UDP; -EBADMSG for JSON
 * that is none, -EFBIG for an item of JSON of more than 16 MiB; all with
 * words. It must not be fed further.
 */
int log_feed(struct log_reader *reader, const char *bytes, size_t len,
             struct err *err);

/**
 * log_end - that was all
 * @ret: set only on success
 *
 * Return: as log_feed(); -ENOMSG when nothing looked like a log of iperf.
 */
int log_end(struct log_reader *reader, struct log_sum *ret, struct err *err);

/** log_free - NULL is nothing to do */
void log_free(struct log_reader *reader);

/**
 * log_read - all of that, of a file
 * @path: "-" is standard input
 *
 * Return: as log_end(), or from the kernel, with words that name @path.
 */
int log_read(const char *path, struct log_sum *ret, struct err *err);

#endif
