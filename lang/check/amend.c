#include "check/checker.h"
#include <string.h>

/* Amendments: which agreement each changes, and which clauses stand in it then. */

static const char *id_of(Checker *c, Ent e) { return sym_text(c->p, program_entity(c->p, e)->id); }
static Sym article_sym(const AmendedClause *k) { return k->article ? k->article->kid[0]->sym : 0; }

static void stand(Checker *c, Amended *a, Ent clause, Node *article, Node *change) {
  AmendedClause k = {.clause = clause, .article = article, .change = change};
  vec_push(c->p->mem, &a->clauses, k);
}

static void stand_rows(Checker *c, Amended *a, const Node *rows, Node *article, Node *change) {
  for (uint32_t i = 0; i < rows->ref; i++) stand(c, a, ent_make(K_CLAUSE, rows->ty + i), article, change);
}

/* A clause, or an article with all its clauses. */
static void stand_all(Checker *c, Amended *a, Node *n, Node *change) {
  if (n->kind == N_CLAUSE && n->ref != UINT32_MAX) stand(c, a, n->ref, NULL, change);
  if (n->kind == N_ROWS) stand_rows(c, a, n, NULL, change);
  if (n->kind != N_ARTICLE) return;
  stand(c, a, UINT32_MAX, n, change);
  for (Node *k = list_first(n->kid[2]); k; k = k->next) {
    if (k->kind == N_CLAUSE && k->ref != UINT32_MAX) stand(c, a, k->ref, n, change);
    if (k->kind == N_ROWS) stand_rows(c, a, k, n, change);
  }
}

/* What stands before the amendment changes it. */
static void stand_before(Checker *c, Amended *a) {
  if (ent_kind(a->of) == K_AGREEMENT) {
    a->root = a->of;
    program_entity(c->p, a->of)->decl->op = 1;
    for (Node *m = list_first(program_entity(c->p, a->of)->decl->kid[2]); m; m = m->next) stand_all(c, a, m, NULL);
    return;
  }
  const Amended *b = &c->p->amended.at[ent_index(a->of)];
  a->root = b->root;
  for (uint32_t i = 0; i < b->clauses.len; i++) stand(c, a, b->clauses.at[i].clause, b->clauses.at[i].article, NULL);
}

static AmendedClause *clause_at(Checker *c, Amended *a, Sym label) {
  for (uint32_t i = 0; i < a->clauses.len; i++)
    if (a->clauses.at[i].clause != UINT32_MAX && program_entity(c->p, a->clauses.at[i].clause)->id == label) return &a->clauses.at[i];
  return NULL;
}

static AmendedClause *article_at(Amended *a, Sym name) {
  for (uint32_t i = 0; i < a->clauses.len; i++)
    if (a->clauses.at[i].clause == UINT32_MAX && article_sym(&a->clauses.at[i]) == name) return &a->clauses.at[i];
  return NULL;
}

/* ---- what can be wrong with a change ---- */

static void report_absent(Checker *c, Amended *a, const Node *label, Sym name, bool article) {
  const char *what = article ? "article" : "clause";
  Diag *x = diag_add(c->d, DIAG_E0318, label->span, "there is no %s '%s' in '%s'", what, sym_text(c->p, name), id_of(c, a->of));
  diag_topic(x, TOPIC_CLAUSE, name, what[0] == 'c');
  Near n = near_begin(c, name);
  for (uint32_t i = 0; i < a->clauses.len; i++) {
    const AmendedClause *k = &a->clauses.at[i];
    if (k->change || article != (k->clause == UINT32_MAX)) continue;
    near_try(&n, article ? sym_text(c->p, article_sym(k)) : id_of(c, k->clause));
  }
  if (!near_help(c, x, &n, "", "")) diag_label(c->d, x, program_entity(c->p, a->of)->span, "this is what it amends");
}

