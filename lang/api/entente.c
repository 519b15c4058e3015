#include "api/session.h"
#include "api/stdlib.h"
#include "report/report.h"
#include "report/report_profile.h"
#include "syntax/parser.h"
#include "syntax/print.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>

void ent_config_init(ent_config *c) {
  memset(c, 0, sizeof *c);
  c->fail_on = ENT_DENY;
}

static void defaults(ent_config *c) {
  if (!c->max_file) c->max_file = 16u << 20;
  if (!c->max_data || c->max_data > CELL_BYTES_MAX) c->max_data = CELL_BYTES_MAX;
  if (!c->max_memory) c->max_memory = (size_t)2 << 30;
  if (!c->max_steps) c->max_steps = 2000000000ull;
  if (!c->max_output) c->max_output = 64u << 20;
}

bool ent_is_date(const char *text) {
  Day day;
  return !date_read(text, strlen(text), &day);
}

/* Without memory for it there is none: the draft will say so. */
static void profile_make(ent_session *s) {
  Mem *m = &s->mem;
  s->profile = mem_zero(m, sizeof *s->profile);
  if (!s->profile || profile_init(s->profile, m, s->config.clock)) return;
  profile_end(s->profile);
  mem_free(m, s->profile, sizeof *s->profile);
  s->profile = NULL;
}

ent_session *ent_open(const ent_config *c) {
  Mem first;
  Day as_of = DAY_NONE;
  if (c->as_of && date_read(c->as_of, strlen(c->as_of), &as_of)) return NULL;
  if (!mem_init(&first, 0)) return NULL;
  ent_session *s = mem_zero(&first, sizeof *s);
  if (!s) { mem_end(&first); return NULL; }
  s->mem = first;
  s->config = *c;
  s->as_of = as_of;
  defaults(&s->config);
  Mem *m = &s->mem;
  m->limit = s->config.max_memory;
  m->fail_at = c->fail_alloc_at ? m->calls + c->fail_alloc_at : 0;
  m->fail_after = c->fail_alloc_after;
  /* The seed only has to be hard to guess from a draft; where the session lies in memory is. */
  intern_init(&s->names, m, hash_u64((uint64_t)(uintptr_t)s));
  sources_init(&s->sources, m);
  diags_init(&s->diags, m);
  unit_init(&s->unit, m, &s->names, &s->sources, &s->diags);
  program_init(&s->program, m, &s->unit);
  chunk_init(&s->chunk, m, &s->program);
  loader_init(&s->loader, &s->program, s->config.max_file);
  s->loader.max_data = s->config.max_data;
  s->loader.max_steps = s->config.max_steps;
  s->loader.stop = s->config.stop;
  s->loader.whole_library = s->config.whole_library;
  if (c->profile) profile_make(s);
  s->loader.profile = s->profile;
  buf_init(&s->out, m);
  s->out.max = s->config.max_output;
  buf_init(&s->word_texts, m);
  s->assumed = UINT32_MAX;
  return s;
}

/* The world is made for the entities that the draft declares, so once they are known. */
static bool machine_ready(ent_session *s) {
  bool ready = world_init(&s->world, &s->mem, &s->program);
  s->has_world = true;  /* and is ended, even if it is not whole */
  if (!ready) return false;
  ready = vm_init(&s->vm, &s->mem, &s->program, &s->chunk, &s->world);
  s->has_vm = true;
  s->vm.max_steps = s->loader.max_steps;   /* what queries have left */
  if (s->config.max_depth) s->vm.max_depth = s->config.max_depth < VM_DEPTH_MAX ? s->config.max_depth : VM_DEPTH_MAX;
  s->vm.stop = s->config.stop;
  s->vm.profile = s->profile;
  if (s->profile) s->profile->counter = &s->vm.steps;
  const ent_host *h = &s->config.host;
  s->vm.ext.host = (Host){h->data, h->batches && s->program.externs.len, h->find, h->call};
  s->vm.rows_only = s->config.columns == ENT_COLUMNS_NEVER;
  s->vm.rows_never = s->config.columns == ENT_COLUMNS_ALWAYS;
  return ready;
}

void ent_leave(ent_session *s) {
#ifdef MEM_WATCHED
  ent_close(s);
#else
  if (s && s->config.host.end) s->config.host.end(s->config.host.data);
#endif
}

