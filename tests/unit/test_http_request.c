/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "http/http.h"

#include <stdlib.h>

#include "base/arena.h"
#include "base/str.h"
#include "check.h"
#include "http/condition.h"
#include "http/forwarded.h"
#include "http/reader.h"
#include "http/request.h"

static const struct http_limits wide = {.line = 16384, .head = 65536, .fields = 100, .body = 1 << 20};

static struct http_reader reader;
static struct http_request request;

/* Reads a request and makes it the one above. */
static void
ask(const char *text, bool is_trusted)
{
	http_request_end(&request);
	http_reader_start(&reader, &wide);
	http_reader_feed(&reader, text, strlen(text));
	CHECK_NUMBER(reader.state, HTTP_READ_DONE);
	http_request_begin(&request, &reader, "192.0.2.1", is_trusted, "0123456789abcdef");
}

static void
forget(void)
{
	http_request_end(&request);
	http_reader_free(&reader);
	str_free(&request.fields);
	request = (struct http_request){0};
}

static void
parameters_are_decoded_as_forms_are(void)
{
	ask("GET /find?q=K%C3%B6ln+Raum%2B&empty=&flag&&a%3Db=c&q=second&nul=x HTTP/1.1\r\nHost: a\r\n\r\n", false);
	CHECK_TEXT(http_path(&request), "/find");
	CHECK_TEXT(http_parameter(&request, "q"), "K\303\266ln Raum+");
	CHECK_TEXT(http_parameter(&request, "empty"), "");
	CHECK_TEXT(http_parameter(&request, "flag"), "");
	CHECK_TEXT(http_parameter(&request, "a=b"), "c");
	CHECK(http_parameter(&request, "Q") == NULL);
	CHECK(http_parameter(&request, "") == NULL);
	ask("GET / HTTP/1.1\r\nHost: a\r\n\r\n", false);
	CHECK(http_parameter(&request, "q") == NULL);
	CHECK_TEXT(http_query(&request), "");
	forget();
}

static void
a_bad_escape_is_not_guessed_at(void)
{
	struct arena *arena = arena_new();
	CHECK_TEXT(http_decode(arena, "a%20b+c", 7, false), "a b+c");
	CHECK_TEXT(http_decode(arena, "a%2fb+c", 7, true), "a/b c");
	CHECK(http_decode(arena, "%00", 3, true) == NULL);
	CHECK(http_decode(arena, "%4", 2, true) == NULL);
	CHECK(http_decode(arena, "%zz", 3, true) == NULL);
	CHECK_TEXT(http_decode(arena, "%41%42", 3, true), "A");
	arena_free(arena);
}

static void
fields_that_come_twice_are_joined(void)
{
	ask("GET / HTTP/1.1\r\nHost: a\r\nX-A: b\r\nx-a: c\r\nX-B: d\r\n\r\n", false);
	CHECK_TEXT(http_field(&request, "x-a"), "b, c");
	CHECK_TEXT(http_field(&request, "x-b"), "d");
	CHECK(http_field(&request, "x") == NULL);
	forget();
}

/* ---- forwarded ---- */

static const char *const peers[] = {"192.0.2.1", "10.0.0.0/8", "2001:db8::/32", "unix"};

static void
check_forwarded(int line, const char *fields, const char *client, const char *scheme, const char *host)
{
	struct http_prefix prefixes[4];
	struct http_trust trust = {prefixes, 4};
	for (size_t i = 0; i < 4; i++)
		CHECK(http_prefix_parse(peers[i], &prefixes[i]));
	struct str text = {0};
	str_print(&text, "GET / HTTP/1.1\r\nHost: inner\r\n%s\r\n", fields);
	ask(text.bytes, true);
	http_request_forward(&request, &trust);
	if (strcmp(http_client(&request), client) != 0)
		printf("line %d\n", line);
	CHECK_TEXT(http_client(&request), client);
	CHECK_TEXT(http_scheme(&request), scheme);
	CHECK_TEXT(http_host(&request), host);
	str_free(&text);
}
#define FORWARDED(fields, client, scheme, host) check_forwarded(__LINE__, fields, client, scheme, host)

