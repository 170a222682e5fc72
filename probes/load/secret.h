/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * secret - how two hosts prove to each other that they have the same key,
 * and how flows prove that they are of their session.
 *
 * Both give a nonce; a proof is a MAC over both and the role of who gives it,
 * so that none can be used again, or sent back to its sender. The key itself
 * is never sent. The session's own key follows from the same nonces, and a
 * flow's token is a MAC of its number by that: it is worth nothing in another
 * session, and within its own only once.
 *
 * What is sent after that is neither encrypted nor signed.
 */
#ifndef KILOFLOW_PROBES_LOAD_SECRET_H
#define KILOFLOW_PROBES_LOAD_SECRET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "probes/load/wire.h"

struct err;

#define SECRET_KEY_BYTES 32

struct secret {
	uint8_t key[SECRET_KEY_BYTES];
};

/* Who said what, before the session. */
struct secret_nonces {
	uint8_t near[WIRE_NONCE_BYTES], far[WIRE_NONCE_BYTES];
};

enum secret_use { SECRET_NEAR, SECRET_FAR, SECRET_SESSION };

/**
 * secret_read - the key from a file that nobody else may read
 * @path: NULL: there is none, which is a key that everybody has
 *
 * Its content is the key, whatever it is; line ends after it do not count.
 *
 * Return: 0; -EACCES when group or others could read it; -EINVAL when it is
 * too short, or no file; else from the kernel. All with words.
 */
int secret_read(const char *path, struct secret *ret, struct err *err);

/** secret_nonce - random bytes that were never used */
void secret_nonce(uint8_t ret[static WIRE_NONCE_BYTES]);

/** secret_prove - the proof of the near or the far end, or the session's key
 */
void secret_prove(const struct secret *secret, enum secret_use use,
                  const struct secret_nonces *nonces,
                  uint8_t ret[static WIRE_MAC_BYTES]);

/** secret_session - the key of a session */
void secret_session(const struct secret *secret,
                    const struct secret_nonces *nonces, struct secret *ret);

/** secret_token - of flow @index, by the session's key */
void secret_token(const struct secret *session, uint64_t index,
                  uint8_t ret[static WIRE_TOKEN_BYTES]);

/** secret_equal - takes as long wherever they differ */
bool secret_equal(const uint8_t *a, const uint8_t *b, size_t n);

#endif