void ent_close(ent_session *s) {
  if (!s) return;
  if (s->config.host.end) s->config.host.end(s->config.host.data);
  if (s->reported) report_end(&s->report);
  if (s->profile) profile_end(s->profile);
  mem_free(&s->mem, s->profile, sizeof *s->profile);
  buf_end(&s->out);
  buf_end(&s->word_texts);
  vec_end(&s->mem, &s->words);
  vec_end(&s->mem, &s->parts);
  vec_end(&s->mem, &s->struck);
  loader_end(&s->loader);
  if (s->has_vm) vm_end(&s->vm);
  chunk_end(&s->chunk);
  if (s->has_world) world_end(&s->world);
  program_end(&s->program);
  unit_end(&s->unit);
  diags_end(&s->diags);
  sources_end(&s->sources);
  intern_end(&s->names);
  Mem last = s->mem;
  mem_free(&last, s, sizeof *s);
  mem_end(&last);
}

/* ---- loading ---- */

/* A limit as its user would write it. */
typedef struct Size { char text[32]; } Size;
static Size size_text(size_t n) {
  static const char *const unit[] = {"bytes", "KiB", "MiB", "GiB"};
  Size z;
  int k = 0;
  while (k < 3 && n >= 1024 && n % 1024 == 0) n /= 1024, k++;
  snprintf(z.text, sizeof z.text, "%zu %s", n, k == 0 && n == 1 ? "byte" : unit[k]);
  return z;
}

void session_clear_diags(ent_session *s) {
  s->diags.list.len = s->diags.errors = s->diags.mute = 0;
  memset(s->diags.left_out, 0, sizeof s->diags.left_out);
}

/* An error that leaves nothing else worth saying: what was found before it may be wrong for want of the rest. */
static void only(ent_session *s, DiagCode code, const char *what, size_t limit, const char *option) {
  Span none = {0, 0};
  session_clear_diags(s);
  Diag *x = diag_add(&s->diags, code, none, "%s %s", what, size_text(limit).text);
  diag_help(&s->diags, x, "%s raises the limit", option);
}

void session_no_memory(ent_session *s) {
  if (!mem_failed(&s->mem)) return;
  if (s->mem.system) {
    Span none = {0, 0};
    session_clear_diags(s);
    diag_add(&s->diags, DIAG_E0505, none, "memory ran out: the system gives no more");
  } else only(s, DIAG_E0505, "memory ran out: the draft needs more than", s->config.max_memory, "--max-memory");
}

/* Makes code of what has none. */
static int coded(ent_session *s) {
  uint32_t at;
  const char *why;
  if (!compile_all(&s->chunk, &s->world.rt)) return ENT_BROKEN;
  return chunk_verify(&s->chunk, &at, &why) ? ENT_PASSES : ENT_FAULT;
}

static int compiled(ent_session *s) {
  if (s->diags.errors || mem_failed(&s->mem)) return ENT_BROKEN;
  profile_phase(s->profile, PHASE_CHECK);
  if (!program_check(&s->program) || !machine_ready(s)) return ENT_BROKEN;
  profile_phase(s->profile, PHASE_COMPILE);
  int rc = coded(s);
  if (rc != ENT_PASSES) return rc;
  profile_phase(s->profile, PHASE_LOAD);
  return vm_load(&s->vm) && world_base(&s->world) ? ENT_PASSES : ENT_BROKEN;
}

int session_finish(ent_session *s) {
  int rc = compiled(s);
  diags_sort(&s->diags);
  session_no_memory(s);
  s->own_funcs = s->program.funcs.len;
  s->loaded = rc == ENT_PASSES && !s->diags.errors;
  s->broken = !s->loaded;
  const ent_crew *c = &s->config.crew;
  if (s->loaded && !s->profile && !s->program.externs.len) s->vm.crew = (Crew){c->data, c->n, c->after, c->run};
  return s->loaded ? ENT_PASSES : rc == ENT_PASSES ? ENT_BROKEN : rc;
}

