/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * SHA-256, HMAC, base64 and random bytes, from libcrypto. It does not know what is hashed or why.
 */
#ifndef HUBD_BASE_DIGEST_H
#define HUBD_BASE_DIGEST_H

#include <stddef.h>

enum { DIGEST_HEX_SIZE = 65, DIGEST_TOKEN_SIZE = 44 };

/* Lower-case hexadecimal, NUL at its end. */
void digest_sha256_hex(const void *bytes, size_t length, char ret_hex[static DIGEST_HEX_SIZE]);

/* The same over several pieces. */
struct digest;
struct digest *digest_new(void);
void digest_add(struct digest *digest, const void *bytes, size_t length);
void digest_end(struct digest *digest, char ret_hex[static DIGEST_HEX_SIZE]); /* frees it */

/* 256 bits from the kernel as base64url without padding (RFC 4648 5): a token that nobody guesses. */
void digest_random_token(char ret_token[static DIGEST_TOKEN_SIZE]);
void digest_random(void *ret_bytes, size_t length);

/* base64 (RFC 4648 4) with padding; returns the decoded length or -1 where it is malformed or longer than room. */
long digest_base64_decode(const char *text, size_t length, unsigned char *ret_bytes, size_t room);
/* Room for the text of so many bytes, its NUL included. */
#define DIGEST_BASE64_SIZE(length) (((length) + 2) / 3 * 4 + 1)
/* Encodes with padding, without line breaks; returns the text's length. */
size_t digest_base64_encode(const void *bytes, size_t length, char *ret_text);

/* HMAC with SHA-256 (RFC 2104), in lower-case hexadecimal. */
void digest_hmac_sha256_hex(const char *key, const void *bytes, size_t length, char ret_hex[static DIGEST_HEX_SIZE]);

#endif
