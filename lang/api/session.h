#ifndef API_SESSION_H
#define API_SESSION_H
#include "answer/answer.h"
#include "api/entente.h"
#include "api/load.h"

/* The session as the files of this room see it. */

typedef struct Struck { Span at; uint32_t by; } Struck;   /* by: the part that has the later one */
typedef struct SessionPart { const Source *source; uint32_t count; /* of declarations */ } SessionPart;

/* The session: every room in turn. */
struct ent_session {
  Mem mem;
  ent_config config;
  Day as_of;
  Intern names;
  Sources sources;
  Diags diags;
  Unit unit;
  Program program;
  World world;
  Chunk chunk;
  Vm vm;
  Loader loader;
  Profile *profile;     /* or NULL: nobody wants to know */
  uint16_t module;      /* the draft's own */
  uint32_t own_funcs;   /* how many Funcs the draft and library have, before expressions are asked */
  bool has_world, has_vm, loaded, broken, whole /* the last report was made */;
  Report report;
  bool reported;
  Buf out;
  uint32_t asked;       /* expressions so far */
  VEC(SessionPart) parts;   /* of a draft that was loaded in parts; see draft.c */
  VEC(Struck) struck;       /* declarations of parts whose place later ones took */
  Ent assumed;              /* the scenario that the parts' shocks make; UINT32_MAX: none */
  VEC(ent_word) words;      /* what was offered last; their texts are in word_texts */
  Buf word_texts;
};

/* entente.c */
void session_clear_diags(ent_session *s);
void session_no_memory(ent_session *s);                    /* says so, when memory was refused */
int session_finish(ent_session *s);                        /* checks, compiles and loads what has been parsed */
int session_no_input(ent_session *s, const char *path, int error);
int session_broken(ent_session *s, const char **out, size_t *len);   /* hands out what is wrong, and forgets it */
int session_uncoded(ent_session *s, int rc, const char **out, size_t *len);   /* the same; where there are no messages the fault is the tool's own */
int session_hand_out(ent_session *s, ent_format f, int rc, const char **out, size_t *len);
int session_ask(ent_session *s, ent_question q, const char *expr, const char **out, size_t *len);
int session_judges(ent_session *s, const char **out, size_t *len);   /* makes ready what a report asks of the library; else hands out why not */
void session_run_error(ent_session *s);
const View *session_view(ent_session *s);                  /* the world that is asked about unless an expression says otherwise */
Ctx *session_ctx(ent_session *s);                          /* ... on the day that is */

/* Adds what `entente doc` prints, without colours, of a library module (NULL: of the library), or of one name of it; false: there is nothing. */
bool session_library_doc(ent_session *s, const char *module, const char *name, Buf *to);

/* about.c */
void about_heading(const ent_session *s, const Bind *b, Buf *to);   /* "fn covered(r: resource): bool", "country NLD \"Netherlands\"" */
typedef struct WordInfo { const char *word, *form, *about; } WordInfo;
extern const WordInfo session_words[];                     /* word.def; one with a NULL word ends it */

#endif
