#ifndef VM_LOAD_H
#define VM_LOAD_H
#include "vm/vm.h"

/* What the files that fill the world share: declarations -> columns. What a declaration says as an expression is evaluated
 * once, or once for each row of a data block, unless it changes from day to day: then the column holds the function. */

typedef struct Load {
  Vm *vm;
  World *w;
  Program *p;
  Ctx *ctx;            /* before any fact is known: nothing but constants can be asked */
  Sym unit, critical;  /* fields of every resource */
  uint32_t cite;       /* of the declaration at hand */
  bool reading;        /* a clause again, in an agreement as amended, whose term may leave it no day */
  const DataBlock *block;      /* whose row is at hand (vm->row); NULL: none */
  uint32_t block_cite;         /* what its facts cite that cite nothing themselves */
  Map cites;           /* modifiers of a fact within a block -> what they cite: the same for every row */
} Load;

/* load.c */
static inline bool load_stop(const Load *l) { return l->vm->failed || mem_failed(l->vm->mem); }
static inline Day load_next_day(Day d) { return d == DAY_OPEN || d >= DAY_MAX ? DAY_OPEN : d + 1; }
extern const Window load_always;
Value load_value(Load *l, Node *e, Ent arg);
Value load_figure(Load *l, Node *e, Ent arg, uint32_t res, bool share_too);
Day load_day(Load *l, Node *e, Ent arg);
void load_cite(Load *l, Node *mods);
Window load_window(Load *l, Node *mods, Window w, Ent arg);
/* Whether who or what is meant is known; else that is an error. */
bool load_known(Load *l, Value v, const Node *at);
void load_bits_add(uint64_t *bits, Value v);
void load_targets_add(Load *l, uint64_t *bits, Node *n, Ent arg);
uint64_t *load_bits(Load *l, uint32_t kind);
uint64_t *load_targets(Load *l, Node *n, uint32_t kind, Ent arg);
void load_field(Load *l, Ent e, const char *name, Value v);
Value load_bits_value(Load *l, const uint64_t *bits, uint32_t kind);
void load_declaration(Load *l, Node *n);
void load_control(Load *l, Node *n, Ent e);
void load_field_set(Load *l, Ent e, Node *f);    /* a field as it is written */
/* The place of a fact: its own in the draft, or that of the cell that was read last. */
static inline Span load_place(const Load *l, const Node *n) { return l->block ? l->vm->row.cell : n->span; }

/* load_clause.c */
void load_clauses_take(Load *l);
void load_agreement_head(Load *l, Node *n);
void load_agreement(Load *l, Node *n);
void load_amended_head(Load *l, uint32_t amendment);
void load_amended_clauses(Load *l, uint32_t amendment);
void load_clause_row(Load *l, Ent clause);       /* one that a row of data adds */

/* load_data.c */
void load_data_make(Load *l);                    /* the entities */
void load_data_fields(Load *l);                  /* ... and what is said of them */
void load_data_facts(Load *l);
void load_row_of(Load *l, Ent e);                /* the row that made the entity is at hand, if one did; or none */
/* The entity that a name or @ stands for; UINT32_MAX when there is none, which has been said. */
Ent load_entity(Load *l, Node *n, uint32_t kind);

#endif