static void
nobody_can_pretend_to_be_another_address(void)
{
	FORWARDED("", "192.0.2.1", "http", "inner");
	FORWARDED("X-Forwarded-For: 203.0.113.9\r\nX-Forwarded-Proto: https\r\n", "203.0.113.9", "https", "inner");
	FORWARDED("X-Forwarded-For: 1.1.1.1, 203.0.113.9\r\n", "203.0.113.9", "http", "inner");
	FORWARDED("X-Forwarded-For: 1.1.1.1\r\nX-Forwarded-For: 203.0.113.9, 10.1.2.3\r\n", "203.0.113.9", "http", "inner");
	FORWARDED("X-Forwarded-For: 1.1.1.1, nonsense, 10.1.2.3\r\n", "10.1.2.3", "http", "inner");
	FORWARDED("X-Forwarded-For: [2001:DB9::7]:443\r\n", "2001:db9::7", "http", "inner");
	FORWARDED("X-Forwarded-For: ::ffff:203.0.113.9\r\n", "203.0.113.9", "http", "inner");
	FORWARDED("X-Forwarded-For: 203.0.113.9:1234\r\nX-Forwarded-Host: outer.example\r\n", "203.0.113.9", "http", "outer.example");
	FORWARDED("X-Forwarded-Proto: ftp\r\nX-Forwarded-Host: a b\r\n", "192.0.2.1", "http", "inner");
	FORWARDED("Forwarded: for=1.1.1.1;proto=https\r\nX-Forwarded-For: 203.0.113.9\r\n", "203.0.113.9", "http", "inner");
	forget();
}

static void
forwarded_is_read_as_rfc_7239_says(void)
{
	FORWARDED("Forwarded: for=203.0.113.9;proto=https;by=10.0.0.1;host=outer.example\r\n", "203.0.113.9", "https", "outer.example");
	FORWARDED("Forwarded: For=\"[2001:db9:cafe::17]:4711\"; Proto=HTTPS\r\n", "2001:db9:cafe::17", "https", "inner");
	FORWARDED("Forwarded: for=1.1.1.1;proto=http, for=203.0.113.9;proto=https;host=edge, for=10.0.0.2;proto=http\r\n", "203.0.113.9",
	    "https", "edge");
	FORWARDED("Forwarded: for=203.0.113.9, for=unknown\r\n", "192.0.2.1", "http", "inner");
	FORWARDED("Forwarded: for=203.0.113.9, for=_hidden, for=10.0.0.2\r\n", "10.0.0.2", "http", "inner");
	FORWARDED("Forwarded: for=\"203.0.113.9\r\n", "192.0.2.1", "http", "inner");
	FORWARDED("Forwarded: ;;=,for\r\n", "192.0.2.1", "http", "inner");
	forget();
}

static void
a_trusted_prefix_holds_its_addresses_and_no_others(void)
{
	static const struct {
		const char *prefix, *address;
		bool holds;
	} cases[] = {
	    {"10.0.0.0/8", "10.255.0.1", true}, {"10.0.0.0/8", "11.0.0.1", false}, {"10.0.0.0/9", "10.127.9.9", true},
	    {"10.0.0.0/9", "10.128.0.0", false}, {"0.0.0.0/0", "8.8.8.8", true}, {"0.0.0.0/0", "::1", false}, {"::1", "::1", true},
	    {"::1", "::2", false}, {"unix", "unix", true}, {"unix", "127.0.0.1", false}, {"127.0.0.1", "::ffff:127.0.0.1", true},
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct http_prefix prefix;
		struct http_address address;
		CHECK(http_prefix_parse(cases[i].prefix, &prefix) && http_address_parse(cases[i].address, &address));
		CHECK_NUMBER(http_prefix_holds(&prefix, &address), cases[i].holds);
	}
	CHECK(!http_is_peer_prefix("10.0.0.0/33") && !http_is_peer_prefix("10.0.0") && !http_is_peer_prefix("unix/3") && !http_is_peer_prefix("") &&
	    !http_is_peer_prefix("10.0.0.0/-1") && !http_is_peer_prefix("example.org"));
}