int session_no_input(ent_session *s, const char *path, int error) {
  Span none = {0, 0};
  s->broken = true;
  if (error == EFBIG) {
    Diag *x = diag_add(&s->diags, DIAG_E0007, none, "%s: the file is larger than %s", path, size_text(s->config.max_file).text);
    diag_help(&s->diags, x, "--max-file raises the limit");
    return ENT_BROKEN;
  }
  if (error == ENOMEM) { s->mem.failed = true; session_no_memory(s); return ENT_BROKEN; }
  const char *why = error == ENOENT ? "there is no such file" : error == EISDIR ? "this is a folder" : error == EINVAL ? "this is not a plain file"
                  : error == EACCES ? "it may not be read" : "it cannot be read";
  if (s->loader.no_root) diag_add(&s->diags, DIAG_E0003, none, "%s: its root, %s, is no folder that can be opened", path, s->config.root);
  else if (error == EXDEV || error == ELOOP) diag_add(&s->diags, DIAG_E0004, none, "%s: it is outside the root, %s", path, s->config.root ? s->config.root : ".");
  else diag_add(&s->diags, DIAG_E0003, none, "%s: %s", path, why);
  return ENT_NO_INPUT;
}

int ent_load_file(ent_session *s, const char *path) {
  profile_phase(s->profile, PHASE_READ);
  int error = loader_file(&s->loader, path, s->config.root, &s->module);
  return error ? session_no_input(s, path, error) : session_finish(s);
}

int ent_load_text(ent_session *s, const char *name, const char *text, size_t len) {
  profile_phase(s->profile, PHASE_READ);
  if (!loader_text(&s->loader, name, text, len, &s->module)) return session_no_input(s, name, ENOMEM);
  return session_finish(s);
}

/* ---- reports ---- */

static Severity severity(ent_level l) { return l == ENT_NOTE ? SEV_NOTE : l == ENT_WARN ? SEV_WARN : SEV_ERROR; }

static ReportStyle style(const ent_session *s, int exit_code) {
  ReportStyle st = {.color = s->config.color, .width = s->config.width, .fail_on = severity(s->config.fail_on),
                    .allow_undecided = s->config.allow_undecided, .exit_code = exit_code};
  return st;
}

static void diagnostics(ent_session *s, ent_format f, int exit_code) {
  ReportStyle st = style(s, exit_code);
  switch (f) {
    case ENT_TEXT: report_diags(&s->out, &s->sources, &s->diags, &st); break;
    case ENT_JSON: report_diags_json(&s->out, &s->sources, &s->diags, &st); break;
    case ENT_TAP: report_diags_tap(&s->out, &s->sources, &s->diags, &st); break;
    case ENT_GITHUB: report_diags_github(&s->out, &s->sources, &s->diags, &st); break;
    case ENT_JUNIT: report_diags_junit(&s->out, &s->sources, &s->diags, &st); break;
  }
}

/* What is said when there is no memory left even for saying so. */
static const char *last_words(ent_format f) {
  switch (f) {
    case ENT_TEXT: return "error[E0505]: memory ran out\n";
    case ENT_JSON: return "{\n  \"schema\": 1,\n  \"kind\": \"diagnostics\",\n  \"exit_code\": 2,\n  \"diagnostics\": [{\"severity\": \"error\", \"code\": \"E0505\", \"message\": \"memory ran out\"}]\n}\n";
    case ENT_TAP: return "1..1\nnot ok 1 - error[E0505]: memory ran out\n";
    case ENT_GITHUB: return "::error title=E0505::memory ran out\n";
    case ENT_JUNIT: return "<testsuite name=\"\" tests=\"1\" failures=\"0\" errors=\"1\"><testcase name=\"E0505\"><error message=\"memory ran out\"/></testcase></testsuite>\n";
  }
  return "";
}

/* Hands out what was written; cut-off output is an error, never shown as whole. */
int session_hand_out(ent_session *s, ent_format f, int rc, const char **out, size_t *len) {
  bool cut = s->out.full || mem_failed(&s->mem);
  if (cut) {
    rc = ENT_BROKEN;
    if (mem_failed(&s->mem)) session_no_memory(s);
    else only(s, DIAG_E0506, "the output is larger than", s->config.max_output, "--max-output");
    buf_clear(&s->out);
    s->out.max = 0;
    diagnostics(s, f, ENT_BROKEN);
    s->out.max = s->config.max_output;
  }
  *out = cut && s->out.full ? last_words(f) : buf_text(&s->out);
  if (len) *len = cut && s->out.full ? strlen(*out) : s->out.len;
  return rc;
}

const char *ent_diagnostics(ent_session *s, ent_format f, size_t *len) {
  const char *out;
  buf_clear(&s->out);
  if (s->diags.list.len) diagnostics(s, f, s->broken ? ENT_BROKEN : ENT_PASSES);
  session_hand_out(s, f, ENT_PASSES, &out, len);
  return out;
}

