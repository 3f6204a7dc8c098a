# hubd. GNU make, no configure. `make help` lists the targets.
CC      ?= gcc
BUILD   ?= build$(if $(SAN),-san)
PREFIX  ?= /usr
VERSION := 0.1.0

comma    := ,
PACKAGES := libevent libical libpq jansson expat zlib libcrypto libsystemd libqrencode libcurl
CFLAGS   ?= -O2 -g
WARNINGS := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wwrite-strings -Wcast-qual \
            -Wpointer-arith -Wvla -Wformat=2 -Werror
HARDEN   := $(if $(SAN),-fsanitize=address$(comma)undefined -fno-sanitize-recover=all -fno-omit-frame-pointer,-D_FORTIFY_SOURCE=2 -fstack-protector-strong) -fPIE
LINK     := -pie $(if $(SAN),-fsanitize=address$(comma)undefined,-Wl$(comma)-z$(comma)relro$(comma)-z$(comma)now)
ALL_CFLAGS = -std=c11 -D_GNU_SOURCE -Idaemon -DHUBD_VERSION='"$(VERSION)"' $(WARNINGS) $(HARDEN) \
             $(shell pkg-config --cflags $(PACKAGES)) $(CFLAGS)
LIBS       = $(shell pkg-config --libs $(PACKAGES)) -lm -lpthread

SOURCES := $(sort $(wildcard daemon/*.c daemon/*/*.c))
OBJECTS := $(SOURCES:%.c=$(BUILD)/%.o)
SHARED  := $(filter-out $(BUILD)/daemon/main.o,$(OBJECTS))
UNITS   := $(patsubst tests/unit/%.c,$(BUILD)/tests/unit/%,$(sort $(wildcard tests/unit/test_*.c)))

# Tests on real programmes read this folder; without it they say "skipped".
HUBD_DATA ?= $(wildcard $(abspath ../shared/data))
ifneq ($(HUBD_DATA),)
export HUBD_DATA
endif

all: $(BUILD)/hubd ## builds build/hubd
.PHONY: all

help: ## lists the targets
	@sed -n 's/^\([a-z][a-z-]*\):.*## /\1|/p' Makefile | awk -F '|' '{ printf "make %-16s %s\n", $$1, $$2 }'
	@echo 'Variables: PORT=8080 STATE=folder (run), DESTDIR= PREFIX=/usr (install), SAN=1 (with ASan and UBSan, into build-san)'
.PHONY: help

$(BUILD)/hubd: $(OBJECTS)
	$(CC) $(LINK) -o $@ $^ $(LIBS)

# Everything but main, so that a test links only what it uses.
$(BUILD)/libhubd.a: $(SHARED)
	rm -f $@ && ar rcs $@ $^

$(BUILD)/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

$(BUILD)/tests/unit/%: tests/unit/%.c $(BUILD)/libhubd.a
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -Itests/unit -MMD -MP $(LINK) -o $@ $< $(BUILD)/libhubd.a $(LIBS)

# One test: make unit/str ; all of them, under ASan and UBSan: make SAN=1 unit
unit/%: $(BUILD)/tests/unit/test_%
	$<
units: $(UNITS)
.PHONY: units
unit: $(UNITS) ## runs the unit tests; make SAN=1 unit, make unit/str for one
	@for test in $(UNITS); do $$test || exit 1; done
.PHONY: unit

# Fuzzers: with a main that replays files (any compiler), or searching for new ones (clang).
FUZZERS := $(patsubst tests/fuzz/%.c,%,$(sort $(wildcard tests/fuzz/fuzz_*.c)))
replays: $(FUZZERS:%=$(BUILD)/tests/fuzz/%)
$(BUILD)/tests/fuzz/%: tests/fuzz/%.c tests/fuzz/replay.h $(BUILD)/libhubd.a
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -DREPLAY $(LINK) -o $@ $< $(BUILD)/libhubd.a $(LIBS)
fuzzers: $(FUZZERS:%=build/fuzz/%)
build/fuzz/%: tests/fuzz/%.c $(filter-out daemon/main.c,$(SOURCES))
	@mkdir -p $(@D)
	clang -g -O1 -fsanitize=fuzzer,address,undefined -D_GNU_SOURCE -DHUBD_VERSION='"$(VERSION)"' -Idaemon \
	    $(shell pkg-config --cflags $(PACKAGES)) -o $@ $^ $(LIBS)
