/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * snapshot - facts as a JSON document, and back: what was read on one host is
 * judged on another, with the same findings.
 *
 * checker/report/kiloflow.snapshot.schema.json describes the document. What
 * was not known when it was written is not known when it is read.
 */
#ifndef KILOFLOW_PROBES_SNAPSHOT_H
#define KILOFLOW_PROBES_SNAPSHOT_H

#include <stdbool.h>
#include <stddef.h>

struct err;
struct goal;
struct host;

#define SNAPSHOT_SCHEMA "kiloflow.snapshot/1"

/* Larger ones are neither written nor read; room for 100 000 listeners. */
#define SNAPSHOT_BYTES_MAX (64U << 20)
#define SNAPSHOT_VALUES_MAX 2000000U

/**
 * snapshot_format - write a document. Pure.
 * @host: without its load tests
 * @goal: for which it was read
 * @redacted: replace, in @host too, names of the host, of processes and of
 * namespaces, and every address but loopback and wildcard ones. What was the
 * same is the same afterwards
 *
 * Return: allocated text that ends in a newline; NULL with words when it
 * would be too large, or memory ran out.
 */
char *snapshot_format(struct host *host, const struct goal *goal, bool redacted,
                      struct err *err);

/**
 * snapshot_parse - read a document. Pure, fuzzed.
 * @bytes: @len bytes from anywhere
 * @name: what it is called, for words
 * @goal: it is to be judged for. What was read for another one is not known
 * for this one
 * @ret: host_free() it
 *
 * Return: 0; -EINVAL with words that name the place and the reason, when it
 * is no snapshot, was written by a newer kiloflow, is cut short, or claims
 * what cannot be; -ENOMEM.
 */
int snapshot_parse(const char *bytes, size_t len, const char *name,
                   const struct goal *goal, struct host **ret, struct err *err);

/**
 * snapshot_read - read the document that a file holds
 * @path: "-" for standard input
 *
 * Return: as snapshot_parse(), and what the kernel says of the file.
 */
int snapshot_read(const char *path, const struct goal *goal, struct host **ret,
                  struct err *err);

#endif
