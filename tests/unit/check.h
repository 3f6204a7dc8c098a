/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A test is a plain function, named after what a user loses when it fails. TEST_MAIN lists them;
 * the last line counts them: "N passed, N failed".
 */
#ifndef HUBD_TESTS_CHECK_H
#define HUBD_TESTS_CHECK_H

#include <stdio.h>
#include <string.h>

static int check_failures;

#define CHECK(condition)                                                                        \
	do {                                                                                    \
		if (!(condition)) {                                                             \
			printf("%s:%d: %s\n", __FILE__, __LINE__, #condition);                  \
			check_failures++;                                                       \
		}                                                                               \
	} while (0)

#define CHECK_TEXT(have, want)                                                                  \
	do {                                                                                    \
		const char *have_ = (have), *want_ = (want);                                    \
		if (have_ == NULL || strcmp(have_, want_) != 0) {                               \
			printf("%s:%d: %s is \"%s\", not \"%s\"\n", __FILE__, __LINE__, #have,  \
			    have_ == NULL ? "(null)" : have_, want_);                           \
			check_failures++;                                                       \
		}                                                                               \
	} while (0)

#define CHECK_NUMBER(have, want)                                                                \
	do {                                                                                    \
		long long have_ = (long long)(have), want_ = (long long)(want);                 \
		if (have_ != want_) {                                                           \
			printf("%s:%d: %s is %lld, not %lld\n", __FILE__, __LINE__, #have, have_, want_); \
			check_failures++;                                                       \
		}                                                                               \
	} while (0)

struct check_test {
	const char *name;
	void (*run)(void);
};
#define TEST(function) {#function, function}

#define TEST_MAIN(...)                                                                          \
	int main(void)                                                                          \
	{                                                                                       \
		static const struct check_test tests[] = {__VA_ARGS__};                         \
		int passed = 0, failed = 0;                                                     \
		for (size_t i = 0; i < sizeof tests / sizeof tests[0]; i++) {                   \
			int before = check_failures;                                            \
			tests[i].run();                                                         \
			if (check_failures == before) {                                         \
				passed++;                                                       \
			} else {                                                                \
				failed++;                                                       \
				printf("FAILED %s\n", tests[i].name);                           \
			}                                                                       \
		}                                                                               \
		printf("%d passed, %d failed\n", passed, failed);                               \
		return failed != 0;                                                             \
	}

#endif
