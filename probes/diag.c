// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * diag - see diag.h.
 *
 * The socket does not block: the kernel puts the next part of an answer
 * into our queue before it returns from the call that took the last one
 * (net/netlink/af_netlink.c:netlink_recvmsg()). An empty queue in the middle
 * of an answer therefore means that a part is lost, never that it is late.
 *
 * Ports are filtered by the fields of the request, which every version of
 * inet_diag_dump_icsk() compares; its byte code could say the same, but its
 * operators differ between versions.
 */
#include "probes/diag.h"

#include <arpa/inet.h>
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/inet_diag.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "probes/base/err.h"

/*
 * A dump comes in datagrams as large as the buffer, but never above 32 KiB
 * (net/netlink/af_netlink.c:netlink_recvmsg(), max_recvmsg_len).
 */
#define DIAG_BUF_BYTES 65536U

#define DIAG_MAX_TRIES 4

struct request {
	struct nlmsghdr header;
	struct inet_diag_req_v2 body;
};

static int open_socket(struct diag *diag)
{
	int code;

	diag->socket = mnl_socket_open2(NETLINK_SOCK_DIAG,
	                                SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (!diag->socket)
		return errno == EPROTONOSUPPORT ? -ENOENT : -errno;
	if (mnl_socket_bind(diag->socket, 0, MNL_SOCKET_AUTOPID) == 0)
		return 0;
	code = -errno;
	(void)mnl_socket_close(diag->socket);
	diag->socket = NULL;
	return code;
}

int diag_open(struct diag *diag, struct err *err)
{
	int rc;

	*diag = (struct diag){ .buf = malloc(DIAG_BUF_BYTES) };
	rc = diag->buf ? open_socket(diag) : -ENOMEM;
	if (!rc)
		return 0;
	diag_close(diag);
	return err_set(err, rc, "cannot open a sock_diag socket: %s",
	               strerror(-rc));
}

void diag_close(struct diag *diag)
{
	if (diag->socket)
		(void)mnl_socket_close(diag->socket);
	free(diag->buf);
	*diag = (struct diag){ 0 };
}

/*
 * A socket whose answer broke off may still hold a part of it, and the
 * kernel may think that the dump goes on: take a new one.
 */
static void renew_socket(struct diag *diag)
{
	struct mnl_socket *old = diag->socket;

	if (open_socket(diag))
		diag->socket = old;
	else
		(void)mnl_socket_close(old);
}

/* Return: bytes received, or negative errno. */
static ssize_t receive(struct diag *diag)
{
	ssize_t n;

	do {
		n = mnl_socket_recvfrom(diag->socket, diag->buf,
		                        DIAG_BUF_BYTES);
	} while (n < 0 && errno == EINTR);
	return n < 0 ? -errno : n;
}

/* Send @request and read the whole answer. */
static int ask_once(struct diag *diag, const struct request *request,
                    struct diag_answer *answer)
{
	ssize_t n;

	answer->seq = request->header.nlmsg_seq;
	if (mnl_socket_sendto(diag->socket, request, sizeof(*request)) < 0)
		return -errno;
	do {
		n = receive(diag);
		if (n < 0) {
			answer->again = true;
			return (int)n;
		}
	} while (diag_answer_read(answer, diag->buf, (size_t)n));
	return answer->code;
}

/*
 * @flags: NLM_F_DUMP or 0
 * @restart: of struct diag_query; may be NULL
 */
static int ask(struct diag *diag, uint16_t flags,
               const struct inet_diag_req_v2 *body,
               const struct diag_answer *handler, void (*restart)(void *to))
{
	struct request request = {
		.header.nlmsg_len = sizeof(request),
		.header.nlmsg_type = SOCK_DIAG_BY_FAMILY,
		.header.nlmsg_flags = (uint16_t)(NLM_F_REQUEST | flags),
		.body = *body,
	};

	for (int tries = 1;; tries++) {
		struct diag_answer answer = *handler;
		int rc;

		request.header.nlmsg_seq = ++diag->seq;
		rc = ask_once(diag, &request, &answer);
		if (!answer.again)
			return rc;
		renew_socket(diag);
		if (tries == DIAG_MAX_TRIES)
			return rc;
		if (restart)
			restart(handler->to);
	}
}

static int fail_ask(struct err *err, int code, int family)
{
	(void)err_set(err, code,
	              "cannot list %s TCP sockets through sock_diag: %s",
	              family == AF_INET6 ? "IPv6" : "IPv4", strerror(-code));
	if (code == -ENOENT)
		err_hint(err, "load the kernel module: modprobe tcp_diag");
	return code;
}

int diag_dump(struct diag *diag, const struct diag_query *query,
              int (*row)(void *to, const struct diag_row *row), void *to,
              struct err *err)
{
	const struct inet_diag_req_v2 body = {
		.sdiag_family = (uint8_t)query->family,
		.sdiag_protocol = IPPROTO_TCP,
		.idiag_ext = query->ext,
		.idiag_states = query->states,
		.id.idiag_sport = htons(query->sport),
		.id.idiag_dport = htons(query->dport),
	};
	const struct diag_answer handler = { .row = row, .to = to };
	const int rc = ask(diag, NLM_F_DUMP, &body, &handler, query->restart);

	return rc ? fail_ask(err, rc, query->family) : 0;
}

/* The row that diag_get() looks for. */
struct wanted_row {
	uint64_t cookie;
	bool found;
	struct diag_row row;
};

static int keep_wanted(void *to, const struct diag_row *row)
{
	struct wanted_row *wanted = to;

	if (row->cookie == wanted->cookie) {
		wanted->found = true;
		wanted->row = *row;
	}
	return 0;
}

static int get_exact(struct diag *diag, const struct diag_row *known,
                     uint8_t ext, struct wanted_row *wanted)
{
	struct inet_diag_req_v2 body = {
		.sdiag_family = (uint8_t)known->family,
		.sdiag_protocol = IPPROTO_TCP,
		.idiag_ext = ext,
		.id.idiag_sport = htons(known->sport),
		.id.idiag_dport = htons(known->dport),
		.id.idiag_if = known->ifindex,
		.id.idiag_cookie = { (uint32_t)known->cookie,
		                     (uint32_t)(known->cookie >> 32) },
	};
	const struct diag_answer handler = { .row = keep_wanted, .to = wanted };

	memcpy(body.id.idiag_src, known->src, sizeof(known->src));
	memcpy(body.id.idiag_dst, known->dst, sizeof(known->dst));
	return ask(diag, 0, &body, &handler, NULL);
}

/*
 * The kernel looks a listener up as it would for a packet: of a SO_REUSEPORT
 * group it finds one member, and then the cookie is another's
 * (net/ipv4/inet_diag.c:inet_diag_find_one_icsk()).
 */
static int get_listener(struct diag *diag, const struct diag_row *known,
                        uint8_t ext, struct wanted_row *wanted)
{
	const struct diag_query query = {
		.family = known->family,
		.states = 1U << TCP_LISTEN,
		.ext = ext,
		.sport = known->sport,
	};

	return diag_dump(diag, &query, keep_wanted, wanted, NULL);
}

int diag_get(struct diag *diag, const struct diag_row *known, uint8_t ext,
             struct diag_row *ret, struct err *err)
{
	struct wanted_row wanted = { .cookie = known->cookie };
	int rc = get_exact(diag, known, ext, &wanted);

	if (rc == -ENOENT && known->state == TCP_LISTEN)
		rc = get_listener(diag, known, ext, &wanted);
	if (!rc && !wanted.found)
		rc = -ENOENT;
	if (rc == -ENOENT)
		return err_set(err, rc, "the socket of port %u is gone",
		               known->sport);
	if (rc)
		return fail_ask(err, rc, known->family);
	*ret = wanted.row;
	return 0;
}
