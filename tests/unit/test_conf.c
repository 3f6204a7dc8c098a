/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Settings: what an operator loses when a file is read otherwise than it says. */
#include "base/conf.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "check.h"

static bool
reads(struct conf *conf, const char *text, struct str *problems)
{
	return conf_read(conf, "f", text, strlen(text), problems);
}

static void
a_file_says_what_it_says(void)
{
	struct conf *conf = conf_new();
	struct str problems = {0};
	CHECK(reads(conf, "# a comment\n\n  database =  host=/run/x dbname=hubd  \r\nrequest_body = 2M\nhead_timeout=5min\nstreams = 7\n"
	                  "listen = 127.0.0.1:1, unix:/x\nlisten = [::1]:2\nlog_level = debug", &problems));
	CHECK_TEXT(str_text(&problems), "");
	CHECK_TEXT(conf_text(conf, "database"), "host=/run/x dbname=hubd");
	CHECK_NUMBER(conf_bytes(conf, "request_body"), 2 * 1024 * 1024);
	CHECK_NUMBER(conf_milliseconds(conf, "head_timeout"), 300000);
	CHECK_NUMBER(conf_number(conf, "streams"), 7);
	const char *const *list = conf_list(conf, "listen");
	CHECK_TEXT(list[0], "127.0.0.1:1");
	CHECK_TEXT(list[1], "unix:/x");
	CHECK_TEXT(list[2], "[::1]:2");
	CHECK(list[3] == NULL);
	conf_free(conf);
	str_free(&problems);
}

static void
what_is_wrong_is_told_with_its_line_and_what_would_be_right(void)
{
	static const struct { const char *text, *problem; } cases[] = {
		{"\nlissten = x", "f:2: lissten: there is no such setting; did you mean listen?\n"},
		{"zzzzzzzzzz = x", "f:1: zzzzzzzzzz: there is no such setting\n"},
		{"head_timeout = 3x", "f:1: head_timeout: \"3x\" is not a duration such as 250ms, 10s, 5min, 2h or 1d from 1000ms to 3600000ms; the default is 10s\n"},
		{"streams = -1", "f:1: streams: \"-1\" is not a number from 0 to 1000000; the default is 1000\n"},
		{"streams = 99999999999999999999", "f:1: streams: \"99999999999999999999\" is not a number from 0 to 1000000; the default is 1000\n"},
		{"log_level = loud", "f:1: log_level: \"loud\" is not one word of its list (error|warning|notice|info|debug); the default is info\n"},
		{"log_level =", "f:1: log_level: \"\" is not one word of its list (error|warning|notice|info|debug); the default is info\n"},
		{"streams = 1\nstreams = 2", "f:2: streams: is set twice; one line must go\n"},
		{"listen", "f:1: \"listen\" is not a setting; a line is `name = value`, or a comment that begins with #\n"},
		{"\xff = 1", "f: is not a text file in UTF-8\n"},
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct conf *conf = conf_new();
		struct str problems = {0};
		CHECK(!reads(conf, cases[i].text, &problems));
		CHECK_TEXT(str_text(&problems), cases[i].problem);
		conf_free(conf);
		str_free(&problems);
	}
}

static void
a_wrong_value_keeps_the_default(void)
{
	struct conf *conf = conf_new();
	struct str problems = {0};
	reads(conf, "streams = many\nconnections = 0", &problems);
	CHECK_NUMBER(conf_number(conf, "streams"), 1000);
	CHECK_NUMBER(conf_number(conf, "connections"), 4000);
	conf_free(conf);
	str_free(&problems);
}

static void
the_command_line_wins_over_the_file(void)
{
	struct conf *conf = conf_new();
	struct str problems = {0};
	CHECK(reads(conf, "listen = a:1\nstreams = 5", &problems));
	CHECK(conf_set(conf, "--set", "listen=b:2", &problems));
	CHECK(conf_set(conf, "--set", "streams=6", &problems));
	CHECK_TEXT(conf_list(conf, "listen")[0], "b:2");
	CHECK(conf_list(conf, "listen")[1] == NULL);
	CHECK_NUMBER(conf_number(conf, "streams"), 6);
	CHECK(!conf_set(conf, "--set", "streams", &problems));
	conf_free(conf);
	str_free(&problems);
}

