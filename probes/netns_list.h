/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * netns_list - every network namespace of the host, each once.
 *
 * Found are those that a process is in and those that have a name below
 * /run/netns; one that is kept only by an open descriptor, by a bind mount
 * elsewhere or by a single thread of a process is not.
 */
#ifndef KILOFLOW_PROBES_NETNS_LIST_H
#define KILOFLOW_PROBES_NETNS_LIST_H

#include <limits.h>
#include <stddef.h>
#include <stdint.h>

#include "probes/facts.h"
#include "probes/processes.h"

struct err;

struct netns_item {
	uint64_t inode;
	char name[NAME_MAX + 1];     /* as `ip netns` has it, "": none */
	const char *dir;             /* of the name: "run/netns" */
	const struct process *first; /* the first that is in it, NULL: none */
	char what[32]; /* for want of a name: container, process */
};

struct netns_list {
	struct netns_item *items; /* the caller's own; the named ones, by
	                             name; the others, by process */
	size_t n, max;
	struct processes processes; /* by namespace, then pid */
	struct fact_u64 hidden;     /* as struct host has it */
};

/**
 * netns_list_read - find them all
 * @root_fd: directory that stands for "/"
 * @own: inode of the caller's own, 0: not known
 * @ret: netns_list_free() it, on failure too
 *
 * The caller's own is the first item even where it could not be found.
 *
 * Return: 0, or -ENOMEM.
 */
int netns_list_read(int root_fd, uint64_t own, struct netns_list *ret,
                    struct err *err);

/** netns_list_free - free what it holds */
void netns_list_free(struct netns_list *list);

/**
 * netns_list_describe - what is known of one before it is entered
 * @ns: its inode, name and enter are set
 *
 * The name is that of `ip netns`; else the id of the container that its first
 * process is in, as docker ps shows it; else that process, "nginx[812]". The
 * caller's own has one of the first kind or none.
 */
void netns_list_describe(const struct netns_list *list, size_t at,
                         struct netns_facts *ns);

/**
 * netns_list_open - open one: by its name, or by any process that is in it
 * @ns: enter becomes the file that was opened
 *
 * What has become another namespace since is not opened.
 *
 * Return: a descriptor; -ENOENT when it vanished; -EACCES, ... else.
 */
int netns_list_open(int root_fd, const struct netns_list *list, size_t at,
                    struct netns_facts *ns);

#endif
