/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "dispatch/outcome.h"

#include <assert.h>
#include <stddef.h>

#include "base/str.h"

#define BUSY_DE "Gerade ändern zu viele dasselbe; es wurde nichts geändert. Bitte gleich noch einmal versuchen."
#define BUSY_EN "Too many are changing the same thing just now; nothing was changed. Please try again in a moment."
#define AWAY_DE "Die Datenbank ist gerade nicht erreichbar; es wurde nichts geändert. Bitte gleich noch einmal versuchen."
#define AWAY_EN "The database cannot be reached just now; nothing was changed. Please try again in a moment."
#define DEFECT_DE "Das ist ein Fehler in hubd, nicht in der Anfrage; er ist unter der Nummer im Feld X-Request-Id vermerkt."
#define DEFECT_EN "This is a defect of hubd, not of the request; it is noted under the number in the X-Request-Id field."

/* A prefix of the SQLSTATE; the first that fits counts, so the longer stand first. The last fits all. */
static const struct {
	const char *sqlstate;
	struct outcome outcome;
} errors[] = {
	{"40001", {503, "busy", true, false, "1", BUSY_DE, BUSY_EN}},  /* serialization failure */
	{"40P01", {503, "busy", true, false, "1", BUSY_DE, BUSY_EN}},  /* deadlock */
	{"55P03", {503, "busy", false, false, "1", BUSY_DE, BUSY_EN}}, /* lock_timeout */
	{"57014", {504, "timed-out", false, false, NULL,
	    "Das hat zu lange gedauert und wurde abgebrochen; es wurde nichts geändert. Ein kleinerer Zeitraum geht schneller.",
	    "This took too long and was stopped; nothing was changed. A shorter time span is faster."}},
	{"57P", {503, "database-away", false, false, "2", AWAY_DE, AWAY_EN}},   /* shutting down, starting up */
	{"25006", {503, "database-away", false, false, "2", AWAY_DE, AWAY_EN}}, /* a standby: its primary is elsewhere */
	{"53", {503, "database-away", false, false, "5", AWAY_DE, AWAY_EN}},    /* out of connections, disk, memory */
	{"08", {503, "database-away", false, false, "2", AWAY_DE, AWAY_EN}},
	{"22", {422, "malformed-value", false, true, NULL,
	    "Ein Wert der Anfrage ist außerhalb dessen, was gespeichert werden kann.",
	    "A value of the request is beyond what can be stored."}},
	/* What remains is ours: 23 a constraint that a function should have judged, 42 a missing name or right, P0 a RAISE. */
	{"", {500, "defect", false, true, NULL, DEFECT_DE, DEFECT_EN}},
};

static const struct outcome busy = {503, "busy", false, false, "1",
	"Der Dienst ist gerade ausgelastet; es wurde nichts geändert. Bitte gleich noch einmal versuchen.",
	"The service is busy just now; nothing was changed. Please try again in a moment."};
static const struct outcome away = {503, "database-away", false, false, "2", AWAY_DE, AWAY_EN};
static const struct outcome late_read = {504, "timed-out", false, false, "1",
	"Die Datenbank hat nicht rechtzeitig geantwortet. Bitte noch einmal versuchen.",
	"The database did not answer in time. Please try again."};
static const struct outcome late_write = {504, "outcome-unknown", false, false, "1",
	"Ob es geschehen ist, ist unbekannt: die Datenbank hat nicht rechtzeitig geantwortet. Dieselbe Anfrage mit demselben "
	"Idempotency-Key wiederholen: sie wird höchstens einmal ausgeführt.",
	"Whether it was done is unknown: the database did not answer in time. Repeat the same request with the same "
	"Idempotency-Key: it is done at most once."};

static const struct outcome *
find_error(const char *sqlstate)
{
	size_t at = 0;
	while (!str_starts(sqlstate, errors[at].sqlstate))
		at++;
	return &errors[at].outcome;
}

const struct outcome *
outcome_find(enum db_outcome outcome, const char *sqlstate, bool is_write)
{
	switch (outcome) {
	case DB_ERROR: return find_error(sqlstate);
	case DB_BUSY: return &busy;
	case DB_AWAY: return &away;
	case DB_LOST:
	case DB_LATE: return is_write ? &late_write : &late_read;
	default: assert(!"rows are no failure"); return NULL;
	}
}
