#define _GNU_SOURCE
#include "edge/ffi_inner.h"
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/landlock.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

/* What a library may ask of the system. Limits hold memory and files; Landlock, where the kernel has it, every file; and a
 * list of system calls all the rest. What tries to write, to start a process or to reach the network is ended; what else is
 * not on the list is told that it may not. Threads are allowed: they end with the process and count as its memory. */

#if defined(__x86_64__)
#define ARCH AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define ARCH AUDIT_ARCH_AARCH64
#endif

/* ---- limits ---- */

static bool limit(int what, rlim_t most) {
  struct rlimit r = {most, most};
  return setrlimit((__rlimit_resource_t)what, &r) == 0;
}

/* Bytes of address space in use now: a limit counts from there, since a large draft is mapped here too. */
static rlim_t in_use(void) {
  unsigned long pages = 0;
  FILE *f = fopen("/proc/self/statm", "re");
  if (f && fscanf(f, "%lu", &pages) != 1) pages = 0;
  if (f) fclose(f);
  return (rlim_t)pages * (rlim_t)sysconf(_SC_PAGESIZE);
}

static bool limits(size_t memory) {
#ifndef __SANITIZE_ADDRESS__   /* which maps terabytes of shadow */
  if (!limit(RLIMIT_AS, in_use() + memory)) return false;
#else
  (void)memory, (void)in_use;
#endif
  return limit(RLIMIT_FSIZE, 0) && limit(RLIMIT_CORE, 0) && limit(RLIMIT_NOFILE, 64) && limit(RLIMIT_MEMLOCK, 0);
}

/* ---- Landlock ---- */

