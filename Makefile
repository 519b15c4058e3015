# Entente. One file, no recursion but for `asan` and `fuzz`, all output in build/. GNU make 4.3 or later.
#
#   make          build/libentente.a, build/entente, build/entente-ffi, build/entente-repl
#   make demo     checks a real draft; works alone on a bare Debian
#   make test     every test; the last line says N passed, N failed   (T=tests/lang.t for one of them)
#   make asan     the same build in build/asan with ASan and UBSan    (GOAL=test to test it)
#   make deps     installs what building and testing need             (demo and test do so by themselves)
#   make fuzz     each libFuzzer target for FUZZ_SECONDS, with clang   (wants libclang-rt-dev)
#   make bench | soak | clean
#
# CC=clang, CFLAGS, V=1 (show the commands), TRACE=1 (the parser's steps can be watched) and B=folder may be given.

MAKEFLAGS += -r
ifeq ($(MAKELEVEL),0)
MAKEFLAGS += -j$(shell nproc 2>/dev/null || echo 1)
endif
.DELETE_ON_ERROR:
.PHONY: all demo test bench soak deps clean asan fuzz fuzzers setup FORCE
all:

B ?= build
SAN ?=
CFLAGS ?= -O2 -g
GEN := build/gen
Q := $(if $(V),,@)

# ---- flags ----

WARN := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror
# A file that needs more than POSIX (openat2 in api/) defines _GNU_SOURCE itself, above its first include.
DEFS := -D_POSIX_C_SOURCE=200809L
HARD := -fstack-protector-strong -fPIE $(if $(SAN),,-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2)
COMPILE = $(CC) -std=c17 $(CFLAGS) $(WARN) $(DEFS) -Ilang -I$(GEN) $(HARD) -ffile-prefix-map=$(CURDIR)=. $(SAN)
LINK := $(CC) $(CFLAGS) $(SAN) -pie -Wl,-z,relro,-z,now

# Each shared library costs at start, the C library too: `entente` shares none, and 500 runs of each in random order give the measured
# job on the small world 0.94 of what it takes with a shared C library and libm. A program without a loader cannot call dlopen, so
# where --allow-ffi is given `entente-ffi` goes on, which is the same but for that (edge/ffi_apart.c). STATIC= makes one program of both.
# Packed relocations are a hundredth of that, fewer segments would be another. The linker writes a file in small pieces, and so it lies in
# memory; rewritten at one go, as when it is installed, it is mapped in larger ones: 0.96 of that run. Where a system has no archives:
# make STATIC= GMP=-lgmp SQLITE=-lsqlite3 FFI=-lffi READLINE=-lreadline
STATIC ?= $(if $(SAN),,-static-pie)
GMP ?= -Wl,-Bstatic -lgmp -Wl,-Bdynamic
SQLITE ?= -Wl,-Bstatic -lsqlite3 -Wl,-Bdynamic -lm
LIBS = $(SQLITE) $(GMP)
FFI ?= -Wl,-Bstatic -lffi -Wl,-Bdynamic -ldl
# The same for entente-repl, which links Readline and no other program does.
READLINE ?= -Wl,-Bstatic -lreadline -ltinfo -Wl,-Bdynamic

# To watch a parse is for a debugger (grammar/README.md); asking whether to at every step is a tenth of the parser's time.
$(B)/obj/gen/parse.o: CFLAGS += -DENT_DEBUG=$(if $(TRACE),1,0)
# Loops over columns are what this is for.
$(B)/obj/vm/column.o: CFLAGS += -O3

# ---- what is built from what ----

