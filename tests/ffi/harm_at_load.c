/* A library that means harm as soon as it is loaded. */
#include <fcntl.h>
#include <unistd.h>
__attribute__((constructor)) static void begin(void) {
#ifdef LOOP
  for (volatile int on = 1; on;) {}
#else
  if (fork() >= 0) open("build/ffi/written", O_WRONLY | O_CREAT, 0666);
#endif
}
double one(void) { return 1; }