/* Rights that this kernel knows: all are taken, and `granted` given back below /. */
static bool landlock(uint64_t granted, bool *there) {
  static const uint8_t bits[] = {0, 13, 14, 15, 15, 16};   /* by version: how many rights there are */
  long version = syscall(__NR_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
  *there = version > 0;
  if (version <= 0) return true;
  struct landlock_ruleset_attr all = {.handled_access_fs = (1ull << bits[version < 5 ? version : 5]) - 1};
  struct landlock_path_beneath_attr below = {.allowed_access = granted};
  int rules = (int)syscall(__NR_landlock_create_ruleset, &all, sizeof all.handled_access_fs, 0);
  bool ok = rules >= 0;
  if (ok && granted) {
    below.parent_fd = open("/", O_PATH | O_CLOEXEC);
    ok = below.parent_fd >= 0 && !syscall(__NR_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &below, 0);
    if (below.parent_fd >= 0) close(below.parent_fd);
  }
  ok = ok && !syscall(__NR_landlock_restrict_self, rules, 0);
  if (rules >= 0) close(rules);
  return ok;
}

/* ---- system calls ---- */

#ifdef ARCH
enum { RULES_MAX = 400 };
typedef struct Rules { struct sock_filter at[RULES_MAX]; unsigned short n; } Rules;

static void add(Rules *r, uint16_t code, uint32_t k, uint8_t yes, uint8_t no) {
  if (r->n < RULES_MAX) r->at[r->n++] = (struct sock_filter){code, yes, no, k};
}

enum { JUMP_EQ = BPF_JMP | BPF_JEQ | BPF_K, JUMP_GE = BPF_JMP | BPF_JGE | BPF_K, JUMP_ANY = BPF_JMP | BPF_JSET | BPF_K, LOAD = BPF_LD | BPF_W | BPF_ABS, RETURN = BPF_RET | BPF_K };
static const uint32_t refuse = SECCOMP_RET_ERRNO | EPERM;

/* The low half of argument i. */
static uint32_t low(int i) {
  uint32_t at = (uint32_t)(offsetof(struct seccomp_data, args) + (size_t)i * 8);
  return __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__ ? at + 4 : at;
}

static void begin(Rules *r) {
  r->n = 0;
  add(r, LOAD, offsetof(struct seccomp_data, arch), 0, 0);
  add(r, JUMP_EQ, ARCH, 1, 0);
  add(r, RETURN, SECCOMP_RET_KILL_PROCESS, 0, 0);
  add(r, LOAD, offsetof(struct seccomp_data, nr), 0, 0);
#ifdef __x86_64__
  add(r, JUMP_GE, 0x40000000, 0, 1);   /* the 32-bit calls of x32 */
  add(r, RETURN, SECCOMP_RET_KILL_PROCESS, 0, 0);
#endif
}

static void each(Rules *r, const int *calls, size_t n, uint32_t what) {
  for (size_t i = 0; i < n; i++) {
    add(r, JUMP_EQ, (uint32_t)calls[i], 0, 1);
    add(r, RETURN, what, 0, 0);
  }
}

/* call, looked at by an argument: `yes` where test holds, else `no`. */
static void by_argument(Rules *r, int call, int arg, uint16_t test, uint32_t k, uint32_t yes, uint32_t no) {
  add(r, JUMP_EQ, (uint32_t)call, 0, 4);
  add(r, LOAD, low(arg), 0, 0);
  add(r, test, k, 0, 1);
  add(r, RETURN, yes, 0, 0);
  add(r, RETURN, no, 0, 0);
}

static bool install(Rules *r) {
  struct sock_fprog p = {r->n, r->at};
  return r->n < RULES_MAX && !syscall(__NR_seccomp, SECCOMP_SET_MODE_FILTER, 0, &p);
}

static const int harmless[] = {
  __NR_read, __NR_write, __NR_readv, __NR_writev, __NR_pread64, __NR_close, __NR_lseek, __NR_fstat, __NR_newfstatat, __NR_readlinkat, __NR_faccessat, __NR_getcwd, __NR_dup,
  __NR_mmap, __NR_munmap, __NR_mprotect, __NR_mremap, __NR_madvise, __NR_brk, __NR_futex, __NR_set_robust_list, __NR_rseq, __NR_membarrier,
  __NR_clock_gettime, __NR_clock_getres, __NR_clock_nanosleep, __NR_nanosleep, __NR_gettimeofday, __NR_getrandom, __NR_getrusage, __NR_times,
  __NR_sched_yield, __NR_sched_getaffinity, __NR_getpid, __NR_gettid, __NR_getuid, __NR_geteuid, __NR_getgid, __NR_getegid, __NR_uname, __NR_sysinfo,
  __NR_rt_sigaction, __NR_rt_sigprocmask, __NR_rt_sigreturn, __NR_sigaltstack, __NR_exit, __NR_exit_group, __NR_restart_syscall, __NR_set_tid_address,
  __NR_landlock_create_ruleset, __NR_landlock_add_rule, __NR_landlock_restrict_self, __NR_seccomp,
#ifdef __x86_64__
  __NR_stat, __NR_lstat, __NR_access, __NR_readlink, __NR_arch_prctl, __NR_time,
#endif
};
static const int harmful[] = {
  __NR_execve, __NR_execveat, __NR_socket, __NR_socketpair, __NR_connect, __NR_bind, __NR_listen, __NR_sendto, __NR_sendmsg, __NR_ptrace, __NR_kill, __NR_tkill,
  __NR_process_vm_readv, __NR_process_vm_writev, __NR_unlinkat, __NR_renameat, __NR_renameat2, __NR_mkdirat, __NR_linkat, __NR_symlinkat, __NR_mknodat, __NR_truncate, __NR_ftruncate,
  __NR_fchmod, __NR_fchmodat, __NR_fchown, __NR_fchownat, __NR_mount, __NR_bpf, __NR_setsid,
#ifdef __x86_64__
  __NR_fork, __NR_vfork, __NR_unlink, __NR_rename, __NR_mkdir, __NR_rmdir, __NR_link, __NR_symlink, __NR_creat, __NR_chmod, __NR_chown, __NR_lchown, __NR_mknod,
#endif
};
/* What finds and opens files: no longer, once the library is loaded. */
static const int opening[] = {
  __NR_openat, __NR_newfstatat, __NR_readlinkat, __NR_faccessat, __NR_landlock_create_ruleset, __NR_seccomp,
#ifdef __x86_64__
  __NR_open, __NR_stat, __NR_lstat, __NR_access, __NR_readlink,
#endif
};
enum { WRITES = O_WRONLY | O_RDWR | O_CREAT | O_TRUNC | O_APPEND, A_THREAD = 0x00010000 /* CLONE_THREAD */ };
#define COUNT(list) (sizeof(list) / sizeof *(list))

static bool first_filter(void) {
  static const uint32_t yes = SECCOMP_RET_ALLOW, ends = SECCOMP_RET_KILL_PROCESS;
  Rules r;
  begin(&r);
  each(&r, harmless, COUNT(harmless), yes);
  each(&r, harmful, COUNT(harmful), ends);
  by_argument(&r, __NR_openat, 2, JUMP_ANY, WRITES, ends, yes);
#ifdef __x86_64__
  by_argument(&r, __NR_open, 1, JUMP_ANY, WRITES, ends, yes);
#endif
  by_argument(&r, __NR_clone, 0, JUMP_ANY, A_THREAD, yes, ends);
  by_argument(&r, __NR_tgkill, 0, JUMP_EQ, (uint32_t)getpid(), yes, ends);
  by_argument(&r, __NR_prlimit64, 2, JUMP_EQ, 0, yes, refuse);  /* to ask, not to set */
  by_argument(&r, __NR_fcntl, 1, JUMP_EQ, F_GETFL, yes, refuse);
  add(&r, JUMP_EQ, __NR_clone3, 0, 1);   /* its flags cannot be seen: then clone is tried */
  add(&r, RETURN, SECCOMP_RET_ERRNO | ENOSYS, 0, 0);
  add(&r, JUMP_EQ, __NR_ioctl, 0, 1);
  add(&r, RETURN, SECCOMP_RET_ERRNO | ENOTTY, 0, 0);
  add(&r, RETURN, refuse, 0, 0);
  return install(&r);
}

static bool second_filter(void) {
  Rules r;
  begin(&r);
  each(&r, opening, COUNT(opening), SECCOMP_RET_ERRNO | EACCES);
  add(&r, RETURN, SECCOMP_RET_ALLOW, 0, 0);
  return install(&r);
}
#else
static bool first_filter(void) { return false; }
static bool second_filter(void) { return false; }
#endif

const char *confine_first(size_t memory, bool *there) {
  if (!limits(memory)) return "cannot be confined: the system sets no limits (setrlimit)";
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || prctl(PR_SET_DUMPABLE, 0)) return "cannot be confined: the system refuses prctl";
  if (!landlock(LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR, there)) return "cannot be confined: Landlock is there and refuses";
  return first_filter() ? NULL : "cannot be confined: the system has no filter for system calls here (seccomp)";
}

const char *confine_second(void) {
  bool there;
  if (!landlock(0, &there)) return "cannot be confined: Landlock is there and refuses";
  return second_filter() ? NULL : "cannot be confined: the system has no filter for system calls here (seccomp)";
}
