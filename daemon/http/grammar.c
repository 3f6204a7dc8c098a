/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "http/grammar.h"

#include <arpa/inet.h>
#include <string.h>

enum { TOKEN = 1, PATH = 2, QUERY = 4, HOST = 8, HEX = 16, DIGIT = 32 };

static const unsigned char classes[256] = {
    ['!'] = TOKEN | PATH | QUERY, ['#'] = TOKEN, ['$'] = TOKEN | PATH | QUERY, ['%'] = TOKEN | PATH | QUERY,
    ['&'] = TOKEN | PATH | QUERY, ['\''] = TOKEN | PATH | QUERY, ['('] = PATH | QUERY, [')'] = PATH | QUERY,
    ['*'] = TOKEN | PATH | QUERY, ['+'] = TOKEN | PATH | QUERY, [','] = PATH | QUERY, ['-'] = TOKEN | PATH | QUERY | HOST,
    ['.'] = TOKEN | PATH | QUERY | HOST, ['/'] = PATH | QUERY,
    ['0' ... '9'] = TOKEN | PATH | QUERY | HOST | HEX | DIGIT,
    [':'] = PATH | QUERY, [';'] = PATH | QUERY, ['='] = PATH | QUERY, ['?'] = QUERY, ['@'] = PATH | QUERY,
    ['A' ... 'F'] = TOKEN | PATH | QUERY | HOST | HEX, ['G' ... 'Z'] = TOKEN | PATH | QUERY | HOST,
    ['['] = PATH | QUERY, ['\\'] = QUERY, [']'] = PATH | QUERY, ['^'] = TOKEN | PATH | QUERY,
    ['_'] = TOKEN | PATH | QUERY | HOST, ['`'] = TOKEN | QUERY,
    ['a' ... 'f'] = TOKEN | PATH | QUERY | HOST | HEX, ['g' ... 'z'] = TOKEN | PATH | QUERY | HOST,
    ['{'] = QUERY, ['|'] = TOKEN | PATH | QUERY, ['}'] = QUERY, ['~'] = TOKEN | PATH | QUERY,
};

static size_t
run_of(unsigned char class, const char *text, size_t length)
{
	size_t run = 0;
	while (run < length && (classes[(unsigned char)text[run]] & class) != 0)
		run++;
	return run;
}

int
http_hex(char digit)
{
	if (digit >= '0' && digit <= '9')
		return digit - '0';
	if (digit >= 'a' && digit <= 'f')
		return digit - 'a' + 10;
	return digit >= 'A' && digit <= 'F' ? digit - 'A' + 10 : -1;
}

bool
http_is_token(const char *text, size_t length)
{
	return length > 0 && run_of(TOKEN, text, length) == length;
}

bool
http_is_field_text(const char *text, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		unsigned char byte = (unsigned char)text[i];
		if ((byte < ' ' && byte != '\t') || byte == 0x7f)
			return false;
	}
	return true;
}

/* Every escape is whole, and none stands for a byte below `lowest` or for DEL in a path. */
static bool
has_good_escapes(const char *text, size_t length, int lowest)
{
	const char *end = text + length;
	while ((text = memchr(text, '%', (size_t)(end - text))) != NULL) {
		if (end - text < 3 || http_hex(text[1]) < 0 || http_hex(text[2]) < 0)
			return false;
		int byte = http_hex(text[1]) * 16 + http_hex(text[2]);
		if (byte < lowest || (byte == 0x7f && lowest > 1))
			return false;
		text += 3;
	}
	return true;
}

bool
http_is_path(const char *text, size_t length)
{
	return length > 0 && text[0] == '/' && run_of(PATH, text, length) == length && has_good_escapes(text, length, ' ');
}

bool
http_is_query(const char *text, size_t length)
{
	return run_of(QUERY, text, length) == length && has_good_escapes(text, length, 1);
}

static size_t
bracketed_address(const char *text, size_t length)
{
	char address[INET6_ADDRSTRLEN];
	struct in6_addr parsed;
	const char *close = memchr(text, ']', length);
	size_t inner = close == NULL ? 0 : (size_t)(close - text) - 1;
	if (inner == 0 || inner >= sizeof address)
		return 0;
	memcpy(address, text + 1, inner);
	address[inner] = '\0';
	return inet_pton(AF_INET6, address, &parsed) == 1 ? inner + 2 : 0;
}

