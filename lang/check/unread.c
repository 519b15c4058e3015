#include "check/checker.h"
#include "syntax/parser.h"
#include <string.h>

/* A draft names few of the library's functions, and each run reads the library anew. So of a function of the library only the name is read
 * with its file (scan_row.c): it has its place among the Funcs and names, and no parameters, no body and no code. What it says is read when its
 * name is first looked up, all that share the name at once, and so on with what those name. */

static void open_one(Checker *c, uint32_t i) {
  Program *p = c->p;
  Func *f = &p->funcs.at[i];
  uint16_t module = c->module;
  Node *n = parse_unread(c->u, f->decl);
  f->state = 0;
  if (n) {
    n->ref = i;
    f->decl = n;
    f->span = n->kid[0]->span;
  } else p->mem->failed = true;   /* whatever was in the way, nothing is answered without it */
  f->body = n ? n->kid[n->kind == N_FN ? 3 : 2] : ast_make(c->u, N_BAD, f->span, 0, 0, NULL, NULL, NULL, NULL);
  func_header(c, i);
  c->module = module;
  vec_push(p->mem, &p->opened, i);
}

void funcs_open(Checker *c, Bind b) {
  for (;;) {
    if (b.kind == BIND_FUNC && c->p->funcs.at[b.index].state == FUNC_UNREAD) open_one(c, b.index);
    if (b.next < 0) return;
    b = c->p->binds.at[b.next];
  }
}

void funcs_ready(Checker *c) {
  Program *p = c->p;
  while (p->ready < p->opened.len && !mem_failed(p->mem)) func_ready(c, p->opened.at[p->ready++]);
}

void program_open(Program *p, const char *module, const char *const *names, size_t n) {
  Sym word = intern_find(p->unit->names, module, strlen(module));
  Checker c;
  checker_init(&c, p);
  uint32_t opened = p->opened.len;
  for (uint32_t m = 0; m < p->modules.len; m++)
    for (size_t i = 0; i < n && p->modules.at[m].name == word && p->modules.at[m].library; i++) {
      Bind b;
      Sym name = intern_find(p->unit->names, names[i], strlen(names[i]));
      if (name) name_find(&c, (uint16_t)m, name, &b);
    }
  funcs_ready(&c);
  if (p->opened.len > opened) strata_check(&c);
  checker_end(&c);
}
