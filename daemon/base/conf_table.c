/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The table of settings: data only. config/hubd.conf repeats it for people; a unit test compares the two. */
#include "base/conf.h"

enum { SECOND = 1000, MINUTE = 60 * SECOND, HOUR = 60 * MINUTE, DAY = 24 * HOUR };
enum { KIB = 1024, MIB = 1024 * KIB };

static const struct conf_setting settings[] = {
	{.name = "database", .kind = CONF_TEXT, .fallback = "dbname=hubd user=hubd_serve",
	    .help = "Where `hubd serve` finds PostgreSQL: a libpq connection string. Several hosts may be named "
	            "(host=a,b target_session_attrs=read-write)."},
	{.name = "work_database", .kind = CONF_TEXT, .fallback = "dbname=hubd user=hubd_work",
	    .help = "The same for `hubd work`."},
	{.name = "admin_database", .kind = CONF_TEXT, .fallback = "dbname=hubd user=hubd_admin",
	    .help = "The same for `hubd admin`, `hubd import`, `hubd export` and `hubd status`."},
	{.name = "owner_database", .kind = CONF_TEXT, .fallback = "dbname=hubd user=postgres",
	    .help = "The same for `hubd migrate`: a role that may create roles, schemas and extensions."},
	{.name = "database_connections", .kind = CONF_NUMBER, .fallback = "8", .low = 1, .high = 200,
	    .help = "Connections of `hubd serve` to the database."},
	{.name = "database_pipeline", .kind = CONF_NUMBER, .fallback = "4", .low = 1, .high = 64,
	    .help = "Reads in flight on one connection."},
	{.name = "database_queue", .kind = CONF_NUMBER, .fallback = "1000", .low = 1, .high = 100000,
	    .help = "Calls that may wait for a connection; beyond them requests are answered 503 at once."},
	{.name = "database_deadline", .kind = CONF_DURATION, .fallback = "10s", .low = SECOND, .high = 5 * MINUTE,
	    .help = "How long a request waits for the database. Keep it longer than the role's statement_timeout (8s)."},
	{.name = "data_directory", .kind = CONF_TEXT, .fallback = "/usr/share/hubd",
	    .help = "The installed data: holds sql/ and config/."},
	{.name = "state_directory", .kind = CONF_TEXT, .fallback = "/var/lib/hubd",
	    .help = "What hubd keeps on disk: last good copies of feeds."},
	{.name = "public_url", .kind = CONF_TEXT, .fallback = "http://127.0.0.1:8080",
	    .help = "The address under which people reach the service, without a slash at its end. It stands in feeds and mails."},
	{.name = "feed_cache", .kind = CONF_BYTES, .fallback = "64M", .low = MIB, .high = 64 * 1024 * (int64_t)MIB,
	    .help = "Memory for feeds that are kept ready; those that nobody asks for go first."},
	{.name = "feed_gzip", .kind = CONF_BOOL, .fallback = "yes",
	    .help = "Whether feeds are compressed for clients that ask for it. A single subscriber says ?gzip=no in the address."},
	{.name = "feed_check_deadline", .kind = CONF_DURATION, .fallback = "2s", .low = 50, .high = 5 * MINUTE,
	    .help = "How long a feed waits to hear from the database whether something has changed; after that its last good copy is served."},
	{.name = "listen", .kind = CONF_LIST, .fallback = "127.0.0.1:8080",
	    .help = "Addresses to listen on: 127.0.0.1:8080, [::1]:8080, unix:/run/hubd/http.sock. Ignored when the service manager "
	            "hands over sockets."},
	{.name = "trusted_peers", .kind = CONF_LIST, .fallback = "", .is_reloadable = true,
	    .help = "Reverse proxies whose Forwarded and X-Forwarded-For fields count: addresses or prefixes (10.0.0.0/8, ::1, unix)."},
	{.name = "connections", .kind = CONF_NUMBER, .fallback = "4000", .low = 1, .high = 1000000, .is_reloadable = true,
	    .help = "Connections of clients in all."},
	{.name = "connections_per_address", .kind = CONF_NUMBER, .fallback = "500", .low = 1, .high = 1000000, .is_reloadable = true,
	    .help = "Connections of one client address."},
	{.name = "request_line", .kind = CONF_BYTES, .fallback = "8K", .low = 256, .high = MIB, .is_reloadable = true,
	    .help = "The longest request line, and the longest header field line."},
	{.name = "request_head", .kind = CONF_BYTES, .fallback = "32K", .low = KIB, .high = 4 * MIB, .is_reloadable = true,
	    .help = "The largest request head."},
	{.name = "request_fields", .kind = CONF_NUMBER, .fallback = "100", .low = 10, .high = 10000, .is_reloadable = true,
	    .help = "The largest number of header fields."},
	{.name = "request_body", .kind = CONF_BYTES, .fallback = "1M", .low = KIB, .high = 256 * MIB, .is_reloadable = true,
	    .help = "The largest request body."},
	{.name = "head_timeout", .kind = CONF_DURATION, .fallback = "10s", .low = SECOND, .high = HOUR, .is_reloadable = true,
	    .help = "From a request's first byte to the end of its head; a byte now and then does not prolong it."},
	{.name = "body_timeout", .kind = CONF_DURATION, .fallback = "30s", .low = SECOND, .high = HOUR, .is_reloadable = true,
	    .help = "From the end of the head to the end of the body."},
	{.name = "reply_timeout", .kind = CONF_DURATION, .fallback = "60s", .low = SECOND, .high = HOUR, .is_reloadable = true,
	    .help = "From the whole request to the last byte of the reply taken by the client. Keep it longer than database_deadline."},
	{.name = "idle_timeout", .kind = CONF_DURATION, .fallback = "60s", .low = SECOND, .high = HOUR, .is_reloadable = true,
	    .help = "How long a kept-alive connection may wait for its next request."},
	{.name = "drain_timeout", .kind = CONF_DURATION, .fallback = "20s", .low = SECOND, .high = HOUR, .is_reloadable = true,
	    .help = "After SIGTERM: how long running requests and jobs may take to finish."},
	{.name = "streams", .kind = CONF_NUMBER, .fallback = "1000", .low = 0, .high = 1000000, .is_reloadable = true,
	    .help = "Open /stream connections in all; beyond them 503."},
	{.name = "stream_heartbeat", .kind = CONF_DURATION, .fallback = "25s", .low = SECOND, .high = HOUR,
	    .help = "A comment is sent on every /stream this often, so that proxies keep it open."},
	{.name = "work_batch", .kind = CONF_NUMBER, .fallback = "8", .low = 1, .high = 1000,
	    .help = "Jobs that `hubd work` takes at a time."},
	{.name = "work_poll", .kind = CONF_DURATION, .fallback = "5s", .low = 100, .high = HOUR,
	    .help = "`hubd work` looks for due jobs at least this often, also when nothing wakes it."},
	{.name = "change_delay", .kind = CONF_DURATION, .fallback = "1s", .low = 50, .high = HOUR,
	    .help = "Changes are announced to open streams at most this often."},
	{.name = "log_level", .kind = CONF_CHOICE, .fallback = "info", .choices = "error|warning|notice|info|debug", .is_reloadable = true,
	    .help = "Lines above this level are left out of the log."},
	{.name = "clock_offset", .kind = CONF_NUMBER, .fallback = "0", .low = -4000000000, .high = 4000000000,
	    .help = "For tests only: seconds by which hubd believes to be ahead of the system's clock."},
	{0},
};

const struct conf_setting *
conf_settings(void)
{
	return settings;
}