void session_run_error(ent_session *s) {
  Vm *vm = &s->vm;
  vm->alone = vm->alone || vm->crew_used;
  if (vm->failed) {
    Diag *x = diag_add(&s->diags, vm->error.code, vm->error.span, "%s", vm->error.text);
    if (vm->error.help) diag_help(&s->diags, x, "%s", vm->error.help);
    else if (vm->error.code == DIAG_E0507) diag_help(&s->diags, x, "--max-steps raises the limit");
    vm->failed = false;
  } else session_no_memory(s);
}

/* Makes a new report, or, without a draft, hands out what is wrong with it: then false. */
static bool report_begin(ent_session *s, ent_format f, const char **out, size_t *len) {
  buf_clear(&s->out);
  s->whole = false;
  if (!s->loaded) {
    diagnostics(s, f, ENT_BROKEN);
    session_hand_out(s, f, ENT_BROKEN, out, len);
    return false;
  }
  if (s->reported) report_end(&s->report);
  report_init(&s->report, &s->mem, s->program.modules.at[s->module].source->path);
  s->reported = true;
  return true;
}

static int no_report(ent_session *s, ent_format f, int rc, const char **out, size_t *len) {
  buf_clear(&s->out);
  return session_hand_out(s, f, rc, out, len);
}

static int report_out(ent_session *s, ent_format f, const char **out, size_t *len) {
  int rc = s->report.exit_code;
  s->whole = !s->out.full && !mem_failed(&s->mem);
  return session_hand_out(s, f, rc, out, len);
}

bool ent_alone(const ent_session *s) {
  const Vm *vm = &s->vm;
  return vm->alone || (vm->crew_used && (mem_failed(&s->mem) || !crew_far(vm)));
}

bool ent_reported(const ent_session *s) { return s->whole; }

int session_judges(ent_session *s, const char **out, size_t *len) {
  answer_opens(&s->program);
  int rc = coded(s);
  return rc == ENT_PASSES ? rc : session_uncoded(s, rc, out, len);
}

int ent_check(ent_session *s, ent_format f, const char **out, size_t *len) {
  if (f == ENT_JUNIT) return no_report(s, f, ENT_USAGE, out, len);
  if (!report_begin(s, f, out, len)) return ENT_BROKEN;
  int rc = session_judges(s, out, len);
  if (rc != ENT_PASSES) return rc;
  profile_phase(s->profile, PHASE_JUDGE);
  CheckOptions o = {s->as_of, severity(s->config.fail_on), s->config.allow_undecided};
  if (!answer_check(&s->vm, &o, &s->report)) {
    session_run_error(s);
    diagnostics(s, f, ENT_BROKEN);
    return session_hand_out(s, f, ENT_BROKEN, out, len);
  }
  profile_phase(s->profile, PHASE_REPORT);
  ReportStyle st = style(s, s->report.exit_code);
  switch (f) {
    case ENT_TEXT: report_text(&s->out, &s->sources, &s->diags, &s->report, &st); break;
    case ENT_JSON: report_json(&s->out, &s->sources, &s->diags, &s->report, &st); break;
    case ENT_TAP: report_tap(&s->out, &s->sources, &s->diags, &s->report, &st); break;
    case ENT_GITHUB: report_github(&s->out, &s->sources, &s->diags, &s->report, &st); break;
    case ENT_JUNIT: break;
  }
  return report_out(s, f, out, len);
}

int ent_profile(ent_session *s, ent_profile_form form, const char **out, size_t *len) {
  profile_stop(s->profile);
  buf_clear(&s->out);
  if (mem_failed(&s->mem)) {   /* which has been said */
    *out = "";
    *len = 0;
    return ENT_BROKEN;
  }
  if (s->profile && form == ENT_PROFILE_TABLE) report_profile(&s->out, &s->program, &s->sources, s->profile);
  if (s->profile && form == ENT_PROFILE_FOLDED) report_profile_folded(&s->out, &s->program, &s->sources, s->profile);
  return session_hand_out(s, ENT_TEXT, ENT_PASSES, out, len);
}

bool ent_has_checks(const ent_session *s) { return s->chunk.checks.len > 0; }

/* ---- tests ---- */

