// SPDX-License-Identifier: GPL-2.0-or-later
/* apart - see apart.h. */
#include "probes/load/apart.h"

#include <errno.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

static void signal_fd(int fd)
{
	const uint64_t one = 1;

	(void)!write(fd, &one, sizeof(one));
}

static void *apart_main(void *arg)
{
	struct apart *apart = arg;

	apart->rc = transfer_run(&apart->engine, &apart->err);
	signal_fd(apart->ended_fd);
	return NULL;
}

static void close_fds(const struct apart *apart)
{
	if (apart->ended_fd >= 0)
		(void)close(apart->ended_fd);
	if (apart->options.stop_fd >= 0)
		(void)close(apart->options.stop_fd);
}

int apart_begin(struct apart *apart, const struct engine *engine,
                struct err *err)
{
	int rc = 0;

	*apart = (struct apart){
		.engine = *engine,
		.options = *engine->options,
		.ended_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK),
	};
	apart->engine.options = &apart->options;
	apart->options.stop_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (apart->ended_fd < 0 || apart->options.stop_fd < 0)
		rc = errno;
	if (!rc)
		rc = pthread_create(&apart->thread, NULL, apart_main, apart);
	if (!rc)
		return 0;
	close_fds(apart);
	return err_set(err, -rc, "cannot start the transfer: %s", strerror(rc));
}

void apart_stop(struct apart *apart)
{
	signal_fd(apart->options.stop_fd);
}

int apart_end(struct apart *apart, struct err *err)
{
	(void)pthread_join(apart->thread, NULL);
	close_fds(apart);
	if (apart->rc && err && !err->code)
		*err = apart->err;
	return apart->rc;
}