static void
options_are_taken_wherever_they_stand(void)
{
	char a0[] = "hubd", a1[] = "--set", a2[] = "streams=5", a3[] = "serve", a4[] = "--set=connections=9", a5[] = "-x", a6[] = "--", a7[] = "--set";
	char *argv[] = {a0, a1, a2, a3, a4, a5, a6, a7, NULL};
	int argc = 8;
	struct str problems = {0};
	struct conf *conf = conf_load(&argc, argv, &problems);
	CHECK_TEXT(str_text(&problems), "");
	CHECK_NUMBER(argc, 5);
	CHECK_TEXT(argv[1], "serve");
	CHECK_TEXT(argv[2], "-x");
	CHECK_TEXT(argv[4], "--set");
	CHECK_NUMBER(conf_number(conf, "streams"), 5);
	CHECK_NUMBER(conf_number(conf, "connections"), 9);
	struct conf *again = conf_reload(conf, &problems);
	CHECK_NUMBER(conf_number(again, "connections"), 9);
	conf_free(again);
	conf_free(conf);
	str_free(&problems);
}

static void
a_file_that_is_not_there_is_told(void)
{
	char a0[] = "hubd", a1[] = "--config=/nonexistent/hubd.conf";
	char *argv[] = {a0, a1, NULL};
	int argc = 2;
	struct str problems = {0};
	conf_free(conf_load(&argc, argv, &problems));
	CHECK(strstr(str_text(&problems), "/nonexistent/hubd.conf: cannot be read") != NULL);
	str_free(&problems);
}

static char *
read_shipped(size_t *ret_length)
{
	FILE *file = fopen("config/hubd.conf", "re");
	if (file == NULL)
		return NULL;
	char *text = base_alloc(1 << 20);
	*ret_length = fread(text, 1, (1 << 20) - 1, file);
	fclose(file);
	return text;
}

/* "name = value" of a line that is a default commented out: "#name = value". */
static void
the_shipped_file_is_the_table(void)
{
	size_t length;
	char *text = read_shipped(&length);
	CHECK(text != NULL && "run from the top folder");
	if (text == NULL)
		return;
	struct str problems = {0};
	struct conf *conf = conf_new();
	CHECK(conf_read(conf, "config/hubd.conf", text, length, &problems));
	const char *at = text;
	for (const struct conf_setting *setting = conf_settings(); setting->name != NULL; setting++) {
		struct str line = {0};
		str_print(&line, "\n#%s = %s\n", setting->name, setting->fallback);
		const char *found = strstr(at, str_text(&line));
		CHECK(found != NULL);
		if (found == NULL)
			printf("config/hubd.conf lacks, or has in another place:%s(`hubd check-config --defaults` writes it)\n", str_text(&line));
		else
			at = found + 1;
		str_free(&line);
	}
	conf_free(conf);
	str_free(&problems);
	free(text);
}

static void
every_setting_explains_itself(void)
{
	for (const struct conf_setting *setting = conf_settings(); setting->name != NULL; setting++) {
		CHECK(setting->help != NULL && strlen(setting->help) > 10 && setting->help[strlen(setting->help) - 1] == '.');
		CHECK((setting->kind == CONF_CHOICE) == (setting->choices != NULL));
	}
}

static void
a_typo_finds_its_word(void)
{
	static const char *const names[] = {"title", "note", "start", NULL};
	CHECK_TEXT(conf_nearest("titel", names), "title");
	CHECK_TEXT(conf_nearest("strat", names), "start");
	CHECK_TEXT(conf_nearest("notes", names), "note");
	CHECK(conf_nearest("password", names) == NULL);
	CHECK(conf_nearest("", names) == NULL);
	char longest[400];
	memset(longest, 'x', sizeof longest - 1);
	longest[sizeof longest - 1] = '\0';
	CHECK(conf_nearest(longest, names) == NULL);
}

TEST_MAIN(TEST(a_file_says_what_it_says), TEST(what_is_wrong_is_told_with_its_line_and_what_would_be_right),
    TEST(a_wrong_value_keeps_the_default), TEST(the_command_line_wins_over_the_file), TEST(options_are_taken_wherever_they_stand),
    TEST(a_file_that_is_not_there_is_told), TEST(the_shipped_file_is_the_table), TEST(every_setting_explains_itself),
    TEST(a_typo_finds_its_word))
