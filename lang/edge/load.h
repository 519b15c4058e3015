#ifndef EDGE_LOAD_H
#define EDGE_LOAD_H
#include "edge/options.h"
#include "edge/rewrite.h"

/* A session with the draft at path loaded; NULL after saying on standard error why not, with *code set. */
ent_session *load_draft(const Edge *e, const Options *o, const char *path, int *code);
/* Says that a draft could not be loaded or run, from its diagnostics, and in any case something. */
void load_complain(const Edge *e, ent_session *s, const char *path, int code);
/* file_read, as much as --max-file allows. */
const char *load_text(const Options *o, const char *path, FileText *to);

#endif
