/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/conf.h"
#include "command/command.h"
#include "ical/zone.h"

void
command_prepare(const struct conf *conf)
{
	zone_use_directory(conf_text(conf, "zone_directory"));
}