ROOMS := base source syntax check world code vm answer report api
STDLIB := $(sort $(wildcard stdlib/*.ent))
REPL := $(wildcard lang/edge/repl*.c)
object = $(patsubst build/gen/%.c,$(B)/obj/gen/%.o,$(patsubst lang/%.c,$(B)/obj/%.o,$(1)))

LIB_O := $(call object,$(sort $(wildcard $(ROOMS:%=lang/%/*.c))) $(GEN)/parse.c $(GEN)/scan.c $(GEN)/stdlib.c $(GEN)/names.c)
CLI_O := $(call object,lang/edge/cli.c)
CALL_O := $(call object,lang/edge/ffi_call.c)
APART_O := $(call object,lang/edge/ffi_apart.c)
EDGE_O := $(call object,$(filter-out lang/edge/cli.c lang/edge/ffi_call.c lang/edge/ffi_apart.c $(REPL),$(sort $(wildcard lang/edge/*.c))))
REPL_O := $(call object,$(REPL))
OBJECTS := $(LIB_O) $(CLI_O) $(CALL_O) $(APART_O) $(EDGE_O) $(REPL_O)
UNIT := $(patsubst tests/unit/%.c,$(B)/tests/%,$(sort $(wildcard tests/unit/*.c)))
FUZZ := $(patsubst tests/fuzz/%.c,$(B)/tests/fuzz_%,$(filter-out tests/fuzz/replay.c,$(sort $(wildcard tests/fuzz/*.c))))
DIFFER_O := $(patsubst tests/differ/%.c,$(B)/obj/differ/%.o,$(sort $(wildcard tests/differ/*.c)))
TESTS := $(sort $(wildcard tests/*.t)) tests/layers.sh tests/headers.sh

all: $(B)/libentente.a $(B)/entente $(if $(STATIC),$(B)/entente-ffi) $(B)/entente-repl

$(B)/libentente.a: $(LIB_O)
$(B)/edge.a: $(EDGE_O)
%.a: %.list
	$(Q)rm -f $@ && $(AR) rcs $@ $(filter %.o,$^)
# What a thing was made from last time: a source that was deleted must leave its archive, other flags mean a new build.
$(B)/libentente.list: LIST = $(LIB_O)
$(B)/edge.list: LIST = $(EDGE_O)
$(B)/flags: LIST = $(COMPILE)
$(GEN)/stdlib.list: LIST = $(STDLIB)
$(B)/libentente.list $(B)/edge.list $(B)/flags $(GEN)/stdlib.list $(GEN)/names.list: FORCE
	@mkdir -p $(@D); echo '$(LIST)' | cmp -s - $@ || echo '$(LIST)' >$@

# All programs take from edge.a what they call, and no more.
ifneq ($(STATIC),)
$(B)/entente: $(CLI_O) $(APART_O) $(B)/edge.a $(B)/libentente.a
	@echo "link $@"
	$(Q)$(CC) $(CFLAGS) $(STATIC) -Wl,-z,relro,-z,now,-z,pack-relative-relocs,--wrap=dlopen -o $@.linked $^ $(filter-out -Wl%,$(LIBS))
	$(Q)objcopy $@.linked $@ && rm $@.linked
$(B)/entente-ffi: $(CLI_O) $(CALL_O) $(B)/edge.a $(B)/libentente.a
else
$(B)/entente: $(CLI_O) $(CALL_O) $(B)/edge.a $(B)/libentente.a
endif
	@echo "link $@"
	$(Q)$(LINK) -o $@ $^ $(FFI) $(LIBS)
$(B)/entente-repl: $(REPL_O) $(CALL_O) $(B)/edge.a $(B)/libentente.a
	@echo "link $@"
	$(Q)$(LINK) -o $@ $^ $(FFI) $(LIBS) $(READLINE)
# The program with the machine's plain switch, as other compilers have it.
$(B)/plain: $(CLI_O) $(CALL_O) $(B)/obj/plain.o $(B)/edge.a $(B)/libentente.a
	@echo "link $@"
	$(Q)$(LINK) -o $@ $^ $(FFI) $(LIBS)
$(B)/obj/plain.o: lang/vm/vm.c $(B)/flags
	@mkdir -p $(@D); echo "cc $< (plain)"
	$(Q)$(COMPILE) -DPLAIN_DISPATCH -MMD -MP -c -o $@ $<
$(B)/tests/%: tests/unit/%.c $(B)/libentente.a $(B)/flags
	@mkdir -p $(@D); echo "cc $<"
	$(Q)$(COMPILE) -Itests -MMD -MP -MF $@.d -pie -Wl,-z,relro,-z,now -o $@ $< $(B)/libentente.a $(LIBS)
$(B)/tests/differ: $(DIFFER_O) $(B)/libentente.a
	@mkdir -p $(@D); echo "link $@"
	$(Q)$(LINK) -o $@ $^ $(LIBS)

# A fuzzing target: with libFuzzer's main where FUZZER says so, else with one that goes through the saved inputs.
FUZZ_MAIN = $(if $(FUZZER),$(FUZZER),tests/fuzz/replay.c)
$(B)/tests/fuzz_%: tests/fuzz/%.c tests/fuzz/replay.c tests/fuzz/fuzz.h $(B)/libentente.a $(B)/flags
	@mkdir -p $(@D); echo "cc $<"
	$(Q)$(COMPILE) -Itests -pie -Wl,-z,relro,-z,now -o $@ $< $(FUZZ_MAIN) $(B)/libentente.a $(LIBS)

$(B)/obj/differ/%.o: tests/differ/%.c $(B)/flags
	@mkdir -p $(@D); echo "cc $<"
	$(Q)$(COMPILE) -Itests -MMD -MP -c -o $@ $<
$(B)/obj/%.o: lang/%.c $(B)/flags
	@mkdir -p $(@D); echo "cc $<"
	$(Q)$(COMPILE) -MMD -MP -c -o $@ $<
$(B)/obj/gen/%.o: $(GEN)/%.c $(B)/flags
	@mkdir -p $(@D); echo "cc $<"
	$(Q)$(COMPILE) -MMD -MP -c -o $@ $<
-include $(OBJECTS:.o=.d) $(B)/obj/plain.d $(DIFFER_O:.o=.d) $(UNIT:=.d)

# ---- what is generated ----

# All that compiles waits for the generated headers; under `demo` and `test` everything waits for setup.
$(OBJECTS) $(B)/obj/plain.o $(DIFFER_O) $(FUZZ) $(UNIT): | $(GEN)/parse.h $(GEN)/scan.h
SETUP := $(if $(filter demo test,$(MAKECMDGOALS)),setup)
$(GEN)/parse.c $(GEN)/scan.c $(GEN)/stdlib.c $(GEN)/names.c $(OBJECTS) $(DIFFER_O) $(FUZZ) $(UNIT): | $(SETUP)

# Look-ahead correction is wanted where a mistake is explained, and not before (parse_drive.inc); Bison has no switch for that.
$(GEN)/parse.c $(GEN)/parse.h &: grammar/parse.y
	@mkdir -p $(GEN); echo "bison $<"
	$(Q)bison -Wall -Wdangling-alias -Wcounterexamples -Werror --defines=$(GEN)/parse.h -o $(GEN)/parse.c.new $<
	$(Q)cd $(GEN) && sed -e '/^#line/s|parse\.c\.new|parse.c|' -e 's/if (!yy_lac_established) /if (!yy_lac_established \&\& !p->quick) /' parse.c.new >parse.c \
	  && grep -q 'yy_lac_established && !p->quick' parse.c && rm parse.c.new

# A word from flex is a failure, and so are states that back up unless FLEX_BACKUP_OK is set. It runs in build/gen,
# where it leaves lex.backup; the #line marks are then put right, so that a compiler names grammar/scan.l.
FLEX_BACKUP_OK ?= 1
$(GEN)/scan.c $(GEN)/scan.h &: grammar/scan.l
	@mkdir -p $(GEN); echo "flex $<"
	$(Q)cd $(GEN) && flex -CF -b --header-file=scan.h.new -o scan.c.new ../../$< 2>flex.log; code=$$?; \
	  cat flex.log >&2; [ $$code = 0 ] && [ ! -s flex.log ]
	$(Q)$(if $(FLEX_BACKUP_OK),,grep -q '^No backing up\.' $(GEN)/lex.backup || { cat $(GEN)/lex.backup >&2; false; })
	$(Q)cd $(GEN) && for f in scan.c scan.h; do \
	  sed -e '/^#line/{s|"../../|"|;s|"scan\.\([ch]\)\.new"|"$(GEN)/scan.\1"|;}' $$f.new >$$f && rm $$f.new || exit 1; done

# The library as bytes: a string literal may not be longer than 4,095 characters. Twice: what a draft loads has an empty
# line for each line of documentation, which only `entente doc` reads. And what each module declares, by name.
$(GEN)/stdlib.c: $(STDLIB) $(GEN)/stdlib.list Makefile
	@echo "embed stdlib"
	$(Q){ echo '#include "api/stdlib.h"'; echo '#include "check/library.h"'; \
	  bytes() { od -An -v -tu1 | sed 's/ *\([0-9][0-9]*\)/\1,/g'; echo '0};'; }; \
	  for f in $(STDLIB); do n=$$(basename $$f .ent); \
	    echo "static const unsigned char text_$$n[] = {"; sed 's/^##.*//' $$f | bytes; \
	    echo "static const unsigned char whole_$$n[] = {"; bytes <$$f; done; \
	  echo 'const StdlibModule ent_stdlib[] = {'; \
	  for f in $(STDLIB); do n=$$(basename $$f .ent); \
	    echo "  {\"std.$$n\", (const char *)text_$$n, sizeof text_$$n - 1, (const char *)whole_$$n, sizeof whole_$$n - 1},"; done; \
	  echo '  {0, 0, 0, 0, 0}};'; \
	  echo 'const unsigned ent_stdlib_count = sizeof ent_stdlib / sizeof ent_stdlib[0] - 1;'; \
	  echo 'const LibraryName ent_library_names[] = {'; \
	  for f in $(STDLIB); do n=$$(basename $$f .ent); \
	    sed -nE 's/^(layer|source|resource|route|group|kind|table|let|fn|rule) ([a-z][A-Za-z0-9_]*).*/  {"\1", "\2", "std.'$$n'"},/p' $$f; done; \
	  echo '  {0, 0, 0}};'; } >$@

# Names of countries, embedded at build from the package iso-codes; none of its data is in this source.
ISO_CODES ?= /usr/share
$(GEN)/names.list: LIST = $(ISO_CODES)
$(GEN)/names.c: stdlib/names.pl $(GEN)/names.list
	@mkdir -p $(GEN); echo "embed names of countries"
	$(Q)perl stdlib/names.pl $(ISO_CODES) >$@

# ---- what is run ----

setup:
	@CC='$(CC)' STATIC='$(STATIC)' ISO_CODES='$(ISO_CODES)' sh tests/setup.sh $(if $(filter test,$(MAKECMDGOALS)),test,demo)
deps:
	@CC='$(CC)' STATIC='$(STATIC)' ISO_CODES='$(ISO_CODES)' sh tests/setup.sh test

DEMO := examples/initiative/initiative.ent
demo: $(B)/entente
	@code=0; $(B)/entente check $(DEMO) || code=$$?; \
	case $$code in \
	  0) what='every check passes' good=1;; \
	  1) what='at least one check is denied' good=1;; \
	  3) what='undecided, for want of data' good=1;; \
	  2) what='the draft does not compile, or could not be run to its end' good=;; \
	  64) what='wrong use of the command' good=;; \
	  66) what='a file cannot be read' good=;; \
	  70) what='a fault of the tool itself' good=;; \
	  *) what='no code of this tool: it was killed or did not start' good=;; \
	esac; echo "exit code $$code: $$what"; [ -n "$$good" ]

