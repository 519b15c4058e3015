/* Runs one program and says how much processor time it took, in nanoseconds, its peak memory in KB and its code. Processor time, since
 * a machine that others use as well makes anything last longer. A process that is born of a large one counts its parent's memory as
 * its own, so this small one stands between. usage: one OUTPUT PROGRAM ARGS... */
#define _DEFAULT_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

int main(int argc, char **argv) {
  struct rusage used;
  int status, null = open("/dev/null", O_WRONLY), out = argc > 2 ? open(argv[1], O_WRONLY | O_CREAT | O_TRUNC, 0666) : -1;
  if (out < 0 || null < 0) return 64;
  pid_t child = vfork();
  if (child == 0) {
    dup2(out, 1);
    dup2(null, 2);
    execvp(argv[2], argv + 2);
    _exit(127);
  }
  if (child < 0 || wait4(child, &status, 0, &used) != child) return 70;
  long long ns = (used.ru_utime.tv_sec + used.ru_stime.tv_sec) * 1000000000ll + (used.ru_utime.tv_usec + used.ru_stime.tv_usec) * 1000ll;
  printf("%lld %ld %d\n", ns, used.ru_maxrss, WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
  return 0;
}
