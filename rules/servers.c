// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * servers - see servers.h. To add one: a row. `verified` is for what was
 * read in the server's source or measured; everything else is hearsay and
 * is told as such.
 *
 * Left out are those whose process name does not tell the server: what runs
 * inside java, python3, ruby, php or beam.smp, and programs written in Go or
 * Rust.
 */
#include "rules/servers.h"

#include <string.h>

#include "probes/facts.h"

/* clang-format off */
const struct server servers[] = {
	/*
	 * First: a socket unit's listener is systemd's to set, though the
	 * service that was started for it holds it too.
	 */
	{ "systemd", "systemd", 0, false,
	  "Backlog= of the .socket unit", "restart of the socket", false,
	  "systemd issue 4629" },

	{ "nginx", "nginx", 511, true,
	  "listen ... backlog=N", "reload", true,
	  "nginx src/os/unix/ngx_linux_config.h, ngx_cycle.c" },
	{ "Apache httpd", "apache2", 511, true,
	  "ListenBacklog", "restart", false,
	  "excerpt of mpm_common.h" },
	{ "Apache httpd", "httpd", 511, true,
	  "ListenBacklog", "restart", false,
	  "excerpt of mpm_common.h" },
	{ "HAProxy", "haproxy", 0, false,
	  "backlog", "reload", true,
	  "haproxy src/listener.c:listener_backlog" },
	{ "lighttpd", "lighttpd", 0, false,
	  "server.listen-backlog", "restart", true,
	  "lighttpd src/network.c" },
	{ "Envoy", "envoy", 0, false,
	  "tcp_backlog_size", "listener update", true,
	  "envoy api/envoy/config/listener/v3/listener.proto" },
	{ "Varnish", "varnishd", 1024, true,
	  "-p listen_depth", "restart", true,
	  "varnish include/tbl/params.h" },
	{ "memcached", "memcached", 1024, true,
	  "-b, --listen-backlog", "restart", true,
	  "memcached.c" },
	{ "Redis", "redis-server", 511, true,
	  "tcp-backlog", "restart", true,
	  "redis src/config.c, src/server.c" },
	{ "PostgreSQL", "postgres", 0, false,
	  "max_connections", "restart", false,
	  "excerpt of pqcomm.c" },
	{ "MySQL", "mysqld", 0, false,
	  "back_log", "restart", false,
	  "copy of the manual" },
	{ "MariaDB", "mariadbd", 0, false,
	  "back_log", "restart", false,
	  "copy of the manual" },
	{ "MongoDB", "mongod", 0, false,
	  "net.listenBacklog", "restart", false,
	  "excerpt of the option's source" },
	{ "OpenSSH", "sshd", 128, true,
	  "", "rebuild", true,
	  "openssh ssh.h, sshd.c" },
	{ "rsyslog", "rsyslogd", 0, false,
	  "socketBacklog", "restart", false,
	  "rsyslog manual" },
	{ "389 Directory Server", "ns-slapd", 128, true,
	  "nsslapd-listen-backlog", "restart", false,
	  "directory server manual" },
	{ "Node.js", "node", 511, true,
	  "server.listen({backlog})", "restart", false,
	  "excerpt of lib/net.js" },
	{ ".NET Kestrel", "dotnet", 512, true,
	  "SocketTransportOptions.Backlog", "restart", false,
	  "excerpt of SocketTransportOptions.cs" },
	{ "gunicorn", "gunicorn", 2048, true,
	  "--backlog", "restart", true,
	  "gunicorn gunicorn/config.py" },
	{ "uvicorn", "uvicorn", 2048, true,
	  "--backlog", "restart", true,
	  "uvicorn uvicorn/config.py" },
	{ "waitress", "waitress-serve", 1024, true,
	  "backlog", "restart", true,
	  "waitress src/waitress/adjustments.py" },
	{ "cheroot", "cheroot", 5, true,
	  "server.socket_queue_size", "restart", false,
	  "cherrypy issue 1839" },
	{ "uWSGI", "uwsgi", 100, true,
	  "--listen", "restart", true,
	  "uwsgi core/init.c, core/socket.c" },
	{ "Puma", "puma", 1024, true,
	  "?backlog= of the bind", "restart", true,
	  "puma lib/puma/binder.rb" },
	{ "unicorn", "unicorn", 1024, true,
	  ":backlog of listen", "restart", false,
	  "unicorn commit 4ae3f3e" },
	{ "PHP-FPM", "php-fpm", 0, false,
	  "listen.backlog", "restart", false,
	  "php-src sapi/fpm/fpm/fpm_sockets.h, which changed it thrice" },

	/* Load tools, whose servers are listeners like any other. */
	{ "iperf 2", "iperf", 0, false,
	  "", "upgrade to 2.0.13", true,
	  "iperf2 src/Listener.cpp: 5 before 2.0.13, then INT_MAX" },
	{ "iperf3", "iperf3", 0, false,
	  "", "upgrade to 3.7", true,
	  "iperf3 src/net.c, iperf_tcp.c: 5 before 3.7, then INT_MAX" },
	{ "neper", "tcp_rr", 128, true,
	  "--listen-backlog", "restart", true,
	  "neper define_all_flags.c" },
	{ "neper", "tcp_crr", 128, true,
	  "--listen-backlog", "restart", true,
	  "neper define_all_flags.c" },
	{ "neper", "tcp_stream", 128, true,
	  "--listen-backlog", "restart", true,
	  "neper define_all_flags.c" },
	{ "tcpkali", "tcpkali", 256, true,
	  "", "rebuild", true,
	  "tcpkali src/tcpkali_engine.c" },
	{ "tcpbench", "tcpbench", 64, true,
	  "", "rebuild", true,
	  "tcpbench tcpbench.c" },
	{ .name = NULL },
};
/* clang-format on */

static bool owns(const char *comm, const struct listener *listener)
{
	for (size_t i = 0; i < listener->n_owners; i++) {
		if (!strncmp(listener->owners[i].comm, comm,
		             sizeof(listener->owners[i].comm)))
			return true;
	}
	return false;
}

const struct server *server_of(const struct listener *listener)
{
	for (const struct server *row = servers; row->name; row++) {
		if (owns(row->comm, listener))
			return row;
	}
	return NULL;
}
