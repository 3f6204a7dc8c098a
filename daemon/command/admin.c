/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * hubd admin NOUN VERB: hubs, people, roles, tokens, jobs, mail, examples. The rules are the api.admin_* functions'; here is only
 * which words go where.
 */
#include "command/admin.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/conf.h"
#include "base/json.h"
#include "base/str.h"
#include "command/call.h"
#include "command/command.h"
#include "command/words.h"
#include "db/db.h"

static const struct admin_verb verbs[] = {
	{"hub", "list", "", "the hubs and how much is in them", .function = "admin_hubs",
	    .columns = {"slug", "name", "zone", "sites", "resources", "events", "is_example"}},
	{"hub", "add", "SLUG NAME [--zone ZONE] [--site NAME] [--city CITY] [--land DE-BY]", "a hub with its first site",
	    .function = "admin_hub_add", .plain = {"slug", "name"}, .needed = 2, .options = {"zone", "site", "city", "land"}},
	{"person", "list", "", "the people and their roles", .function = "admin_people",
	    .columns = {"mail", "name", "language", "organisation", "roles", "is_example"}},
	{"person", "add", "MAIL NAME [--language de|en] [--organisation SLUG]", "an account", .function = "admin_person_add",
	    .plain = {"mail", "name"}, .needed = 2, .options = {"language", "organisation"}},
	{"person", "erase", "MAIL [--bookings hand-over|release]", "all of a person goes, their slots stay; what is ahead is given back, or handed to the organisation or team",
	    .function = "admin_person_erase", .plain = {"mail"}, .needed = 1, .options = {"bookings"}},
	{"role", "grant", "MAIL ROLE [HUB]", "member, trainer, manager of a hub; operator, agency of none", .function = "admin_role_grant",
	    .plain = {"mail", "role", "hub"}, .needed = 2, .options = {"hub"}},
	{"role", "revoke", "MAIL ROLE [HUB]", "the same taken back", .function = "admin_role_revoke",
	    .plain = {"mail", "role", "hub"}, .needed = 2, .options = {"hub"}},
	{"token", "list", "[MAIL]", "tokens by name, never themselves", .function = "admin_tokens", .plain = {"mail"},
	    .columns = {"id", "mail", "name", "scopes", "expires", "revoked", "used"}},
	{"token", "add", "MAIL NAME [--scopes read,write] [--expires 2027-01-31]", "a token, printed this once", .function = "admin_token_add",
	    .plain = {"mail", "name"}, .needed = 2, .options = {"scopes", "expires"}, .prepare = admin_token_prepare},
	{"token", "revoke", "ID", "a token that ends now", .function = "admin_token_revoke", .plain = {"id"}, .needed = 1},
	{"sign-in-link", NULL, "MAIL", "an address that signs this person in once, within 15 minutes", .function = "admin_sign_in_link",
	    .plain = {"mail"}, .needed = 1, .prepare = admin_code_prepare, .address = "/sign-in?code="},
	{"job", "list", "[--failed]", "what waits, runs or was set aside", .function = "admin_jobs", .flags = {"failed"},
	    .columns = {"id", "kind", "key", "state", "run_at", "attempts", "error"}},
	{"job", "retry", "ID", "a job that was set aside is due again", .function = "admin_job_retry", .plain = {"id"}, .needed = 1},
	{"job", "drop", "ID", "a job that will not be done", .function = "admin_job_drop", .plain = {"id"}, .needed = 1},
	{"mail", "list", "[--failed]", "the newest mails: what waits, went out or was set aside", .function = "admin_mails", .flags = {"failed"},
	    .columns = {"id", "kind", "to", "state", "attempts", "unknowns", "written", "answer"}},
	{"mail", "retry", "ID", "a mail that was set aside or waits is due again", .function = "admin_mail_retry", .plain = {"id"}, .needed = 1},
	{"mail", NULL, "[ID]", "one mail, as it lies in mail_directory; without ID the newest one", .function = "admin_mail", .plain = {"id"},
	    .say = admin_mail_say},
	{"zones", NULL, "[--dry-run]", "moves future bookings and dates to where the installed time zones have them; says what collides",
	    .flags = {"dry-run"}, .run = admin_zones_run},
	{"retention", NULL, "[CLASS DAYS]", "how long what is kept, and setting it", .function = "admin_retention", .plain = {"class", "days"},
	    .columns = {"class", "period"}},
	{"audit", NULL, "[HUB] [--of KIND[:NUMBER]] [--before NUMBER]", "who changed what, the newest hundred", .function = "admin_audit", .plain = {"hub"},
	    .options = {"of", "before"}, .columns = {"id", "at", "who", "act", "of", "from", "to"}},
	{"load-hubs", NULL, "FILE", "hubs, rooms and an example week from a file as config/hubs.json", .function = "admin_load_hubs",
	    .plain = {"file"}, .needed = 1, .prepare = admin_load_prepare, .say = admin_load_say},
	{"remove-examples", NULL, "", "everything marked as an example that nobody uses", .function = "admin_remove_examples",
	    .say = admin_remove_say},
};
enum { VERBS = sizeof verbs / sizeof verbs[0] };