int ent_test(ent_session *s, ent_format f, bool (*wants)(void *data, const char *title), void *data, const char **out, size_t *len) {
  if (f == ENT_JSON || f == ENT_GITHUB) return no_report(s, f, ENT_USAGE, out, len);
  if (!report_begin(s, f, out, len)) return ENT_BROKEN;
  TestFilter which = {wants, data};
  s->report.coverage = s->config.coverage;
  if (!answer_tests(&s->vm, s->module, s->as_of, &which, &s->report)) {
    session_run_error(s);
    diagnostics(s, f, ENT_BROKEN);
    return session_hand_out(s, f, ENT_BROKEN, out, len);
  }
  if (!s->report.tests.len) return no_report(s, f, s->report.exit_code, out, len);
  ReportStyle st = style(s, s->report.exit_code);
  switch (f) {
    case ENT_TEXT: report_test_text(&s->out, &s->sources, &s->diags, &s->report, &st); break;
    case ENT_TAP: report_test_tap(&s->out, &s->sources, &s->diags, &s->report, &st); break;
    case ENT_JUNIT: report_test_junit(&s->out, &s->sources, &s->diags, &s->report, &st); break;
    case ENT_JSON: case ENT_GITHUB: break;
  }
  return report_out(s, f, out, len);
}

void ent_test_coverage(const ent_session *s, unsigned *reached, unsigned *all) {
  *reached = 0;
  *all = s->reported ? s->report.reach.len : 0;
  for (unsigned i = 0; i < *all; i++) *reached += s->report.reach.at[i].reached;
}

bool ent_has_tests(const ent_session *s) {
  for (uint32_t i = 0; i < s->program.tests.len; i++)
    if (s->program.funcs.at[s->program.tests.at[i]].module == s->module) return true;
  return false;
}

/* ---- expressions ---- */

int session_broken(ent_session *s, const char **out, size_t *len) {
  buf_clear(&s->out);
  diagnostics(s, ENT_TEXT, ENT_BROKEN);
  session_clear_diags(s);
  return session_hand_out(s, ENT_TEXT, ENT_BROKEN, out, len);
}

int session_uncoded(ent_session *s, int rc, const char **out, size_t *len) {
  if (rc == ENT_BROKEN) return session_broken(s, out, len);
  buf_clear(&s->out);
  return session_hand_out(s, ENT_TEXT, rc, out, len);
}

static void show_unknown(ent_session *s, Value v, Buf *to) {
  const Causes *c = value_causes(v);
  buf_str(to, "unknown");
  for (uint32_t i = 0; c && i < c->o.len; i++) {
    buf_str(to, i ? "; " : ": ");
    world_cause_text(&s->world, c->at[i], to);
  }
  if (c && c->more) buf_fmt(to, "; and %u more", c->more);
}

const View *session_view(ent_session *s) {
  const View *base = world_base(&s->world);
  return s->assumed == UINT32_MAX ? base : world_under(&s->world, base, s->assumed);
}

Ctx *session_ctx(ent_session *s) {
  Day first = s->as_of, last;
  const View *v = session_view(s);
  if (v && first == DAY_NONE && !world_term(&s->world, v, &first, &last)) first = DAY_NONE;
  return v ? world_ctx(&s->world, v, first) : NULL;
}

/* The Func that an expression became, compiled; else UINT32_MAX, and why in *rc, with messages. */
static uint32_t expression(ent_session *s, const char *expr, int *rc) {
  session_clear_diags(s);
  uint32_t dates = s->program.dates.len;
  const Source *src = sources_add(&s->sources, "<expression>", expr, strlen(expr), false);
  Node *e = src ? parse_expr(&s->unit, src) : NULL;
  uint32_t f = e && !s->diags.errors ? program_check_expr(&s->program, s->module, e) : UINT32_MAX;
  *rc = f == UINT32_MAX ? ENT_BROKEN : coded(s);
  if (*rc != ENT_PASSES) { diags_sort(&s->diags); session_no_memory(s); return UINT32_MAX; }
  bool today = s->program.funcs.at[f].flags & FLAG_TODAY;
  if (today || s->program.dates.len > dates) s->world.daily = true;  /* a day may be asked for on which no fact changes */
  return f;
}

/* Evaluates; the code, with the value as text in `to`. */
static int expression_value(ent_session *s, uint32_t func, Buf *to) {
  Ctx *x = session_ctx(s);
  Value v = x ? vm_run(&s->vm, func, NULL, 0, x) : value_int(0);
  int rc = v.tag == V_UNK ? ENT_UNDECIDED : ENT_PASSES;
  if (s->vm.failed || mem_failed(&s->mem)) {
    session_run_error(s);
    rc = ENT_BROKEN;
  } else if (v.tag == V_UNK) show_unknown(s, v, to);
  else value_show(&s->world.rt, v, to);
  value_drop(&s->mem, v);
  return rc;
}

