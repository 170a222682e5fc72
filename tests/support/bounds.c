// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * bounds - what no load engine can exceed on this machine, for the benchmark
 *
 *	bounds copy MS		bytes from one buffer to a second and a third
 *	bounds loop MS		send() and recv() of two segments, 64 flows a
 *				process, and nothing around them
 *	bounds connect MS	connect() and accept(), closed by reset
 *
 * One process a CPU; prints bytes (or connections), seconds, CPU seconds.
 */
#include <netinet/in.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* Two segments of loopback: of 64 KiB, less the headers. */
#define CHUNK_BYTES (2U * 65483U)
#define FLOWS 64
#define CPUS_MAX 1024

static char from[CHUNK_BYTES], between[CHUNK_BYTES], to[2 * CHUNK_BYTES];

static uint64_t clock_ms(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static void check(int rc, const char *what)
{
	if (rc >= 0)
		return;
	perror(what);
	exit(1);
}

static uint64_t copy(uint64_t end_ms)
{
	uint64_t bytes = 0;

	while (clock_ms() < end_ms) {
		for (int i = 0; i < 64; i++) {
			(void)memcpy(between, from, CHUNK_BYTES);
			/* else only the last of them need be done */
			__asm__ volatile("" ::: "memory");
			(void)memcpy(to, between, CHUNK_BYTES);
			__asm__ volatile("" ::: "memory");
			bytes += CHUNK_BYTES;
		}
	}
	return bytes;
}

static int listen_here(struct sockaddr_in *addr)
{
	socklen_t len = sizeof(*addr);
	const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	*addr = (struct sockaddr_in){
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	check(fd, "socket");
	check(bind(fd, (const struct sockaddr *)addr, len), "bind");
	check(listen(fd, FLOWS), "listen");
	check(getsockname(fd, (struct sockaddr *)addr, &len), "getsockname");
	return fd;
}

static void open_pair(int listener, const struct sockaddr_in *addr, int pair[2])
{
	pair[0] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	check(pair[0], "socket");
	check(connect(pair[0], (const struct sockaddr *)addr, sizeof(*addr)),
	      "connect");
	pair[1] = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	check(pair[1], "accept4");
}

static uint64_t loop(uint64_t end_ms)
{
	struct sockaddr_in addr;
	const int listener = listen_here(&addr);
	int pairs[FLOWS][2];
	uint64_t bytes = 0;

	for (int i = 0; i < FLOWS; i++)
		open_pair(listener, &addr, pairs[i]);
	while (clock_ms() < end_ms) {
		for (int i = 0; i < FLOWS; i++) {
			ssize_t n;

			(void)send(pairs[i][0], from, CHUNK_BYTES,
			           MSG_DONTWAIT);
			n = recv(pairs[i][1], to, sizeof(to), MSG_DONTWAIT);
			bytes += n > 0 ? (uint64_t)n : 0;
		}
	}
	return bytes;
}

static uint64_t connects(uint64_t end_ms)
{
	const struct linger at_once = { .l_onoff = 1 };
	struct sockaddr_in addr;
	const int listener = listen_here(&addr);
	uint64_t n = 0;

	for (; clock_ms() < end_ms; n++) {
		int pair[2];

		open_pair(listener, &addr, pair);
		check(setsockopt(pair[0], SOL_SOCKET, SO_LINGER, &at_once,
		                 sizeof(at_once)),
		      "SO_LINGER");
		(void)close(pair[0]);
		(void)close(pair[1]);
	}
	return n;
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		uint64_t (*run)(uint64_t end_ms);
	} works[] = {
		{ "copy", copy },
		{ "loop", loop },
		{ "connect", connects },
	};
	const uint64_t begin_ms = clock_ms();
	struct rusage usage;
	uint64_t *done;
	uint64_t sum = 0;
	cpu_set_t cpus;
	int n_cpus;

	CPU_ZERO(&cpus);
	check(sched_getaffinity(0, sizeof(cpus), &cpus), "sched_getaffinity");
	n_cpus = CPU_COUNT(&cpus);
	done = mmap(NULL, CPUS_MAX * sizeof(*done), PROT_READ | PROT_WRITE,
	            MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (argc != 3 || done == MAP_FAILED) {
		(void)fputs("use: bounds copy|loop|connect MS\n", stderr);
		return 2;
	}
	(void)memset(from, 'k', sizeof(from));
	for (size_t w = 0; w < sizeof(works) / sizeof(works[0]); w++) {
		for (int i = 0; !strcmp(works[w].name, argv[1]) && i < n_cpus;
		     i++) {
			if (fork() == 0) {
				done[i] = works[w].run(
					begin_ms + strtoul(argv[2], NULL, 10));
				_exit(0);
			}
		}
	}
	while (wait(NULL) > 0)
		;
	for (int i = 0; i < n_cpus; i++)
		sum += done[i];
	(void)getrusage(RUSAGE_CHILDREN, &usage);
	(void)printf("%llu %.3f %.3f\n", (unsigned long long)sum,
	             (double)(clock_ms() - begin_ms) / 1e3,
	             (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
	                     (double)(usage.ru_utime.tv_usec +
	                              usage.ru_stime.tv_usec) /
	                             1e6);
	return 0;
}
