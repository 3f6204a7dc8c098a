/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The table of routes, and the statements that it needs. Data: it knows every handler by name and nothing else.
 */
#ifndef HUBD_ROUTES_H
#define HUBD_ROUTES_H

#include <stddef.h>

struct db_statement;
struct route;

/* Ends with an entry whose method is NULL. */
const struct route *routes_all(void);
/* What the pool of `hubd serve` prepares: each api function that a route names, once. The caller frees it with routes_free_statements(). */
struct db_statement *routes_statements(size_t *ret_count);
void routes_free_statements(struct db_statement *statements, size_t count);

#endif
