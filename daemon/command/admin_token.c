/* SPDX-License-Identifier: GPL-3.0-or-later */
/* hubd admin token add, sign-in-link: the secret is made here and shown once; the database gets its SHA-256. */
#include "command/admin.h"

#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/digest.h"
#include "base/json.h"
#include "base/when.h"
#include "command/words.h"

/* The end of the day (UTC) that --expires names. */
static bool
put_expiry(struct json_writer *input, const char *day)
{
	char text[WHEN_TEXT_SIZE];
	int64_t days;

	if (!when_parse_date(day, &days)) {
		fprintf(stderr, "hubd: --expires is a date such as 2027-01-31, not \"%s\"\n", day);
		return false;
	}
	when_print((days + 1) * 86400, text);
	json_put_text(input, "expires", text);
	return true;
}

bool
admin_code_prepare(struct arena *arena, const struct words *words, struct json_writer *input, const char **ret_secret)
{
	char code[DIGEST_TOKEN_SIZE], hash[DIGEST_HEX_SIZE];

	digest_random_token(code);
	digest_sha256_hex(code, strlen(code), hash);
	json_open_map(input, NULL);
	json_put_text(input, "mail", words->plain[0]);
	json_put_text(input, "sha256", hash);
	json_close_map(input);
	*ret_secret = arena_text(arena, code);
	return true;
}

bool
admin_token_prepare(struct arena *arena, const struct words *words, struct json_writer *input, const char **ret_secret)
{
	char token[DIGEST_TOKEN_SIZE], hash[DIGEST_HEX_SIZE];

	digest_random_token(token);
	digest_sha256_hex(token, strlen(token), hash);
	json_open_map(input, NULL);
	json_put_text(input, "mail", words->plain[0]);
	json_put_text(input, "name", words->plain[1]);
	json_put_text(input, "sha256", hash);
	if (words_value(words, "scopes") != NULL)
		json_put_text(input, "scopes", words_value(words, "scopes"));
	if (words_value(words, "expires") != NULL && !put_expiry(input, words_value(words, "expires")))
		return false;
	json_close_map(input);
	*ret_secret = arena_text(arena, token);
	return true;
}