static int
usage(FILE *out, const char *noun, int code)
{
	fprintf(out, "usage:\n");
	for (size_t i = 0; i < VERBS; i++)
		if (noun == NULL || str_equal(noun, verbs[i].noun))
			fprintf(out, "  hubd admin %s%s%s%s%s\n      %s\n", verbs[i].noun, verbs[i].verb != NULL ? " " : "",
			    verbs[i].verb != NULL ? verbs[i].verb : "", *verbs[i].usage != '\0' ? " " : "", verbs[i].usage, verbs[i].help);
	fprintf(out, "  --json prints the answer as JSON.\n");
	return code;
}

/* *ret_skip: how many words name the verb. */
static const struct admin_verb *
find_verb(int argc, char **argv, int *ret_skip)
{
	for (size_t i = 0; i < VERBS; i++) {
		if (argc < 2 || !str_equal(argv[1], verbs[i].noun))
			continue;
		if (verbs[i].verb == NULL || (argc > 2 && str_equal(argv[2], verbs[i].verb))) {
			*ret_skip = verbs[i].verb == NULL ? 1 : 2;
			return &verbs[i];
		}
	}
	return NULL;
}

static bool
is_noun(const char *word)
{
	for (size_t i = 0; i < VERBS; i++)
		if (str_equal(word, verbs[i].noun))
			return true;
	return false;
}

static void
put_words(const struct admin_verb *verb, const struct words *words, struct json_writer *input)
{
	for (size_t i = 0; i < words->count; i++)
		json_put_text(input, verb->plain[i], words->plain[i]);
	for (size_t i = 0; i < ADMIN_OPTIONS && verb->options[i] != NULL; i++)
		if (words_value(words, verb->options[i]) != NULL)
			json_put_text(input, verb->options[i], words_value(words, verb->options[i]));
	for (size_t i = 0; i < ADMIN_OPTIONS && verb->flags[i] != NULL; i++)
		if (words_has(words, verb->flags[i]))
			json_put_bool(input, verb->flags[i], true);
}

/* What a cell shows; texts live as long as the body. */
static const char *
cell(const struct json *item, const char *column, char ret_number[static 24])
{
	const struct json *value = json_get(item, column);

	switch (json_kind(value)) {
	case JSON_IS_TEXT:
		return json_as_text(value);
	case JSON_IS_INTEGER:
		snprintf(ret_number, 24, "%lld", (long long)json_as_integer(value));
		return ret_number;
	case JSON_IS_BOOL:
		return json_as_bool(value) ? "yes" : "no";
	default:
		return "-";
	}
}

/* Characters, not bytes: columns stay straight with umlauts. */
static int
width(const char *text)
{
	int count = 0;

	for (; *text != '\0'; text++)
		count += ((unsigned char)*text & 0xC0) != 0x80;
	return count;
}