static void report_again(Checker *c, const Node *at, Sym name, const AmendedClause *k) {
  Diag *x = diag_add(c->d, DIAG_E0301, at->span, "'%s' is changed twice in this amendment", sym_text(c->p, name));
  diag_label(c->d, x, k->change->span, "first here");
  diag_help(c->d, x, "to put another in its place, say  replace clause %s  and nothing else of it; a second amendment can change it again", sym_text(c->p, name));
}

static void report_exists(Checker *c, const Node *at, Sym name, Span first, bool article, bool fresh) {
  const char *what = article ? "article" : "clause";
  Diag *x = diag_add(c->d, DIAG_E0301, at->span, "there is %s %s '%s' already", article ? "an" : "a", what, sym_text(c->p, name));
  diag_label(c->d, x, first, "here");
  if (article || fresh) diag_help(c->d, x, "give the new %s a name of its own", what);
  else diag_help(c->d, x, "replace clause %s  changes it; a clause that is added has a name of its own", sym_text(c->p, name));
}

/* ---- changes ---- */

static bool may_add(Checker *c, Amended *a, Node *clause) {
  if (clause->ref == UINT32_MAX) return false;
  Sym name = program_entity(c->p, clause->ref)->id;
  AmendedClause *k = clause_at(c, a, name);
  if (k && k->struck) report_again(c, clause->kid[0], name, k);
  else if (k) report_exists(c, clause->kid[0], name, program_entity(c->p, k->clause)->span, false, k->change);
  return !k;
}

static void add(Checker *c, Amended *a, Node *change) {
  Node *n = change->kid[0];
  if (n->kind == N_CLAUSE) {
    if (may_add(c, a, n)) stand(c, a, n->ref, NULL, change);
    return;
  }
  AmendedClause *k = article_at(a, n->kid[0]->sym);
  if (k && k->struck) { report_again(c, n->kid[0], n->kid[0]->sym, k); return; }
  if (k) { report_exists(c, n->kid[0], n->kid[0]->sym, k->article->kid[0]->span, true, k->change); return; }
  stand(c, a, UINT32_MAX, n, change);
  for (Node *m = list_first(n->kid[2]); m; m = m->next)
    if (m->kind == N_CLAUSE && may_add(c, a, m)) stand(c, a, m->ref, n, change);
}

static AmendedClause *to_change(Checker *c, Amended *a, Node *label) {
  Sym name = ename_sym(c, label);
  AmendedClause *k = name ? clause_at(c, a, name) : NULL;
  if (name && !k) report_absent(c, a, label, name, false);
  if (k && k->change) { report_again(c, label, name, k); return NULL; }
  return k;
}

static void strike_article(Checker *c, Amended *a, Node *change) {
  Node *name = change->kid[0];
  AmendedClause *k = article_at(a, name->sym);
  if (!k) { report_absent(c, a, name, name->sym, true); return; }
  if (k->change) { report_again(c, name, name->sym, k); return; }
  for (uint32_t i = 0; i < a->clauses.len; i++) {
    k = &a->clauses.at[i];
    if (article_sym(k) != name->sym) continue;
    if (k->change) { report_again(c, name, program_entity(c->p, k->clause)->id, k); return; }
    k->struck = true;
    k->change = change;
  }
}

static void change_apply(Checker *c, Amended *a, Node *change) {
  AmendedClause *k;
  switch (change->op) {
    case CHANGE_ADD: add(c, a, change); break;
    case CHANGE_STRIKE_ARTICLE: strike_article(c, a, change); break;
    case CHANGE_STRIKE:
      k = to_change(c, a, change->kid[0]);
      if (k) k->struck = true, k->change = change;
      break;
    default:
      if (change->kid[0]->ref == UINT32_MAX) break;
      k = to_change(c, a, change->kid[0]->kid[0]);
      if (k) k->clause = change->kid[0]->ref, k->change = change;
      break;
  }
}