bool
http_is_host(const char *text, size_t length)
{
	size_t name = length > 0 && text[0] == '[' ? bracketed_address(text, length) : run_of(HOST, text, length);
	if (name == 0 || name > 255)
		return false;
	if (name == length)
		return true;
	size_t digits = length - name - 1;
	if (text[name] != ':' || digits > 5 || run_of(DIGIT, text + name + 1, digits) != digits)
		return false;
	unsigned port = 0;
	for (size_t i = name + 1; i < length; i++)
		port = port * 10 + (unsigned)(text[i] - '0');
	return port <= 65535;
}

bool
http_is_absolute(const char *target, size_t length)
{
	return (length > 7 && http_is_word(target, 7, "http://")) || (length > 8 && http_is_word(target, 8, "https://"));
}

bool
http_is_target(const char *target, size_t length, bool is_options)
{
	bool absolute = http_is_absolute(target, length);
	if (length == 1 && *target == '*')
		return is_options;
	if (absolute) {
		size_t scheme = target[4] == ':' ? 7 : 8, authority = scheme;
		while (authority < length && target[authority] != '/' && target[authority] != '?')
			authority++;
		if (!http_is_host(target + scheme, authority - scheme))
			return false;
		target += authority;
		length -= authority;
		if (length == 0)
			return true;
	}
	const char *mark = memchr(target, '?', length);
	size_t path = mark == NULL ? length : (size_t)(mark - target);
	bool good_path = path == 0 ? absolute : http_is_path(target, path);
	return good_path && (mark == NULL || http_is_query(mark + 1, length - path - 1));
}

bool
http_is_length(const char *text, size_t length, uint64_t *ret_length)
{
	uint64_t number = 0;
	if (length == 0 || length > 15 || run_of(DIGIT, text, length) != length || (text[0] == '0' && length > 1))
		return false;
	for (size_t i = 0; i < length; i++)
		number = number * 10 + (uint64_t)(text[i] - '0');
	*ret_length = number;
	return true;
}

/* The length of a quoted string that begins here (RFC 9110 5.6.4), or 0. */
static size_t
quoted_string(const char *text, size_t length)
{
	if (length < 2 || text[0] != '"')
		return 0;
	for (size_t i = 1; i < length; i++) {
		if (text[i] == '"')
			return i + 1;
		if (text[i] == '\\')
			i++;
	}
	return 0;
}

static bool
is_chunk_extensions(const char *text, size_t length)
{
	while (length > 0) {
		size_t name = *text == ';' ? run_of(TOKEN, text + 1, length - 1) : 0;
		if (name == 0)
			return false;
		text += name + 1, length -= name + 1;
		if (length == 0 || *text != '=')
			continue;
		text++, length--;
		size_t value = length > 0 && *text == '"' ? quoted_string(text, length) : run_of(TOKEN, text, length);
		if (value == 0)
			return false;
		text += value, length -= value;
	}
	return true;
}

bool
http_is_chunk_line(const char *text, size_t length, uint64_t *ret_size)
{
	size_t digits = run_of(HEX, text, length);
	uint64_t size = 0;
	if (digits == 0 || digits > 15)
		return false;
	if (!http_is_field_text(text, length) || !is_chunk_extensions(text + digits, length - digits))
		return false;
	for (size_t i = 0; i < digits; i++)
		size = size * 16 + (uint64_t)http_hex(text[i]);
	*ret_size = size;
	return true;
}

static bool
is_blank(char byte)
{
	return byte == ' ' || byte == '\t';
}

bool
http_list_next(const char **at, const char **ret_element, size_t *ret_length)
{
	const char *start = *at;
	while (is_blank(*start) || *start == ',')
		start++;
	const char *end = start;
	bool quoted = false;
	for (; *end != '\0' && (quoted || *end != ','); end++) {
		if (*end == '"')
			quoted = !quoted;
		else if (quoted && *end == '\\' && end[1] != '\0')
			end++;
	}
	*at = end;
	while (end > start && is_blank(end[-1]))
		end--;
	*ret_element = start;
	*ret_length = (size_t)(end - start);
	return end > start;
}

bool
http_is_word(const char *element, size_t length, const char *word)
{
	for (size_t i = 0; i < length; i++, word++) {
		char byte = element[i];
		if (byte >= 'A' && byte <= 'Z')
			byte = (char)(byte - 'A' + 'a');
		if (byte != *word || *word == '\0')
			return false;
	}
	return *word == '\0';
}