static void
say_table(const char *const *columns, const struct json *items)
{
	int widths[ADMIN_OPTIONS] = {0};
	char number[24];

	for (size_t c = 0; c < ADMIN_OPTIONS && columns[c] != NULL; c++) {
		widths[c] = width(columns[c]);
		for (size_t i = 0; i < json_size(items); i++) {
			int wide = width(cell(json_at(items, i), columns[c], number));
			widths[c] = wide > widths[c] ? wide : widths[c];
		}
	}
	for (size_t row = 0; row <= json_size(items); row++) {
		for (size_t c = 0; c < ADMIN_OPTIONS && columns[c] != NULL; c++) {
			const char *text = row == 0 ? columns[c] : cell(json_at(items, row - 1), columns[c], number);
			bool is_last = c + 1 == ADMIN_OPTIONS || columns[c + 1] == NULL;
			printf("%s%*s", text, is_last ? 0 : widths[c] - width(text) + 2, "");
		}
		printf("\n");
	}
}

static void
say(const struct conf *conf, const struct admin_verb *verb, const struct json *body, const char *secret)
{
	if (verb->say != NULL)
		verb->say(conf, body);
	else if (json_get(body, "items") != NULL)
		say_table(verb->columns, json_get(body, "items"));
	else
		fprintf(secret != NULL ? stderr : stdout, "%s\n", json_as_text(json_get(body, "message")));
	if (secret != NULL && verb->address != NULL)
		printf("%s%s%s\n", conf_text(conf, "public_url"), verb->address, secret);
	else if (secret != NULL)
		printf("%s\n", secret);
}

static int
run(struct arena *arena, const struct conf *conf, const struct admin_verb *verb, const struct words *words, struct str *input)
{
	struct json_writer writer = {.out = input};
	const char *secret = NULL, *text = NULL;

	if (verb->prepare == NULL) {
		json_open_map(&writer, NULL);
		put_words(verb, words, &writer);
		json_close_map(&writer);
	} else if (!verb->prepare(arena, words, &writer, &secret)) {
		return 1;
	}
	struct db_session *session = command_open(conf, "admin_database");
	if (session == NULL)
		return 1;
	const struct json *body = command_call_text(arena, session, verb->function, str_text(input), &text);
	db_session_close(session);
	if (body == NULL)
		return 1;
	if (!words_has(words, "json"))
		say(conf, verb, body, secret);
	else if (secret != NULL && verb->address != NULL)
		printf("{\"address\": \"%s%s%s\"}\n", conf_text(conf, "public_url"), verb->address, secret);
	else if (secret != NULL)
		printf("{\"token\": \"%s\", \"id\": %lld}\n", secret, (long long)json_as_integer(json_get(body, "id")));
	else
		printf("%s\n", text);
	return 0;
}

int
command_admin(const struct conf *conf, int argc, char **argv)
{
	int skip = 0;
	const struct admin_verb *verb = find_verb(argc, argv, &skip);
	const char *flags[ADMIN_OPTIONS + 2] = {"json"};
	struct words words;

	if (argc > 1 && (str_equal(argv[1], "--help") || str_equal(argv[1], "help")))
		return usage(stdout, NULL, 0);
	if (verb == NULL)
		return usage(stderr, argc > 1 && is_noun(argv[1]) ? argv[1] : NULL, 2);
	memcpy(flags + 1, verb->flags, sizeof verb->flags);
	if (!words_read(&words, argc - skip, argv + skip, flags, verb->options))
		return 2;
	size_t most = 0;
	while (most < ADMIN_PLAIN && verb->plain[most] != NULL)
		most++;
	if (words.count < verb->needed || words.count > most) {
		fprintf(stderr, "usage: hubd admin %s%s%s %s\n", verb->noun, verb->verb != NULL ? " " : "", verb->verb != NULL ? verb->verb : "", verb->usage);
		return 2;
	}
	if (verb->run != NULL)
		return verb->run(conf, &words);
	struct arena *arena = arena_new();
	struct str input = {0};
	int code = run(arena, conf, verb, &words, &input);
	str_free(&input);
	arena_free(arena);
	return code;
}
