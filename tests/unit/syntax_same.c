/* What the formatter asks before it hands anything out: whether two texts say the same and hold the same comments. */
#include "syntax/parser.h"
#include "syntax/print.h"
#include "tap.h"

static Mem mem;
static Intern names;
static Sources sources;
static Diags diags;
static Unit unit;

static const Source *source(const char *text) { return sources_add(&sources, "x", text, strlen(text), false); }

static bool same(const char *a, const char *b) {
  return tree_same(&unit, parse_file(&unit, source(a)), parse_file(&unit, source(b)));
}

static bool same_comments(const char *a, const char *b) {
  const Source *x = source(a), *y;
  parse_file(&unit, x);
  parse_file(&unit, y = source(b));
  return comments_same(&unit, x, y);
}

int main(void) {
  mem_init(&mem, 0);
  intern_init(&names, &mem, 1);
  sources_init(&sources, &mem);
  diags_init(&diags, &mem);
  unit_init(&unit, &mem, &names, &sources, &diags);
  ok(same("let a = 1 + 2", "let a=(1)\n+2"), "layout is nothing");
  ok(same("let a = 12_000 t", "let a = 12e3 t"), "figures by what they are worth");
  ok(same("let a = \"\\u{e9}\"", "let a = \"\xC3\xA9\""), "texts by what they say");
  static const char *const other[][2] = {
    {"let a = 1", "let b = 1"}, {"let a = 1", "let a = 2"}, {"let a = 1 t", "let a = 1 kg"}, {"let a = 1 t", "let a = 1"},
    {"let a = x + y", "let a = x - y"}, {"let a = x - (y - z)", "let a = x - y - z"}, {"let a = \"x\"", "let a = \"y\""},
    {"let a = 2026-01-01", "let a = 2026-01-02"}, {"let a = {x}", "let a = [x]"}, {"let a = [x]", "let a = [x, y]"},
    {"let a = 1", "let a = 1 let b = 2"}, {"let a = true", "let a = false"}, {"resource r", "resource r {}"},
    {"check c { require a else deny \"x\" }", "check c { require a else warn \"x\" }"},
    {"agreement g { clause m: A shall buy 1 t of r }", "agreement g { clause m: A may buy 1 t of r }"},
  };
  for (size_t i = 0; i < sizeof other / sizeof *other; i++) ok(!same(other[i][0], other[i][1]), "not the same: %s", other[i][1]);
  ok(diags.errors == 0, "all of them can be read");
  ok(same_comments("# a  \nlet x = 1 # b", "# a\n\nlet x = 1\n# b\n"), "comments, wherever they stand");
  ok(!same_comments("# a\n", ""), "one less");
  ok(!same_comments("# a\n", "## a\n"), "another mark");
  ok(!same_comments("# a\n# b\n", "# b\n# a\n"), "another order");
  unit_end(&unit);
  diags_end(&diags);
  sources_end(&sources);
  intern_end(&names);
  mem_end(&mem);
  return done();
}
