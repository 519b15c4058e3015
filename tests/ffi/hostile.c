/* A library that means harm. Each function does one thing that must end in a clear error, and harm nobody. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <math.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

double gives_up(double x) { (void)x; abort(); }
double crashes(double x) { *(volatile int *)(intptr_t)(x - x) = 1; return x; }
double never_ends(double x) { for (volatile int on = 1; on;) {} return x; }
double sleeps(double x) { for (;;) pause(); return x; }
double leaves(double x) { exit((int)x); }
double forks(double x) { for (;;) fork(); return x; }
double spawns(double x) { return system("echo") + x; }
double becomes(double x) { char *no[] = {0}; execve("/bin/true", no, no); return x; }
double calls_home(double x) { return socket(AF_INET, SOCK_STREAM, 0) + x; }
double kills(double x) { return kill(getppid(), SIGKILL) + x; }
double hoards(double x) {
  size_t n = (size_t)10 << 30;
  char *p = malloc(n);
  if (!p) abort();
  memset(p, 1, n);
  return p[(size_t)x];
}
double writes(const char *path) { return open(path, O_WRONLY | O_CREAT, 0666); }
double reads(const char *path) { return open(path, O_RDONLY); }
double removes(const char *path) { return unlink(path); }
double closes(double x) { for (int i = 0; i < 1024; i++) close(i); return x; }
double chatters(double x) { for (int i = 0; i < 3; i++) if (write(3, "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", 35) < 0) return 0; return x; }
double lies(double x) { uint32_t head[4] = {'A', 8, 1u << 31, 7}; if (write(3, head, sizeof head) < 0) return 0; return x; }
double floods(double x) { uint32_t head[2] = {'A', UINT32_MAX}; if (write(3, head, sizeof head) < 0) return 0; return x; }
double nan_(double x) { return NAN * x; }
double infinite(double x) { return x / 0.0; }
double no_more_than(double x) { if (x > 3) abort(); return x; }
const char *garbage(double x) { (void)x; return "\xff\xfe\x80"; }
const char *nothing(double x) { (void)x; return NULL; }
const char *endless(double x) {
  size_t n = 3 << 20;
  char *p = malloc(n);
  if (!p) abort();
  memset(p, 'a', n);
  p[n - 1] = 0;
  return x > 0 ? p : "";
}
const char *wild(double x) { return (const char *)(intptr_t)(8 + x); }
int64_t far(double x) { (void)x; return INT64_MAX; }
static void *turn(void *p) { return p; }
double threads(double x) { pthread_t t; void *r; if (pthread_create(&t, 0, turn, 0)) return -1; pthread_join(t, &r); return x; }
double thread_bomb(double x) { for (;;) { pthread_t t; if (pthread_create(&t, 0, (void *(*)(void *))never_ends, 0)) abort(); } return x; }
