// SPDX-License-Identifier: GPL-2.0-or-later
/* secret - see secret.h. The MAC is libsodium's keyed BLAKE2b. */
#include "probes/load/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sodium.h>

#include "probes/base/err.h"
#include "probes/base/file.h"
#include "probes/base/text.h"

/* Shorter keys are words that can be guessed. */
#define KEY_FILE_MIN 16
#define KEY_FILE_MAX 4096

_Static_assert(SECRET_KEY_BYTES == crypto_generichash_KEYBYTES &&
                       WIRE_MAC_BYTES == crypto_generichash_BYTES,
               "sizes are those of BLAKE2b");

/* What a MAC is for stands first in it: none can be taken for another. */
static const char domain_key[] = "kiloflow 1 key";
static const char domain_flow[] = "kiloflow 1 flow";
static const char *const domains[] = {
	[SECRET_NEAR] = "kiloflow 1 near",
	[SECRET_FAR] = "kiloflow 1 far",
	[SECRET_SESSION] = "kiloflow 1 session",
};

static int check_file(int fd, const char *shown, struct err *err)
{
	struct stat info;

	if (fstat(fd, &info))
		return err_set(err, -errno, "--key-file %s: %s", shown,
		               strerror(errno));
	if (!S_ISREG(info.st_mode))
		return err_set(err, -EINVAL, "--key-file %s: is not a file",
		               shown);
	if (!(info.st_mode & 077))
		return 0;
	err_hint(err, "chmod 600 %s", shown);
	return err_set(err, -EACCES,
	               "--key-file %s: others may read it (mode %03o)", shown,
	               info.st_mode & 0777U);
}

static int read_key(int fd, const char *shown, struct secret *ret,
                    struct err *err)
{
	char *text = NULL;
	size_t len = 0;
	int rc;

	rc = check_file(fd, shown, err);
	if (rc)
		return rc;
	rc = file_read_fd(fd, KEY_FILE_MAX, &text, &len);
	if (rc)
		return err_set(err, rc, "--key-file %s: %s", shown,
		               strerror(-rc));
	while (len && (text[len - 1] == '\n' || text[len - 1] == '\r'))
		len--;
	if (len < KEY_FILE_MIN) {
		err_hint(err, "head -c 32 /dev/urandom | base64 >%s", shown);
		rc = err_set(
			err, -EINVAL,
			"--key-file %s: %zu bytes are too few, use %d or more",
			shown, len, KEY_FILE_MIN);
	} else {
		(void)crypto_generichash(ret->key, sizeof(ret->key),
		                         (const unsigned char *)text, len,
		                         (const unsigned char *)domain_key,
		                         sizeof(domain_key));
	}
	sodium_memzero(text, len);
	free(text);
	return rc;
}

int secret_read(const char *path, struct secret *ret, struct err *err)
{
	char shown[128];
	int fd;
	int rc;

	*ret = (struct secret){ 0 };
	if (sodium_init() < 0)
		return err_set(err, -EIO, "libsodium cannot be used here");
	if (!path)
		return 0;
	(void)text_escape(shown, sizeof(shown), path, strlen(path));
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (fd < 0)
		return err_set(err, -errno, "--key-file %s: %s", shown,
		               strerror(errno));
	rc = read_key(fd, shown, ret, err);
	(void)close(fd);
	return rc;
}

void secret_nonce(uint8_t ret[static WIRE_NONCE_BYTES])
{
	randombytes_buf(ret, WIRE_NONCE_BYTES);
}

void secret_prove(const struct secret *secret, enum secret_use use,
                  const struct secret_nonces *nonces,
                  uint8_t ret[static WIRE_MAC_BYTES])
{
	const char *domain = domains[use];
	crypto_generichash_state state;

	(void)crypto_generichash_init(&state, secret->key, sizeof(secret->key),
	                              WIRE_MAC_BYTES);
	(void)crypto_generichash_update(&state, (const unsigned char *)domain,
	                                strlen(domain) + 1);
	(void)crypto_generichash_update(&state, nonces->near,
	                                sizeof(nonces->near));
	(void)crypto_generichash_update(&state, nonces->far,
	                                sizeof(nonces->far));
	(void)crypto_generichash_final(&state, ret, WIRE_MAC_BYTES);
}

void secret_session(const struct secret *secret,
                    const struct secret_nonces *nonces, struct secret *ret)
{
	secret_prove(secret, SECRET_SESSION, nonces, ret->key);
}

void secret_token(const struct secret *session, uint64_t index,
                  uint8_t ret[static WIRE_TOKEN_BYTES])
{
	unsigned char said[sizeof(domain_flow) + sizeof(index)];

	(void)memcpy(said, domain_flow, sizeof(domain_flow));
	for (size_t i = 0; i < sizeof(index); i++)
		said[sizeof(domain_flow) + i] = (unsigned char)(index >> 8 * i);
	(void)crypto_generichash(ret, WIRE_TOKEN_BYTES, said, sizeof(said),
	                         session->key, sizeof(session->key));
}

bool secret_equal(const uint8_t *a, const uint8_t *b, size_t n)
{
	return !sodium_memcmp(a, b, n);
}
