#ifndef REPORT_REPORT_PROFILE_H
#define REPORT_REPORT_PROFILE_H
#include "base/profile.h"
#include "check/program.h"

/* Where steps and time went: a table, the dearest first; or a line for each stack with steps of its own, sorted. */
void report_profile(Buf *out, const Program *p, Sources *s, const Profile *profile);
void report_profile_folded(Buf *out, const Program *p, Sources *s, const Profile *profile);

#endif