static void amended_make(Checker *c, uint32_t index) {
  Amended *a = &c->p->amended.at[index];
  uint32_t n = 0;
  c->module = a->module;
  stand_before(c, a);
  for (Node *m = list_first(a->decl->kid[3]); m && !mem_failed(c->p->mem); m = m->next)
    if (m->kind == N_CHANGE) change_apply(c, a, m);
  for (uint32_t i = 0; i < a->clauses.len; i++) {
    AmendedClause k = a->clauses.at[i];
    if (k.struck) continue;
    a->clauses.at[n++] = k;
    if (k.clause != UINT32_MAX) map_put(&c->p->clause_ids, (uint64_t)a->decl->ref << 32 | program_entity(c->p, k.clause)->id, ent_index(k.clause));
  }
  a->clauses.len = n;
  a->state = AMENDED_DONE;
  vec_push(c->p->mem, &c->p->amend_order, index);
}

/* ---- what each amends ---- */

static void of_find(Checker *c, Amended *a) {
  Node *to = a->decl->kid[2];
  Bind b;
  a->of = UINT32_MAX;
  c->module = a->module;
  if (!name_find(c, c->module, to->sym, &b)) { report_unknown(c, to->span, to->sym, "agreement"); return; }
  for (;; b = c->p->binds.at[b.next]) {
    if (b.kind == BIND_BAD) return;
    if (b.kind == BIND_ENTITY && (ent_kind(b.index) == K_AGREEMENT || ent_kind(b.index) == K_AMENDMENT)) { a->of = b.index; return; }
    if (b.next < 0) break;
  }
  Diag *x = diag_add(c->d, DIAG_E0206, to->span, "'%s' is no agreement, and no amendment of one", sym_text(c->p, to->sym));
  if (b.kind != BIND_ENTITY) return;
  const char *word = kind_word(c, ent_kind(b.index));
  diag_label(c->d, x, program_entity(c->p, b.index)->span, "it is declared here as %s %s", article(word), word);
}

static void report_circle(Checker *c, uint32_t first) {
  enum { SHOWN = 8 };
  Buf way;
  uint32_t at = first, n = 0;
  buf_init(&way, c->p->mem);
  do {
    if (n++ < SHOWN) buf_fmt(&way, "%s -> ", id_of(c, ent_make(K_AMENDMENT, at)));
    at = ent_index(c->p->amended.at[at].of);
  } while (at != first);
  const char *name = id_of(c, ent_make(K_AMENDMENT, first));
  Diag *x = diag_add(c->d, DIAG_E0316, c->p->amended.at[first].decl->kid[2]->span, "the amendment '%s' amends itself: %s%s%s", name, buf_text(&way), n > SHOWN ? "... -> " : "", name);
  diag_help(c->d, x, "one of them should name the agreement after 'to'");
  buf_end(&way);
}

/* Makes an amendment after all that it rests on: the way down is kept in a list, so that no chain is too long. */
static void chain_make(Checker *c, uint32_t from) {
  Program *p = c->p;
  VEC(uint32_t) path = {0};
  uint32_t at = from;
  bool bad = false;
  for (;;) {
    Amended *a = &p->amended.at[at];
    if (a->state != AMENDED_NEW) { bad = a->state != AMENDED_DONE; break; }
    if (!vec_push(p->mem, &path, at)) break;
    a->state = AMENDED_PATH;
    bad = a->of == UINT32_MAX;
    if (bad || ent_kind(a->of) == K_AGREEMENT) break;
    at = ent_index(a->of);
  }
  if (bad && p->amended.at[at].state == AMENDED_PATH && p->amended.at[at].of != UINT32_MAX) report_circle(c, at);
  for (uint32_t i = path.len; i-- > 0;) {
    if (bad) p->amended.at[path.at[i]].state = AMENDED_BAD;
    else amended_make(c, path.at[i]);
  }
  vec_end(p->mem, &path);
}

void amendments_make(Checker *c) {
  for (uint32_t i = 0; i < c->p->amended.len; i++) of_find(c, &c->p->amended.at[i]);
  for (uint32_t i = 0; i < c->p->amended.len && !mem_failed(c->p->mem); i++) chain_make(c, i);
}