int session_ask(ent_session *s, ent_question q, const char *expr, const char **out, size_t *len) {
  if (!s->loaded) return session_broken(s, out, len);
  int rc;
  uint32_t f = expression(s, expr, &rc);
  if (f == UINT32_MAX) return session_uncoded(s, rc, out, len);
  Buf text;
  buf_init(&text, &s->mem);
  text.max = s->config.max_output;
  switch (q) {
    case ENT_VALUE: rc = expression_value(s, f, &text); break;
    case ENT_TYPE: type_text(&s->program, s->program.funcs.at[f].ret, &text); break;
    case ENT_CODE: chunk_disassemble(&s->chunk, f, &s->world.rt, &text); break;
  }
  if (rc != ENT_BROKEN) {
    buf_clear(&s->out);
    report_value(&s->out, buf_text(&text), text.len);
    s->out.full |= text.full;
  }
  buf_end(&text);
  return rc == ENT_BROKEN ? session_broken(s, out, len) : session_hand_out(s, ENT_TEXT, rc, out, len);
}

int ent_eval(ent_session *s, const char *expr, const char **out, size_t *len) { return session_ask(s, ENT_VALUE, expr, out, len); }

int ent_disassemble(ent_session *s, const char **out, size_t *len) {
  if (!s->loaded) return session_broken(s, out, len);
  buf_clear(&s->out);
  for (uint32_t i = 0; i < s->own_funcs; i++)
    if (!s->program.modules.at[s->program.funcs.at[i].module].library) chunk_disassemble(&s->chunk, i, &s->world.rt, &s->out);
  return session_hand_out(s, ENT_TEXT, ENT_PASSES, out, len);
}

/* ---- what needs no draft ---- */

/* Prints a parsed source into `to`, reads it back and compares; NULL when it does not say the same. */
static const Source *format_once(ent_session *s, const Source *src, Node **file, Buf *to) {
  buf_clear(to);
  print_file(&s->unit, src, *file, to);
  const Source *made = to->full ? NULL : sources_add(&s->sources, src->path, buf_text(to), to->len, false);
  Node *read = made ? parse_file(&s->unit, made) : NULL;
  if (!read || s->diags.errors || mem_failed(&s->mem)) return NULL;
  if (!tree_same(&s->unit, *file, read) || !comments_same(&s->unit, src, made)) return NULL;
  *file = read;
  return made;
}

/* What is printed is printed again, until it stays as it is: nearly always at once. */
int ent_format_text(ent_session *s, const char *name, const char *text, size_t len, const char **out, size_t *out_len) {
  enum { ROUNDS = 6 };
  const Source *src = sources_add(&s->sources, name, text, len, false);
  if (!src) { s->broken = true; session_no_memory(s); return ENT_BROKEN; }
  Node *file = parse_file(&s->unit, src);
  diags_sort(&s->diags);
  s->broken = s->diags.errors || mem_failed(&s->mem);
  session_no_memory(s);
  if (s->broken) return ENT_BROKEN;
  for (int i = 0; i < ROUNDS; i++) {
    const Source *made = format_once(s, src, &file, &s->out);
    if (!made) break;
    bool stays = made->len == src->len && memcmp(made->text, src->text, made->len) == 0;
    if (stays) { *out = buf_text(&s->out); *out_len = s->out.len; return ENT_PASSES; }
    src = made;
  }
  s->broken = mem_failed(&s->mem) || s->out.full;
  if (mem_failed(&s->mem)) session_no_memory(s);
  else if (s->out.full) only(s, DIAG_E0506, "the output is larger than", s->config.max_output, "--max-output");
  return s->broken ? ENT_BROKEN : ENT_FAULT;
}

/* The length of an example, which stands behind two blanks: up to the next two, or with the mark that a blank sets off. */
static size_t example_len(const char *t) {
  for (size_t n = 0;; n++) {
    if (!t[n] || (t[n] == ' ' && t[n + 1] == ' ')) return n;
    if (t[n] == ' ' && strchr(".,;", t[n + 1]) && (t[n + 2] == ' ' || !t[n + 2])) return n + 2;
  }
}

