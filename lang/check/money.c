#include "check/checker.h"
#include "base/intern.h"
#include <string.h>

/* What a clause may `fund` with: amounts of money, and so much of it a year. */

/* The currencies of ISO 4217 in use in 2026, and the special drawing right. */
static const char currencies[] =
  "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CLP CNY COP CRC CUP CVE "
  "CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY "
  "KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO "
  "NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB "
  "TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VED VES VND VUV WST XAF XCD XCG XDR XOF XPF YER ZAR ZMW ZWG ";

static bool is_currency(const char *name) {
  const char *at = strlen(name) == 3 ? strstr(currencies, name) : NULL;
  return at && at[3] == ' ';
}

/* The one base unit of a dimension, but for a time that it is divided by; UINT32_MAX when it is not of that form. */
static uint32_t only_base(const UnitTable *t, DimId dim) {
  const Dim *d = &t->dims.at[dim];
  uint32_t base = UINT32_MAX;
  for (uint8_t i = 0; i < d->n; i++) {
    bool day = d->term[i].atom == 0;
    if (d->term[i].exp != (day ? -1 : 1) || (!day && base != UINT32_MAX)) return UINT32_MAX;
    if (!day) base = d->term[i].atom;
  }
  return base;
}

static bool is_measure(const Program *p, DimId dim) {
  for (uint32_t i = 0; i < p->resource_unit.len; i++) {
    UnitId u = p->resource_unit.at[i];
    if (u != UNIT_NONE && only_base(&p->units, unit_dim(&p->units, u)) == only_base(&p->units, dim)) return true;
  }
  return false;
}

/* What the library does not call a currency is none; a unit of the draft's own may be one by any name, dollars of 2025, unless goods
 * are measured in it. */
static bool is_money(const Program *p, DimId dim) {
  uint32_t base = only_base(&p->units, dim);
  if (base == UINT32_MAX) return false;
  const UnitAtom *a = &p->units.atoms.at[base];
  if (is_currency(sym_text(p, a->name))) return true;
  return !sources_at(p->unit->sources, a->span.lo)->library && !is_measure(p, dim);
}

void money_check(Checker *c, Node *e, Binder b) {
  fact_expr(c, e, b, T_ERROR, "'fund'", FLAG_CLAUSES);
  if (e->ty == T_ERROR) return;
  TypeInfo x = type_at(&c->p->types, e->ty);
  if (x.kind == TY_QUANTITY && (x.any || (!x.u && is_money(c->p, x.dim)))) return;
  Buf t;
  buf_init(&t, c->p->mem);
  type_words(c, e->ty, &t);
  Diag *d = diag_add(c->d, DIAG_E0390, e->span, "'fund' takes money, and this is %s", buf_text(&t));
  diag_help(c->d, d, "write an amount in a currency, such as  5e6 USD ; goods are promised with 'supply'");
  buf_end(&t);
}
