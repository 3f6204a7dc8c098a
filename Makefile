# hubd. GNU make, no configure. `make help` lists the targets.
CC      ?= gcc
BUILD   ?= build$(if $(SAN),-san)
PREFIX  ?= /usr
VERSION := 0.1.0

PACKAGES := libevent libical libpq jansson expat zlib libcrypto libsystemd
CFLAGS   ?= -O2 -g
WARNINGS := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wwrite-strings -Wcast-qual \
            -Wpointer-arith -Wvla -Wformat=2 -Werror
HARDEN   := $(if $(SAN),-fsanitize=address$(comma)undefined -fno-sanitize-recover=all -fno-omit-frame-pointer,-D_FORTIFY_SOURCE=2 -fstack-protector-strong) -fPIE
comma    := ,
LINK     := -pie $(if $(SAN),-fsanitize=address$(comma)undefined,-Wl$(comma)-z$(comma)relro$(comma)-z$(comma)now)
ALL_CFLAGS = -std=c11 -D_GNU_SOURCE -Idaemon -DHUBD_VERSION='"$(VERSION)"' $(WARNINGS) $(HARDEN) \
             $(shell pkg-config --cflags $(PACKAGES)) $(CFLAGS)
LIBS       = $(shell pkg-config --libs $(PACKAGES)) -lm -lpthread

SOURCES := $(sort $(wildcard daemon/*.c daemon/*/*.c))
OBJECTS := $(SOURCES:%.c=$(BUILD)/%.o)
SHARED  := $(filter-out $(BUILD)/daemon/main.o,$(OBJECTS))
UNITS   := $(patsubst tests/unit/%.c,$(BUILD)/tests/unit/%,$(sort $(wildcard tests/unit/test_*.c)))

.PHONY: all clean
all: $(BUILD)/hubd

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
unit: $(UNITS)
	@for test in $(UNITS); do $$test || exit 1; done
.PHONY: unit

clean:
	rm -rf build build-san

-include $(OBJECTS:.o=.d) $(UNITS:=.d)