static void
a_proxy_may_name_the_request(void)
{
	struct http_trust nobody = {0};
	ask("GET / HTTP/1.1\r\nHost: a\r\nX-Request-Id: abcdef-123\r\n\r\n", true);
	http_request_forward(&request, &nobody);
	CHECK_TEXT(http_request_id(&request), "abcdef-123");
	ask("GET / HTTP/1.1\r\nHost: a\r\nX-Request-Id: a b c d e f g h\r\n\r\n", true);
	http_request_forward(&request, &nobody);
	CHECK_TEXT(http_request_id(&request), "0123456789abcdef");
	forget();
}

/* ---- conditions and codings ---- */

static void
check_unchanged(int line, const char *method, const char *fields, const char *etag, int64_t modified, bool expected)
{
	struct str text = {0};
	str_print(&text, "%s / HTTP/1.1\r\nHost: a\r\n%s\r\n", method, fields);
	ask(text.bytes, false);
	if (http_request_is_unchanged(&request, etag, NULL, modified) != expected)
		printf("line %d\n", line);
	CHECK_NUMBER(http_request_is_unchanged(&request, etag, NULL, modified), expected);
	str_free(&text);
}
#define UNCHANGED(fields, etag, modified, expected) check_unchanged(__LINE__, "GET", fields, etag, modified, expected)

static void
a_calendar_that_did_not_change_is_not_sent_again(void)
{
	enum { NOVEMBER = 784111777 }; /* Sun, 06 Nov 1994 08:49:37 GMT */
	UNCHANGED("", "\"a\"", NOVEMBER, false);
	UNCHANGED("If-None-Match: \"a\"\r\n", "\"a\"", 0, true);
	UNCHANGED("If-None-Match: W/\"a\"\r\n", "\"a\"", 0, true);
	UNCHANGED("If-None-Match: \"a\"\r\n", "W/\"a\"", 0, true);
	UNCHANGED("If-None-Match: \"b\", W/\"c,d\" ,\"a\"\r\n", "\"a\"", 0, true);
	UNCHANGED("If-None-Match: \"b\"\r\nIf-None-Match: \"a\"\r\n", "\"a\"", 0, true);
	UNCHANGED("If-None-Match: \"c,d\"\r\n", "\"c,d\"", 0, true);
	UNCHANGED("If-None-Match: *\r\n", "\"a\"", 0, true);
	UNCHANGED("If-None-Match: a\r\n", "\"a\"", 0, false);
	UNCHANGED("If-None-Match: \"ab\"\r\n", "\"a\"", 0, false);
	UNCHANGED("If-None-Match: \r\n", "\"a\"", 0, false);
	UNCHANGED("If-None-Match: \"b\"\r\nIf-Modified-Since: Sun, 06 Nov 1994 08:49:37 GMT\r\n", "\"a\"", NOVEMBER, false);
	UNCHANGED("If-Modified-Since: Sun, 06 Nov 1994 08:49:37 GMT\r\n", "\"a\"", NOVEMBER, true);
	UNCHANGED("If-Modified-Since: Sun, 06 Nov 1994 08:49:36 GMT\r\n", "\"a\"", NOVEMBER, false);
	UNCHANGED("If-Modified-Since: Sunday, 06-Nov-94 08:49:37 GMT\r\n", NULL, NOVEMBER, true);
	UNCHANGED("If-Modified-Since: yesterday\r\n", NULL, NOVEMBER, false);
	UNCHANGED("If-Modified-Since: Sun, 06 Nov 1994 08:49:37 GMT\r\n", "\"a\"", 0, false);
	check_unchanged(__LINE__, "HEAD", "If-None-Match: \"a\"\r\n", "\"a\"", 0, true);
	check_unchanged(__LINE__, "POST", "If-None-Match: \"a\"\r\n", "\"a\"", 0, false);
	forget();
}

