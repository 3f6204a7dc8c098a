/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "http/reader.h"

#include <stdlib.h>

#include "base/arena.h"
#include "base/str.h"
#include "check.h"
#include "http/grammar.h"

static const struct http_limits wide = {.line = 16384, .head = 65536, .fields = 100, .body = 1 << 20};

#define HOST "Host: localhost:8080\r\n"
#define GET(fields) "GET / HTTP/1.1\r\n" HOST fields "\r\n"
#define POST(fields, body) "POST / HTTP/1.1\r\n" HOST fields "\r\n" body
#define CHUNKED(body) POST("Transfer-Encoding: chunked\r\n", body)

/* What one request came to, as a text that tests compare: status or the request, and how much was taken. */
static void
describe(const struct http_reader *reader, size_t taken, struct str *ret)
{
	str_clear(ret);
	if (reader->state == HTTP_READ_REFUSED) {
		str_print(ret, "%d", reader->status);
		return;
	}
	if (reader->state != HTTP_READ_DONE) {
		str_put(ret, "more");
		return;
	}
	str_print(ret, "%s|%s|%s|%s|%d|%d|%s|%zu", reader->method, reader->path, reader->query, reader->host, reader->minor,
	    (int)reader->keep_alive, str_text(&reader->body), taken);
	for (size_t i = 0; i < reader->field_count; i++)
		str_print(ret, "|%s=%s", reader->head.bytes + reader->fields[i].name, reader->head.bytes + reader->fields[i].value);
}

/* Reads in pieces of `first` bytes, then of `step`. */
static void
read_in_pieces(const char *bytes, size_t length, size_t first, size_t step, const struct http_limits *limits, struct str *ret)
{
	struct http_reader reader = {0};
	size_t taken = 0;
	http_reader_start(&reader, limits);
	for (size_t piece = first; taken < length && reader.state != HTTP_READ_DONE && reader.state != HTTP_READ_REFUSED; piece = step) {
		piece = piece < length - taken ? piece : length - taken;
		/* A copy of its own, so that a sanitizer sees a read beyond the piece. */
		char *copy = base_alloc(piece);
		memcpy(copy, bytes + taken, piece);
		taken += http_reader_feed(&reader, copy, piece);
		free(copy);
	}
	describe(&reader, taken, ret);
	http_reader_free(&reader);
}

static void
check_every_split(int line, const char *bytes, size_t length, const struct http_limits *limits)
{
	struct str whole = {0}, split = {0};
	read_in_pieces(bytes, length, length, length, limits, &whole);
	for (size_t first = 1; first <= length; first++) {
		read_in_pieces(bytes, length, first, length, limits, &split);
		if (!str_equal(str_text(&whole), str_text(&split)))
			printf("line %d: cut at %zu\n", line, first);
		CHECK_TEXT(str_text(&split), str_text(&whole));
	}
	for (size_t step = 1; step <= 3; step++) {
		read_in_pieces(bytes, length, step, step, limits, &split);
		CHECK_TEXT(str_text(&split), str_text(&whole));
	}
	str_free(&whole);
	str_free(&split);
}

/* The status of a refusal, 200 for a whole request, 0 for "more". */
static int
status_of(const char *bytes, size_t length, const struct http_limits *limits)
{
	struct http_reader reader = {0};
	http_reader_start(&reader, limits);
	http_reader_feed(&reader, bytes, length);
	int status = reader.state == HTTP_READ_REFUSED ? reader.status : reader.state == HTTP_READ_DONE ? 200 : 0;
	http_reader_free(&reader);
	return status;
}

struct probe {
	int line, status;
	const char *bytes;
	size_t length;
};
#define PROBE(status, text) {__LINE__, status, text, sizeof(text) - 1}