.PHONY: replays fuzzers

# Installs what is missing, builds, and runs hubd with a private PostgreSQL until Ctrl-C.
run: ## runs hubd with a private database; PORT=8080 STATE=folder
	@.make/packages.sh run
	@test -e $(BUILD)/hubd || echo 'Building hubd'
	@$(MAKE) -s --no-print-directory -j2 all
	@exec env BINARY=$(BUILD)/hubd PORT='$(PORT)' STATE='$(STATE)' .make/run.sh
.PHONY: run

sign-in: ## prints an address that signs MAIL in, for a running make run; MAIL= STATE=folder
	@exec env STATE='$(STATE)' MAIL='$(MAIL)' .make/sign-in.sh
.PHONY: sign-in

screenshots: all ## every page at two widths in both colour schemes, into build/screenshots
	@.make/npm.sh
	@/usr/bin/python3 tests/browser/test_browser.py
.PHONY: screenshots

check: ## runs all tests; installs what they need; the last line counts them
	@.make/packages.sh check
	@.make/npm.sh || true
	@.make/check.sh
check-includes: ## fails on an include or a library where it does not belong
	@.make/check-includes
bench: ## measures against nginx and pgbench, side by side
	@.make/packages.sh check
	@$(MAKE) -s --no-print-directory -j2 all
	@.make/check.sh bench
campaign: ## the long forms of the tests: fuzzing, chaos for 60 s
	@.make/packages.sh check campaign
	@.make/check.sh campaign
.PHONY: check check-includes bench campaign

# The units name /usr/bin/hubd and the settings' defaults /usr/share/hubd; another PREFIX is written into both.
SHARE = $(DESTDIR)$(PREFIX)/share/hubd
UNITDIR = $(DESTDIR)$(PREFIX)/lib
install: all ## installs; DESTDIR= PREFIX=/usr
	install -D -m 755 $(BUILD)/hubd $(DESTDIR)$(PREFIX)/bin/hubd
	install -d $(SHARE) $(UNITDIR)/systemd/system $(DESTDIR)$(PREFIX)/share/doc/hubd
	install -d $(SHARE)/daemon/page $(SHARE)/daemon/work
	cp -r --no-preserve=ownership sql config $(SHARE)/
	cp -r --no-preserve=ownership daemon/page/templates daemon/page/styles daemon/page/static $(SHARE)/daemon/page/
	cp -r --no-preserve=ownership daemon/work/templates $(SHARE)/daemon/work/
	chmod -R u=rwX,go=rX $(SHARE)
	for unit in hubd.socket hubd.service hubd-worker.service; do \
		sed 's|/usr/bin/hubd|$(PREFIX)/bin/hubd|' systemd/$$unit > $(UNITDIR)/systemd/system/$$unit || exit 1; \
		chmod 644 $(UNITDIR)/systemd/system/$$unit; \
	done
	install -D -m 644 systemd/hubd.sysusers $(UNITDIR)/sysusers.d/hubd.conf
	install -D -m 644 systemd/hubd.tmpfiles $(UNITDIR)/tmpfiles.d/hubd.conf
	install -m 644 systemd/remote-database.conf systemd/outgoing.conf README.md $(DESTDIR)$(PREFIX)/share/doc/hubd/
	test -e $(DESTDIR)/etc/hubd/hubd.conf || { install -D -m 644 config/hubd.conf $(DESTDIR)/etc/hubd/hubd.conf && \
		{ test $(PREFIX) = /usr || echo 'data_directory = $(PREFIX)/share/hubd' >> $(DESTDIR)/etc/hubd/hubd.conf; }; }
.PHONY: install

clean: ## removes what was built
	rm -rf build build-san
.PHONY: clean

-include $(OBJECTS:.o=.d) $(UNITS:=.d)