static void
who_does_not_ask_for_gzip_gets_none(void)
{
	static const struct {
		const char *accept;
		bool gzip;
	} cases[] = {
	    {NULL, false}, {"", false}, {"gzip", true}, {"GZIP", true}, {"x-gzip", true}, {"deflate", false}, {"deflate, gzip;q=1.0", true},
	    {"gzip;q=0", false}, {"gzip; q=0.000", false}, {"gzip;q=0.001", true}, {"gzip;q=2", false}, {"gzip;q=", false},
	    {"gzip;q=0.0001", false}, {"*", true}, {"*;q=0", false}, {"gzip;q=0, *", false}, {"*;q=0, gzip", true}, {"identity", false},
	    {"gzipped", false}, {"br, gzip ;q=0.5", true}, {"gzip;level=9", false},
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		if (http_coding_accepts_gzip(cases[i].accept) != cases[i].gzip)
			printf("%s\n", cases[i].accept);
		CHECK_NUMBER(http_coding_accepts_gzip(cases[i].accept), cases[i].gzip);
	}
}

/* ---- bytes ---- */

static struct http_bytes *
sample(size_t length)
{
	char *text = base_alloc(length + 1);
	for (size_t i = 0; i < length; i++)
		text[i] = (char)('a' + i * i % 11);
	return http_bytes_new(text, length);
}

static void
equal_feeds_compress_to_equal_bytes(void)
{
	struct http_bytes *plain = sample(100000), *once = http_bytes_gzip(plain);
	struct http_gzip *gzip = http_gzip_new(plain);
	int steps = 1;
	while (!http_gzip_step(gzip, 4096))
		steps++;
	struct http_bytes *again = http_gzip_done(gzip);
	size_t length, again_length;
	const char *bytes = http_bytes_data(once, &length), *again_bytes = http_bytes_data(again, &again_length);
	CHECK_NUMBER(steps, (100000 + 4095) / 4096);
	CHECK_NUMBER(length, again_length);
	CHECK(memcmp(bytes, again_bytes, length) == 0);
	CHECK(length < 100000 && memcmp(bytes, "\037\213\010\0\0\0\0\0", 8) == 0);
	http_bytes_unref(plain);
	http_bytes_unref(once);
	http_bytes_unref(again);
}

static void
what_does_not_shrink_is_sent_plain(void)
{
	unsigned seed = 1;
	char *noise = base_alloc(5000);
	for (size_t i = 0; i < 5000; i++)
		noise[i] = (char)((seed = seed * 1103515245 + 12345) >> 16);
	struct http_bytes *plain = http_bytes_new(noise, 5000), *empty = http_bytes_new(NULL, 0);
	CHECK(http_bytes_gzip(plain) == NULL);
	CHECK(http_bytes_gzip(empty) == NULL);
	struct http_gzip *given_up = http_gzip_new(plain);
	http_gzip_step(given_up, 10);
	http_gzip_free(given_up);
	http_bytes_unref(plain);
	http_bytes_unref(empty);
	http_bytes_unref(NULL);
}

TEST_MAIN(TEST(parameters_are_decoded_as_forms_are), TEST(a_bad_escape_is_not_guessed_at),
    TEST(fields_that_come_twice_are_joined), TEST(nobody_can_pretend_to_be_another_address), TEST(forwarded_is_read_as_rfc_7239_says),
    TEST(a_trusted_prefix_holds_its_addresses_and_no_others), TEST(a_proxy_may_name_the_request),
    TEST(a_calendar_that_did_not_change_is_not_sent_again), TEST(who_does_not_ask_for_gzip_gets_none),
    TEST(equal_feeds_compress_to_equal_bytes), TEST(what_does_not_shrink_is_sent_plain))
