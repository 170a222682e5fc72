// SPDX-License-Identifier: GPL-2.0-or-later
/* container - how each engine names its control groups, and what is none. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "probes/container.h"
#include "tests/support/fdcheck.h"

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

#define ID "3f2a9c81d07e55aa0123456789abcdef0123456789abcdef0123456789abcdef"
#define OTHER "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"
#define POD "pod0c5a4b2e-1b1f-4d5b-9d8e-2f6a7c8d9e0f"
#define POD_SLICE                                                              \
	"/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod0c5a4b2e_1b1f_4d5b_9d8e_2f6a7c8d9e0f.slice"

/* clang-format off */
static const struct {
	const char *what, *content;
	bool is;
} rows[] = {
	{ "docker, v1", "12:pids:/docker/" ID "\n1:name=systemd:/docker/" ID "\n", true },
	{ "docker, v1, below a parent", "4:memory:/batch/" ID "\n", true },
	{ "docker, v2, systemd", "0::/system.slice/docker-" ID ".scope\n", true },
	{ "docker, v2, cgroupfs", "0::/docker/" ID "\n", true },
	{ "docker, init in it", "0::/docker/" ID "/init\n", true },
	{ "docker, rootless", "0::/user.slice/user-1000.slice/user@1000.service/user.slice/docker-" ID ".scope\n", true },
	{ "containerd, ctr", "0::/default/" ID "\n", true },
	{ "containerd, nerdctl", "0::/system.slice/nerdctl-" ID ".scope\n", true },
	{ "kubelet, cgroupfs", "0::/kubepods/burstable/" POD "/" ID "\n", true },
	{ "kubelet, containerd", "0::" POD_SLICE "/cri-containerd-" ID ".scope\n", true },
	{ "kubelet, containerd, odd driver", "11:cpu:/system.slice/containerd.service/kubepods-besteffort-pod1.slice:cri-containerd:" ID "\n", true },
	{ "kubelet, docker", "0::" POD_SLICE "/docker-" ID ".scope\n", true },
	{ "kubelet, cri-o", "0::" POD_SLICE "/crio-" ID ".scope\n", true },
	{ "cri-o, with a group inside", "0::" POD_SLICE "/crio-" ID ".scope/container\n", true },
	{ "podman", "0::/machine.slice/libpod-" ID ".scope/container\n", true },
	{ "podman, rootless", "0::/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-" ID ".scope\n", true },
	{ "podman, quadlet", "0::/system.slice/web.service/libpod-payload-" ID "\n", true },
	{ "seen from a cgroup namespace", "0::/../../docker/" ID "\n", true },
	{ "a container in a container", "0::/docker/" OTHER "/docker/" ID "\n", true },
	{ "the second line has it", "2:cpu:/\n1:name=systemd:/docker/" ID "\n0::/\n", true },
	{ "no newline at the end", "0::/docker/" ID, true },

	{ "podman's monitor", "0::/machine.slice/libpod-conmon-" ID ".scope\n", false },
	{ "cri-o's monitor", "0::" POD_SLICE "/crio-conmon-" ID ".scope\n", false },
	{ "a service", "0::/system.slice/nginx.service\n", false },
	{ "a session", "0::/user.slice/user-1000.slice/session-1.scope\n", false },
	{ "the root", "0::/\n", false },
	{ "a pod, no container", "0::" POD_SLICE "\n", false },
	{ "63 digits", "0::/docker/f2a9c81d07e55aa0123456789abcdef0123456789abcdef0123456789abcdef\n", false },
	{ "65 digits", "0::/docker/0" ID "\n", false },
	{ "capitals", "0::/docker/3F2A9C81D07E55AA0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF\n", false },
	{ "part of a word", "0::/docker/x" ID "\n", false },
	{ "part of a word with _", "0::/docker/" ID "_x\n", false },
	{ "over two lines", "0::/docker/3f2a9c81d07e55aa0123456789abcdef\n0123456789abcdef0123456789abcdef\n", false },
	{ "nothing", "", false },
};
/* clang-format on */

static void knows_every_engine(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const size_t len = strlen(rows[i].content);
		char *copy = malloc(len + 1);
		char id[CONTAINER_ID_SIZE] = "before";
		bool is;

		/* where it ends, no byte may be read */
		assert_non_null(copy);
		copy = realloc(memcpy(copy, rows[i].content, len),
		               len ? len : 1);
		print_message("%s\n", rows[i].what);
		is = container_parse(copy, len, id);
		free(copy);
		assert_int_equal(is, rows[i].is);
		assert_string_equal(id, is ? "3f2a9c81d07e" : "before");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(knows_every_engine),
	};

	return cmocka_run_group_tests(tests, fdcheck_setup, fdcheck_teardown);
}
