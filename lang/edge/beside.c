#define _XOPEN_SOURCE 700
#include "edge/edge.h"
#include <string.h>
#include <unistd.h>

bool edge_beside(const char *name, char *path, size_t room) {
  ssize_t n = readlink("/proc/self/exe", path, room - 1);
  path[n > 0 ? n : 0] = 0;
  char *slash = strrchr(path, '/');
  size_t dir = slash ? (size_t)(slash - path) + 1 : 0;
  if (!dir || dir + strlen(name) + 1 > room) return false;
  strcpy(path + dir, name);
  return true;
}
