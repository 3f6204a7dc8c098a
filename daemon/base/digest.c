/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/digest.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>
#include <stdlib.h>
#include <string.h>

struct digest {
	EVP_MD_CTX *context;
};

struct digest *
digest_new(void)
{
	struct digest *digest = calloc(1, sizeof *digest);
	if (digest == NULL || (digest->context = EVP_MD_CTX_new()) == NULL ||
	    EVP_DigestInit_ex(digest->context, EVP_sha256(), NULL) != 1)
		abort();
	return digest;
}

void
digest_add(struct digest *digest, const void *bytes, size_t length)
{
	if (EVP_DigestUpdate(digest->context, bytes, length) != 1)
		abort();
}

static void
print_hex(const unsigned char *sum, unsigned int length, char *ret_hex)
{
	static const char digits[] = "0123456789abcdef";
	for (unsigned int i = 0; i < length; i++) {
		ret_hex[2 * i] = digits[sum[i] >> 4];
		ret_hex[2 * i + 1] = digits[sum[i] & 15];
	}
	ret_hex[2 * length] = '\0';
}

void
digest_end(struct digest *digest, char ret_hex[static DIGEST_HEX_SIZE])
{
	unsigned char sum[EVP_MAX_MD_SIZE];
	unsigned int length;
	if (EVP_DigestFinal_ex(digest->context, sum, &length) != 1)
		abort();
	print_hex(sum, length, ret_hex);
	EVP_MD_CTX_free(digest->context);
	free(digest);
}

void
digest_sha256_hex(const void *bytes, size_t length, char ret_hex[static DIGEST_HEX_SIZE])
{
	struct digest *digest = digest_new();
	digest_add(digest, bytes, length);
	digest_end(digest, ret_hex);
}

void
digest_hmac_sha256_hex(const char *key, const void *bytes, size_t length, char ret_hex[static DIGEST_HEX_SIZE])
{
	unsigned char sum[EVP_MAX_MD_SIZE];
	unsigned int sum_length;
	if (HMAC(EVP_sha256(), key, (int)strlen(key), bytes, length, sum, &sum_length) == NULL)
		abort();
	print_hex(sum, sum_length, ret_hex);
}

size_t
digest_base64_encode(const void *bytes, size_t length, char *ret_text)
{
	return (size_t)EVP_EncodeBlock((unsigned char *)ret_text, bytes, (int)length);
}

void
digest_random(void *ret_bytes, size_t length)
{
	if (RAND_bytes(ret_bytes, (int)length) != 1)
		abort();
}

void
digest_random_token(char ret_token[static DIGEST_TOKEN_SIZE])
{
	unsigned char secret[32];
	unsigned char text[DIGEST_TOKEN_SIZE + 4];
	digest_random(secret, sizeof secret);
	EVP_EncodeBlock(text, secret, sizeof secret);
	for (unsigned char *at = text; *at != '\0'; at++) {
		if (*at == '+')
			*at = '-';
		else if (*at == '/')
			*at = '_';
		else if (*at == '=')
			*at = '\0';
	}
	memcpy(ret_token, text, DIGEST_TOKEN_SIZE);
	ret_token[DIGEST_TOKEN_SIZE - 1] = '\0';
}

static int
base64_value(char letter)
{
	if (letter >= 'A' && letter <= 'Z')
		return letter - 'A';
	if (letter >= 'a' && letter <= 'z')
		return letter - 'a' + 26;
	if (letter >= '0' && letter <= '9')
		return letter - '0' + 52;
	return letter == '+' ? 62 : letter == '/' ? 63 : -1;
}

long
digest_base64_decode(const char *text, size_t length, unsigned char *ret_bytes, size_t room)
{
	if (length % 4 != 0)
		return -1;
	size_t padding = length > 0 && text[length - 1] == '=' ? (text[length - 2] == '=' ? 2 : 1) : 0;
	size_t decoded = length / 4 * 3 - padding;
	if (decoded > room)
		return -1;
	size_t out = 0;
	for (size_t i = 0; i < length; i += 4) {
		unsigned int group = 0;
		for (size_t j = 0; j < 4; j++) {
			int value = i + j >= length - padding ? 0 : base64_value(text[i + j]);
			if (value < 0)
				return -1;
			group = group << 6 | (unsigned int)value;
		}
		for (int shift = 16; shift >= 0 && out < decoded; shift -= 8)
			ret_bytes[out++] = (unsigned char)(group >> shift);
	}
	return (long)decoded;
}