static const struct probe probes[] = {
    /* request lines */
    PROBE(200, GET("")),
    PROBE(200, "GET / HTTP/1.1\r\nHost:localhost\r\n\r\n"),
    PROBE(200, "PROPFIND /dav/ HTTP/1.1\r\n" HOST "Depth: 1\r\n\r\n"),
    PROBE(200, "GET /a?b=c%20d&e=%0d%0a HTTP/1.1\r\n" HOST "\r\n"),
    PROBE(200, "GET /?q={a}|[b] HTTP/1.1\r\n" HOST "\r\n"),
    PROBE(200, "OPTIONS * HTTP/1.1\r\n" HOST "\r\n"),
    PROBE(200, "GET / HTTP/1.0\r\n\r\n"),
    PROBE(200, "GET / HTTP/1.2\r\n" HOST "\r\n"),
    PROBE(200, "GET http://localhost:8080/x?y HTTP/1.1\r\n" HOST "\r\n"),
    PROBE(200, "GET http://LOCALHOST:8080 HTTP/1.1\r\n" HOST "\r\n"),
    PROBE(200, "GET http://localhost:8080?y HTTP/1.1\r\n" HOST "\r\n"),
    PROBE(200, "GET http://other/x HTTP/1.0\r\n\r\n"),
    PROBE(400, "GET http://other.example/ HTTP/1.1\r\n" HOST "\r\n"),
    PROBE(400, "GET http://a@localhost:8080/ HTTP/1.1\r\n" HOST "\r\n"),
    PROBE(400, "GET http:/// HTTP/1.1\r\n" HOST "\r\n"),
    PROBE(400, "GET ftp://localhost:8080/ HTTP/1.1\r\n" HOST "\r\n"),
    PROBE(400, "GET * HTTP/1.1\r\n" HOST "\r\n"),
    PROBE(400, "GET ?x HTTP/1.1\r\n" HOST "\r\n"),
    PROBE(400, "GET x HTTP/1.1\r\n" HOST "\r\n"),
    PROBE(400, "GET  / HTTP/1.1\r\n" HOST "\r\n"),
    PROBE(400, "GET / HTTP/1.1 \r\n" HOST "\r\n"),
    PROBE(400, "GET\t/ HTTP/1.1\r\n" HOST "\r\n"),
    PROBE(400, "GET / HTTP/1.1\n" HOST "\r\n"),
    PROBE(400, "GET / HTTP/1.1\rHost: localhost\r\n\r\n"),
    PROBE(400, "GET HTTP/1.1\r\n" HOST "\r\n"),
    PROBE(400, "GET /\r\n"),
    PROBE(400, "GET / http/1.1\r\n" HOST "\r\n"),
    PROBE(400, "GET / HTTP/1\r\n" HOST "\r\n"),
    PROBE(400, "GET / HTTP/01.01\r\n" HOST "\r\n"),
    PROBE(505, "GET / HTTP/9.9\r\n" HOST "\r\n"),
    PROBE(505, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
    PROBE(400, "GET /pa th HTTP/1.1\r\n" HOST "\r\n"),
    PROBE(400, "GET /path#frag HTTP/1.1\r\n" HOST "\r\n"),
    PROBE(400, "GET /\0x HTTP/1.1\r\n" HOST "\r\n"),
    PROBE(400, "GET /caf\303\251 HTTP/1.1\r\n" HOST "\r\n"),
    PROBE(400, "GET /a\\b HTTP/1.1\r\n" HOST "\r\n"),
    PROBE(400, "GET /a%00 HTTP/1.1\r\n" HOST "\r\n"),
    PROBE(400, "GET /a%0d%0a HTTP/1.1\r\n" HOST "\r\n"),
    PROBE(400, "GET /a%4 HTTP/1.1\r\n" HOST "\r\n"),
    PROBE(400, "GET /?a%zz HTTP/1.1\r\n" HOST "\r\n"),
    PROBE(400, "\r\nGET / HTTP/1.1\r\n" HOST "\r\n"),
    PROBE(400, "G(T / HTTP/1.1\r\n" HOST "\r\n"),
    PROBE(400, "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA / HTTP/1.1\r\n" HOST "\r\n"),
    PROBE(501, "CONNECT localhost:443 HTTP/1.1\r\nHost: localhost:443\r\n\r\n"),
    /* fields */
    PROBE(400, GET("X-Test: value\r\n continued\r\n")),
    PROBE(400, "GET / HTTP/1.1\r\n X: y\r\n" HOST "\r\n"),
    PROBE(400, GET("X-Test : value\r\n")),
    PROBE(400, GET("X-Test: value\n")),
    PROBE(400, GET(": value\r\n")),
    PROBE(400, GET("NoColon\r\n")),
    PROBE(400, GET("Bad[Name: x\r\n")),
    PROBE(400, GET("X-Test: a\0b\r\n")),
    PROBE(400, GET("X-Test: a\rb\r\n")),
    PROBE(400, GET("X-Test: a\007b\r\n")),
    PROBE(400, GET("X-T\303\253st: b\r\n")),
    PROBE(200, GET("X-Test: caf\303\251\tx \r\n")),
    PROBE(200, GET("X-Empty:\r\n")),
    PROBE(400, GET("Content-Type: a/b\r\nContent-Type: a/c\r\n")),
    PROBE(400, GET("Authorization: Bearer a\r\nauthorization: Bearer b\r\n")),
    /* hosts */
    PROBE(400, "GET / HTTP/1.1\r\n\r\n"),
    PROBE(400, GET(HOST)),
    PROBE(400, "GET / HTTP/1.1\r\nHost: \r\n\r\n"),
    PROBE(400, "GET / HTTP/1.1\r\nHost: a, b\r\n\r\n"),
    PROBE(400, "GET / HTTP/1.1\r\nHost: u@a\r\n\r\n"),
    PROBE(400, "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n"),
    PROBE(400, "GET / HTTP/1.1\r\nHost: a:70000\r\n\r\n"),
    PROBE(400, "GET / HTTP/1.1\r\nHost: [::1\r\n\r\n"),
    PROBE(200, "GET / HTTP/1.1\r\nHost: [::1]:80\r\n\r\n"),
    /* Content-Length */
    PROBE(200, POST("Content-Length: 5\r\n", "hello")),
    PROBE(200, POST("Content-Length: 0\r\n", "")),
    PROBE(200, POST("", "")),
    PROBE(0, POST("Content-Length: 10\r\n", "hello")),
    PROBE(400, POST("Content-Length: 5\r\nContent-Length: 5\r\n", "hello")),
    PROBE(400, POST("Content-Length: 5, 5\r\n", "hello")),
    PROBE(400, POST("Content-Length: +5\r\n", "hello")),
    PROBE(400, POST("Content-Length: -0\r\n", "")),
    PROBE(400, POST("Content-Length: 005\r\n", "hello")),
    PROBE(400, POST("Content-Length: 0x5\r\n", "hello")),
    PROBE(400, POST("Content-Length: 1_0\r\n", "hello")),
    PROBE(400, POST("Content-Length: 1 0\r\n", "hello")),
    PROBE(400, POST("Content-Length:  5\r\n", "hello")),
    PROBE(400, POST("Content-Length: 5 \r\n", "hello")),
    PROBE(400, POST("Content-Length:\t5\r\n", "hello")),
    PROBE(400, POST("Content-Length: \r\n", "")),
    PROBE(400, POST("Content-Length: 99999999999999999999\r\n", "")),
    PROBE(0, POST("Content-Length: 999999999\r\n", "")),
    PROBE(413, POST("Content-Length: 999999999\r\n", "x")),
    PROBE(413, POST("Content-Length: 999999999\r\nExpect: 100-continue\r\n", "")),
    /* Transfer-Encoding */
    PROBE(200, CHUNKED("0\r\n\r\n")),
    PROBE(200, CHUNKED("5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n")),
    PROBE(200, CHUNKED("A;ext=value;q=\"a;\\\"b\"\r\nhelloworld\r\n0\r\nX-Checksum: abc\r\n\r\n")),
    PROBE(200, POST("Transfer-Encoding: Chunked\r\n", "0\r\n\r\n")),
    PROBE(0, CHUNKED("5\r\nhello\r\n")),
    PROBE(400, POST("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", "0\r\n\r\n")),
    PROBE(400, POST("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n")),
    PROBE(400, POST("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n")),
    PROBE(400, POST("Transfer-Encoding: chunked, gzip\r\n", "0\r\n\r\n")),
    PROBE(400, POST("Transfer-Encoding: chunked, chunked\r\n", "0\r\n\r\n")),
    PROBE(400, POST("Transfer-Encoding: \013chunked\r\n", "0\r\n\r\n")),
    PROBE(400, POST("Transfer-Encoding: chunked \r\n", "0\r\n\r\n")),
    PROBE(400, POST("Transfer-Encoding:\r\n", "0\r\n\r\n")),
    PROBE(400, POST("Transfer-Encoding : chunked\r\n", "0\r\n\r\n")),
    PROBE(501, POST("Transfer-Encoding: gzip\r\n", "0\r\n\r\n")),
    PROBE(501, POST("Transfer-Encoding: gzip, chunked\r\n", "0\r\n\r\n")),
    PROBE(501, POST("Transfer-Encoding: xchunked\r\n", "0\r\n\r\n")),
    PROBE(400, "POST / HTTP/1.0\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
    PROBE(400, CHUNKED("0x5\r\nhello\r\n0\r\n\r\n")),
    PROBE(400, CHUNKED("+5\r\nhello\r\n0\r\n\r\n")),
    PROBE(400, CHUNKED("-1\r\nhello\r\n0\r\n\r\n")),
    PROBE(400, CHUNKED("5 \r\nhello\r\n0\r\n\r\n")),
    PROBE(400, CHUNKED(" 5\r\nhello\r\n0\r\n\r\n")),
    PROBE(400, CHUNKED("1_0\r\nhello\r\n0\r\n\r\n")),
    PROBE(400, CHUNKED("\r\nhello\r\n0\r\n\r\n")),
    PROBE(400, CHUNKED("5;\r\nhello\r\n0\r\n\r\n")),
    PROBE(400, CHUNKED("5;a=\r\nhello\r\n0\r\n\r\n")),
    PROBE(400, CHUNKED("5;a=\"b\r\nhello\r\n0\r\n\r\n")),
    PROBE(400, CHUNKED("5;b[d\r\nhello\r\n0\r\n\r\n")),
    PROBE(400, CHUNKED("5;\0x\r\nhello\r\n0\r\n\r\n")),
    PROBE(400, CHUNKED("5\nhello\r\n0\r\n\r\n")),
    PROBE(400, CHUNKED("5\r\nhello\n0\r\n\r\n")),
    PROBE(400, CHUNKED("5\r\nhello!\r\n0\r\n\r\n")),
    PROBE(400, CHUNKED("5\r\nhello0\r\n\r\n")),
    PROBE(400, CHUNKED("5\r\nhelloXX0\r\n\r\n")),
    PROBE(400, CHUNKED("5\r\nhello\rX0\r\n\r\n")),
    PROBE(400, CHUNKED("5\rhello\r\n0\r\n\r\n")),
    PROBE(400, CHUNKED("5\r\nhello\r\n0\r\n\n")),
    PROBE(400, CHUNKED("FFFFFFFFFFFFFFFF0\r\nhello\r\n0\r\n\r\n")),
    PROBE(413, CHUNKED("FFFFFFFFFFFFFF\r\nhello\r\n0\r\n\r\n")),
    PROBE(400, CHUNKED("0\r\nContent-Length: 5\r\n\r\n")),
    PROBE(400, CHUNKED("0\r\nX Y: 5\r\n\r\n")),
    PROBE(400, CHUNKED("0\r\nX: 5\r\n folded\r\n\r\n")),
    /* Expect */
    PROBE(417, GET("Expect: 200-ok\r\n")),
    PROBE(200, "GET / HTTP/1.0\r\nExpect: 200-ok\r\n\r\n"),
};

static void
no_probe_of_a_smuggler_gets_another_answer(void)
{
	for (size_t i = 0; i < sizeof probes / sizeof probes[0]; i++) {
		int status = status_of(probes[i].bytes, probes[i].length, &wide);
		if (status != probes[i].status)
			printf("probe of line %d: %d\n", probes[i].line, status);
		CHECK_NUMBER(status, probes[i].status);
	}
}

static void
a_request_is_the_same_however_the_network_cuts_it(void)
{
	for (size_t i = 0; i < sizeof probes / sizeof probes[0]; i++)
		check_every_split(probes[i].line, probes[i].bytes, probes[i].length, &wide);
}

static void
a_request_arrives_as_it_was_sent(void)
{
	static const char text[] = "POST /hubs/berlin?lang=de&x HTTP/1.1\r\nhOsT: hub.example:8443\r\nX-A:  b c \t\r\nconnection: x, Close\r\n"
	    "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;e\r\nde\r\n0\r\nT: u\r\n\r\nNEXT";
	struct str seen = {0};
	read_in_pieces(text, sizeof text - 1, sizeof text - 1, 1, &wide, &seen);
	CHECK_TEXT(str_text(&seen), "POST|/hubs/berlin|lang=de&x|hub.example:8443|1|0|abcde|155|host=hub.example:8443|x-a=b c|"
	    "connection=x, Close|transfer-encoding=chunked");
	static const char absolute[] = "GET http://a.example?x=y HTTP/1.0\r\n\r\n";
	read_in_pieces(absolute, sizeof absolute - 1, sizeof absolute - 1, 1, &wide, &seen);
	CHECK_TEXT(str_text(&seen), "GET|/|x=y|a.example|0|0||37");
	str_free(&seen);
}

static void
pipelined_requests_stay_apart(void)
{
	static const char text[] = POST("Content-Length: 3\r\n", "one") "\r\n" CHUNKED("3\r\ntwo\r\n0\r\n\r\n") GET("Connection: close\r\n");
	static const char *const bodies[] = {"one", "two", ""};
	for (size_t step = 1; step < sizeof text; step++) {
		struct http_reader reader = {0};
		size_t taken = 0, requests = 0;
		http_reader_start(&reader, &wide);
		while (taken < sizeof text - 1) {
			size_t left = sizeof text - 1 - taken;
			taken += http_reader_feed(&reader, text + taken, step < left ? step : left);
			if (reader.state == HTTP_READ_REFUSED)
				break;
			if (reader.state != HTTP_READ_DONE)
				continue;
			CHECK_TEXT(str_text(&reader.body), bodies[requests]);
			CHECK_NUMBER(reader.keep_alive, requests < 2);
			requests++;
			http_reader_reset(&reader, &wide);
		}
		CHECK_NUMBER(requests, 3);
		http_reader_free(&reader);
	}
}

static void
a_client_that_waits_for_100_is_told_to_go_on(void)
{
	static const char text[] = POST("Content-Length: 3\r\nExpect: 100-Continue\r\n", "");
	struct http_reader reader = {0};
	http_reader_start(&reader, &wide);
	http_reader_feed(&reader, text, sizeof text - 1);
	CHECK(reader.wants_continue);
	CHECK_NUMBER(reader.state, HTTP_READ_BODY);
	http_reader_feed(&reader, "abc", 3);
	CHECK_NUMBER(reader.state, HTTP_READ_DONE);
	http_reader_free(&reader);
}

static void
old_clients_keep_alive_only_when_they_ask(void)
{
	struct http_reader reader = {0};
	static const char plain[] = "GET / HTTP/1.0\r\n\r\n", kept[] = "GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n";
	http_reader_start(&reader, &wide);
	http_reader_feed(&reader, plain, sizeof plain - 1);
	CHECK(reader.state == HTTP_READ_DONE && !reader.keep_alive);
	http_reader_reset(&reader, &wide);
	http_reader_feed(&reader, kept, sizeof kept - 1);
	CHECK(reader.state == HTTP_READ_DONE && reader.keep_alive);
	http_reader_free(&reader);
}

/* `count` bytes of 'a' between two texts. */
static char *
stuffed(const char *before, size_t count, const char *after, size_t *ret_length)
{
	struct str text = {0};
	str_put(&text, before);
	for (size_t i = 0; i < count; i++)
		str_char(&text, 'a');
	str_put(&text, after);
	return str_steal(&text, ret_length);
}

static void
check_bound(int line, const char *before, size_t most, const char *after, const struct http_limits *limits, int within, int beyond)
{
	for (size_t more = 0; more <= 1; more++) {
		size_t length;
		char *text = stuffed(before, most + more, after, &length);
		int status = status_of(text, length, limits);
		if (status != (more == 0 ? within : beyond))
			printf("bound of line %d\n", line);
		CHECK_NUMBER(status, more == 0 ? within : beyond);
		check_every_split(line, text, length, limits);
		free(text);
	}
}

static void
each_bound_is_reached_and_holds(void)
{
	const struct http_limits narrow = {.line = 60, .head = 150, .fields = 3, .body = 20};
	check_bound(__LINE__, "GET /", 46, " HTTP/1.1\r\nHost: a\r\n\r\n", &narrow, 200, 414);
	check_bound(__LINE__, "GET / HTTP/1.1\r\nHost: a\r\nX: ", 57, "\r\n\r\n", &narrow, 200, 431);
	check_bound(__LINE__, "GET / HTTP/1.1\r\nHost: a\r\nX: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\nY: ", 57, "\r\n\r\n", &narrow, 200, 431);
	check_bound(__LINE__, "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nA\r\n0123456789\r\nA\r\n", 10, "\r\n0\r\n\r\n", &narrow, 200, 400);
	check_bound(__LINE__, "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1;", 146, "\r\nx\r\n0\r\n\r\n", &narrow, 200, 400);
	check_bound(__LINE__, "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX: ", 57, "\r\n\r\n", &narrow, 200, 431);
	CHECK_NUMBER(status_of("GET / HTTP/1.1\r\nHost: a\r\nA:\r\nB:\r\n\r\n", 36, &narrow), 200);
	CHECK_NUMBER(status_of("GET / HTTP/1.1\r\nHost: a\r\nA:\r\nB:\r\nC:\r\n\r\n", 41, &narrow), 431);
	CHECK_NUMBER(status_of("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 20\r\n\r\n01234567890123456789", 68, &narrow), 200);
	CHECK_NUMBER(status_of("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 21\r\n\r\n0", 49, &narrow), 413);
	CHECK_NUMBER(status_of("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n15\r\n", 60, &narrow), 413);
}

static void
a_long_line_without_an_end_is_refused_before_it_fills_the_memory(void)
{
	size_t length;
	char *method = stuffed("", 100000, "", &length);
	CHECK_NUMBER(status_of(method, length, &wide), 400);
	free(method);
	char *target = stuffed("GET /", 100000, "", &length);
	CHECK_NUMBER(status_of(target, length, &wide), 414);
	free(target);
	char *value = stuffed("GET / HTTP/1.1\r\nX: ", 100000, "", &length);
	CHECK_NUMBER(status_of(value, length, &wide), 431);
	free(value);
}

static void
lists_are_cut_at_their_commas_only(void)
{
	const char *at = " , a;q=\"x,y\\\",z\" ,,b\t,", *element;
	size_t length;
	CHECK(http_list_next(&at, &element, &length) && length == 13 && strncmp(element, "a;q=\"x,y\\\",z\"", 13) == 0);
	CHECK(http_list_next(&at, &element, &length) && length == 1 && *element == 'b');
	CHECK(!http_list_next(&at, &element, &length));
}

TEST_MAIN(TEST(no_probe_of_a_smuggler_gets_another_answer), TEST(a_request_is_the_same_however_the_network_cuts_it),
    TEST(a_request_arrives_as_it_was_sent), TEST(pipelined_requests_stay_apart), TEST(a_client_that_waits_for_100_is_told_to_go_on),
    TEST(old_clients_keep_alive_only_when_they_ask), TEST(each_bound_is_reached_and_holds),
    TEST(a_long_line_without_an_end_is_refused_before_it_fills_the_memory), TEST(lists_are_cut_at_their_commas_only))
