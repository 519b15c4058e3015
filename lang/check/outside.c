#include "check/checker.h"
#include <string.h>

/* What a function from outside is declared as, in the terms of C. */

/* The letter of Extern.types, or 0 and a message. */
static char outside_letter(Checker *c, Node *type, Type t, bool result, UnitId *unit) {
  TypeInfo x = type_at(&c->p->types, t);
  *unit = UNIT_ONE;
  if (t == T_ERROR) return 0;
  if (x.kind == TY_QUANTITY && type->kid[0]) { *unit = unit_read(c, type->kid[0]); return 'n'; }
  if (x.kind == TY_NUMBER) return 'n';
  if (x.kind == TY_STRING) return 's';
  if (x.kind == TY_BOOL) return 'b';
  if (x.kind == TY_DATE) return 'd';
  if (x.kind == TY_ENTITY && !result) return 'e';
  Buf b;
  buf_init(&b, c->p->mem);
  type_words(c, t, &b);
  Diag *d = diag_add(c->d, DIAG_E0340, type->span, "%s cannot be %s a function from outside", buf_text(&b), result ? "had from" : "given to");
  buf_end(&b);
  if (x.kind == TY_QUANTITY) diag_help(c->d, d, "say in which unit its figure is passed:  quantity[t/yr]");
  else diag_help(c->d, d, "number, quantity[...], string, bool and date can pass, and entities as arguments");
  return 0;
}

static const char *outside_name(Checker *c, Node *n, const char *what) {
  Text t = ast_text(c->u, n);
  if (t.len && strlen(t.at) == t.len && !strchr(t.at, ':')) return t.at;
  diag_add(c->d, DIAG_E0341, n->span, "this names no %s", what);
  return "";
}

void outside_check(Checker *c, const Func *f) {
  Node *decl = f->decl;
  Extern x = {.decl = decl};
  uint32_t i = 0;
  for (Node *n = list_first(decl->kid[1]); n && i < f->nparam; n = n->next, i++) x.types[i] = outside_letter(c, n->kid[1], f->param[i], false, &x.unit[i]);
  x.types[i] = ':';
  x.types[i + 1] = outside_letter(c, decl->kid[2], f->ret, true, &x.unit[i]);
  x.library = outside_name(c, decl->kid[3], "library");
  x.symbol = decl->kid[4] ? outside_name(c, decl->kid[4], "function of it") : sym_text(c->p, f->name);
  c->p->externs.at[f->outside - 1] = x;
}
