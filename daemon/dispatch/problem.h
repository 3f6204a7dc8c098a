/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The types of problems (RFC 9457): stable names, and what each means, in both languages. SQL uses the same names; a test
 * compares them.
 */
#ifndef HUBD_DISPATCH_PROBLEM_H
#define HUBD_DISPATCH_PROBLEM_H

struct problem {
	const char *name;
	const char *title_de, *title_en;
	const char *about_de, *about_en; /* what it means and what helps */
};

/* NULL when there is none of this name. */
const struct problem *problem_find(const char *name);
/* The table; ends with an entry without name. */
const struct problem *problem_all(void);

#endif
