// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * supply - see supply.h. What is in use may exceed a bound (root may open
 * files beyond fs.file-max): then nothing is left.
 */
#include "probes/supply.h"

#include <string.h>

#include "probes/need.h"

static struct fact_u64 process_files(const struct host *host,
                                     const struct netns_facts *ns)
{
	(void)ns;
	return host->limits.nofile_hard;
}

static struct fact_u64 system_files(const struct host *host,
                                    const struct netns_facts *ns)
{
	const struct sysctl_fact *max = &host->sysctl[SYSCTL_FILE_MAX];
	const struct sysctl_fact *nr = &host->sysctl[SYSCTL_FILE_NR];

	(void)ns;
	if (max->state != FACT_KNOWN)
		return (struct fact_u64){ .state = max->state };
	if (nr->state != FACT_KNOWN)
		return (struct fact_u64){ .state = nr->state };
	return fact_known(
		max->v[0] > nr->v[0] ? (uint64_t)(max->v[0] - nr->v[0]) : 0);
}

static struct fact_u64 free_ports(const struct host *host,
                                  const struct netns_facts *ns)
{
	(void)host;
	return ns->ports.free;
}

static bool free_is_least(const struct netns_facts *ns)
{
	return ns->ports.free_is_least;
}

/* Above the third number sockets stall; see rules/preflight/memory_tcp.c. */
static struct fact_u64 tcp_pages(const struct host *host,
                                 const struct netns_facts *ns)
{
	const struct sysctl_fact *mem = &host->sysctl[SYSCTL_TCP_MEM];
	const struct fact_u64 used = ns->sockstat.mem_pages;
	uint64_t hard;

	if (mem->state != FACT_KNOWN)
		return (struct fact_u64){ .state = mem->state };
	if (used.state != FACT_KNOWN)
		return used;
	hard = mem->v[2] > 0 ? (uint64_t)mem->v[2] : 0;
	return fact_known(hard > used.value ? hard - used.value : 0);
}

static struct fact_u64 free_memory(const struct host *host,
                                   const struct netns_facts *ns)
{
	(void)ns;
	return host->memory.available_bytes;
}

#define NEED(member) offsetof(struct need, member)

/* In the order in which the load test looks at them. */
const struct supply supplies[] = {
	{ .resource = "descriptors of a process",
	  .bound = "RLIMIT_NOFILE",
	  .reach = "",
	  .need = NEED(fds_process),
	  .left = process_files },
	{ .resource = "descriptors of the system",
	  .bound = "fs.file-max",
	  .reach = "",
	  .need = NEED(fds_system),
	  .left = system_files },
	{ .resource = "local ports",
	  .bound = "ports",
	  .reach = "to one destination",
	  .of_netns = true,
	  .need = NEED(ports),
	  .left = free_ports,
	  .is_least = free_is_least },
	{ .resource = "TCP memory",
	  .bound = "net.ipv4.tcp_mem",
	  .reach = "",
	  .need = NEED(tcp_mem_pages),
	  .left = tcp_pages },
	{ .resource = "memory",
	  .bound = "memory",
	  .reach = "",
	  .need = NEED(memory_bytes),
	  .left = free_memory },
	{ .resource = NULL },
};

uint64_t supply_need(const struct supply *supply, const struct need *need)
{
	uint64_t value;

	memcpy(&value, (const char *)need + supply->need, sizeof(value));
	return value;
}

uint64_t supply_page_bytes(const struct host *host)
{
	const struct fact_u64 page = host->memory.page_bytes;

	return page.state == FACT_KNOWN && page.value ? page.value : 4096;
}