/* Lines of 79 columns, of which none ends within an example. */
static void explain_wrap(Buf *out, const char *t) {
  size_t col = 0;
  bool example = false;
  while (*t) {
    size_t blanks = strspn(t, " "), n;
    t += blanks;
    example = blanks > 1 && !example;
    n = example ? example_len(t) : strcspn(t, " ");
    if (col && col + blanks + n > 79) { buf_char(out, '\n'); col = 0; }
    else if (col) { buf_pad(out, ' ', (int)blanks); col += blanks; }
    buf_add(out, t, n);
    col += n;
    t += n;
  }
  buf_char(out, '\n');
}

const char *ent_explain(ent_session *s, const char *code) {
  static const char *const words[] = {"note", "warning", "error"};
  DiagCode c = diag_find(code);
  if (c == DIAG_COUNT) return NULL;
  const DiagInfo *i = diag_info(c);
  buf_clear(&s->out);
  buf_fmt(&s->out, "%s[%s]: %s\n\n", words[i->sev], i->code, i->title);
  explain_wrap(&s->out, i->text);
  return buf_text(&s->out);
}

/* ---- documentation ---- */

static int doc_of(ent_session *s, const char *title, const Source *src, const Node *file, const char *name, const char **out, size_t *len) {
  ReportStyle st = style(s, ENT_PASSES);
  if (report_doc(&s->out, &s->unit, src, file, title, name, &st)) return session_hand_out(s, ENT_TEXT, ENT_PASSES, out, len);
  const char *near = report_doc_near(&s->unit, src, file, name);
  Buf text;
  buf_init(&text, &s->mem);
  buf_fmt(&text, "%s declares no '%s'", title, name);
  if (near) buf_fmt(&text, "; did you mean '%s'?", near);
  report_value(&s->out, buf_text(&text), text.len);
  buf_end(&text);
  return session_hand_out(s, ENT_TEXT, ENT_USAGE, out, len);
}

/* The tree of a text that is not part of a draft; NULL when it has mistakes. */
static const Node *doc_parse(ent_session *s, const char *path, const char *text, size_t len, bool library, const Source **src) {
  *src = sources_add(&s->sources, path, text, len, library);
  const Node *file = *src ? parse_file(&s->unit, *src) : NULL;
  diags_sort(&s->diags);
  s->broken = !file || s->diags.errors || mem_failed(&s->mem);
  session_no_memory(s);
  return s->broken ? NULL : file;
}

int ent_doc_text(ent_session *s, const char *path, const char *text, size_t len, const char *name, const char **out, size_t *out_len) {
  const Source *src;
  const Node *file = doc_parse(s, path, text, len, false, &src);
  buf_clear(&s->out);
  return file ? doc_of(s, path, src, file, name, out, out_len) : ENT_BROKEN;
}

bool session_library_doc(ent_session *s, const char *module, const char *name, Buf *to) {
  ReportStyle plain = {.width = s->config.width};
  for (const StdlibModule *m = ent_stdlib; m->name; m++) {
    const Source *src;
    if (module && strcmp(module, m->name)) continue;
    const Node *file = doc_parse(s, m->name, m->whole, m->whole_len, true, &src);
    if (!file) return false;
    if (module) return report_doc(to, &s->unit, src, file, module, name, &plain);
    report_doc_line(to, &s->unit, src, file, m->name, &plain);
  }
  return !module;
}

int ent_doc_library(ent_session *s, const char *module, const char *name, const char **out, size_t *out_len) {
  const StdlibModule *m = ent_stdlib;
  const Source *src;
  buf_clear(&s->out);
  if (!module) {
    if (!session_library_doc(s, NULL, NULL, &s->out)) return ENT_BROKEN;
    return session_hand_out(s, ENT_TEXT, ENT_PASSES, out, out_len);
  }
  while (m->name && strcmp(module, m->name)) m++;
  const Node *file = m->name ? doc_parse(s, m->name, m->whole, m->whole_len, true, &src) : NULL;
  if (file) return doc_of(s, module, src, file, name, out, out_len);
  if (m->name) return ENT_BROKEN;
  buf_str(&s->out, "there is no such library module");
  return session_hand_out(s, ENT_TEXT, ENT_USAGE, out, out_len);
}

const char *ent_library_module(unsigned n) { return n < ent_stdlib_count ? ent_stdlib[n].name : NULL; }
