/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a webhook or a mirrored calendar could reach behind hubd if one of these were called public. */
#include "work/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "check.h"

typedef bool judge(const struct sockaddr *address);

static bool
ask(judge *is_so, const char *text)
{
	struct sockaddr_in four = {.sin_family = AF_INET, .sin_port = htons(443)};
	struct sockaddr_in6 six = {.sin6_family = AF_INET6, .sin6_port = htons(443)};
	if (inet_pton(AF_INET, text, &four.sin_addr) == 1)
		return is_so((const struct sockaddr *)&four);
	CHECK(inet_pton(AF_INET6, text, &six.sin6_addr) == 1);
	return is_so((const struct sockaddr *)&six);
}

static void
what_is_behind_us_is_not_public(void)
{
	static const char *const closed[] = {"0.0.0.0", "0.1.2.3", "10.0.0.1", "10.255.255.255", "100.64.0.1", "100.127.255.255", "127.0.0.1",
		"127.255.255.255", "169.254.169.254", "172.16.0.1", "172.31.255.255", "192.0.0.8", "192.0.2.1", "192.88.99.1", "192.168.0.1",
		"192.168.255.255", "198.18.0.1", "198.19.255.255", "198.51.100.7", "203.0.113.9", "224.0.0.1", "239.255.255.255", "240.0.0.1",
		"255.255.255.255", "::", "::1", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:8.8.8.8", "64:ff9b::127.0.0.1", "64:ff9b::10.1.1.1",
		"64:ff9b:1::1", "100::1", "2001::1", "2001:0:4136:e378::1", "2001:20::1", "2001:db8::1", "2002:7f00:1::1", "3fff::1", "5f00::1",
		"fc00::1", "fdff:ffff::1", "fe80::1", "febf::1", "fec0::1", "ff02::1"};
	for (size_t i = 0; i < sizeof closed / sizeof closed[0]; i++)
		if (ask(address_is_public, closed[i]))
			CHECK_TEXT(closed[i], "not public");
}

static void
what_is_outside_is_public(void)
{
	static const char *const open[] = {"1.1.1.1", "8.8.8.8", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "126.255.255.255",
		"128.0.0.1", "172.15.255.255", "172.32.0.0", "192.167.255.255", "192.169.0.0", "198.17.255.255", "198.20.0.0", "223.255.255.255",
		"2001:200::1", "2001:4860:4860::8888", "2003::1", "2a00:1450::1", "3ffe:ffff::1", "64:ff9b::8.8.8.8"};
	for (size_t i = 0; i < sizeof open / sizeof open[0]; i++)
		if (!ask(address_is_public, open[i]))
			CHECK_TEXT(open[i], "public");
}

static void
a_local_socket_is_not_public(void)
{
	struct sockaddr_un local = {.sun_family = AF_UNIX};
	CHECK(!address_is_public((const struct sockaddr *)&local) && !address_is_loopback((const struct sockaddr *)&local));
}

static void
mail_without_encryption_goes_to_this_machine_only(void)
{
	CHECK(ask(address_is_loopback, "127.0.0.1") && ask(address_is_loopback, "127.8.8.8") && ask(address_is_loopback, "::1"));
	CHECK(!ask(address_is_loopback, "128.0.0.1") && !ask(address_is_loopback, "::ffff:127.0.0.1") && !ask(address_is_loopback, "::2"));
}

TEST_MAIN(TEST(what_is_behind_us_is_not_public), TEST(what_is_outside_is_public), TEST(a_local_socket_is_not_public),
    TEST(mail_without_encryption_goes_to_this_machine_only))
