/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * facts_builder - hosts for tests, made by hand.
 *
 * A test takes the healthy host, which carries 1000 flows over loopback with
 * every fact known, breaks one thing in it, and looks what comes of it. When
 * memory runs out the test is aborted.
 */
#ifndef KILOFLOW_TESTS_SUPPORT_FACTS_BUILDER_H
#define KILOFLOW_TESTS_SUPPORT_FACTS_BUILDER_H

#include <stdint.h>
#include <sys/types.h>

#include "probes/facts.h"

struct goal;
struct load_result;

/** facts_healthy - one namespace, the host's own, without a listener
 * Return: the caller passes it to host_free().
 */
struct host *facts_healthy(void);

/** facts_sysctl - a known sysctl of one number */
struct sysctl_fact facts_sysctl(int64_t value);

/** facts_child - make the host one seen from within a child namespace: the
 * keys of SYSCTL_SCOPE_INIT are absent
 */
void facts_child(struct host *host);

/**
 * facts_listener - add a listener on 0.0.0.0 to the first namespace: empty,
 * without drops, a group of its own, owners known and none
 *
 * Return: valid until the next one is added.
 */
struct listener *facts_listener(struct host *host, uint16_t port,
                                uint32_t limit);

/** facts_netns - add a child namespace with its own healthy sysctls
 * Return: its number; what points into the host's namespaces is stale.
 */
size_t facts_netns(struct host *host, const char *name, uint64_t inode);

/** facts_listener_in - facts_listener() of any namespace */
struct listener *facts_listener_in(struct netns_facts *ns, uint16_t port,
                                   uint32_t limit);

/** facts_server - add a process that accepts from the goal's listener
 * Return: valid until the next one is added.
 */
struct proc_limits_facts *facts_server(struct netns_facts *ns, pid_t pid,
                                       uint64_t soft, uint64_t hard);

/** facts_owner - add an owner to a listener */
void facts_owner(struct listener *listener, pid_t pid, int fd,
                 const char *comm);

/** facts_load - a load test that carried @goal: all ok, exact, no drops */
struct load_result *facts_load(struct host *host, const struct goal *goal);

#endif