test: all $(UNIT) $(FUZZ) $(B)/tests/differ
	@B='$(B)' ENTENTE='$(B)/entente' sh tests/run.sh $(or $(T),$(B)/tests/differ $(TESTS) $(UNIT) $(FUZZ))

bench: all $(B)/tests/session
	@python3 tests/bench/page.py start && python3 tests/bench/run.py && python3 tests/bench/sweep.py medium && python3 tests/bench/sweep.py large && bash tests/bench/run.sh && echo && python3 tests/bench/page.py show
soak: all $(B)/tests/fault $(B)/tests/differ $(B)/plain
	@B='$(B)' bash tests/soak.sh

# The generated files are made first and shared.
asan: $(GEN)/parse.c $(GEN)/scan.c $(GEN)/stdlib.c $(GEN)/names.c
	@$(MAKE) B=build/asan SAN='-fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer' $(or $(GOAL),all)

fuzzers: $(FUZZ)
fuzz: $(GEN)/parse.c $(GEN)/scan.c $(GEN)/stdlib.c $(GEN)/names.c
	@command -v clang >/dev/null || { echo 'make fuzz wants clang with libFuzzer: on Debian 12, clang and libclang-rt-14-dev'; exit 1; }
	@$(MAKE) CC=clang B=build/fuzz CFLAGS='-O1 -g' FUZZER=-fsanitize=fuzzer \
	  SAN='-fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer' fuzzers
	@sh tests/fuzz/run.sh $(patsubst tests/fuzz/%.c,build/fuzz/tests/fuzz_%,$(or $(TARGET:%=tests/fuzz/%.c),$(filter-out tests/fuzz/replay.c,$(sort $(wildcard tests/fuzz/*.c)))))

clean:
	rm -rf build
