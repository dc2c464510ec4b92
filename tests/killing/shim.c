/* Preloaded: counts what changes files, and kills the process before (or in the midst of) one call.
   Nothing happens until kill_after(n) is called; kill_after(0) only counts. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/types.h>
#include <unistd.h>

static long count, limit = -1;

void kill_after(long n) { count = 0; limit = n; }
long calls(void) { return count; }

static int now(void) {
  if (limit < 0) return 0;
  count++;
  return limit > 0 && count >= limit;
}
static void end(void) { kill(getpid(), SIGKILL); for (;;) pause(); }

#define REAL(name, type, ...) ((type (*)(__VA_ARGS__))dlsym(RTLD_NEXT, name))

static ssize_t half(ssize_t (*w)(int, const void *, size_t), int fd, const void *b, size_t n) {
  if (n > 1 && limit % 2) w(fd, b, n / 2);  /* a torn write, every other time */
  end();
  return -1;
}
ssize_t write(int fd, const void *b, size_t n) {
  ssize_t (*real)(int, const void *, size_t) = REAL("write", ssize_t, int, const void *, size_t);
  if (fd > 2 && now()) return half(real, fd, b, n);
  return real(fd, b, n);
}
static ssize_t at(const char *name, int fd, const void *b, size_t n, off64_t o) {
  ssize_t (*real)(int, const void *, size_t, off64_t) =
      REAL(name, ssize_t, int, const void *, size_t, off64_t);
  if (fd > 2 && now()) {
    if (n > 1 && limit % 2) real(fd, b, n / 2, o);
    end();
  }
  return real(fd, b, n, o);
}
ssize_t pwrite(int fd, const void *b, size_t n, off_t o) { return at("pwrite64", fd, b, n, o); }
ssize_t pwrite64(int fd, const void *b, size_t n, off64_t o) { return at("pwrite64", fd, b, n, o); }
int fsync(int fd) { if (now()) end(); return REAL("fsync", int, int)(fd); }
int fdatasync(int fd) { if (now()) end(); return REAL("fdatasync", int, int)(fd); }
int ftruncate(int fd, off_t n) { if (now()) end(); return REAL("ftruncate64", int, int, off64_t)(fd, n); }
int ftruncate64(int fd, off64_t n) { if (now()) end(); return REAL("ftruncate64", int, int, off64_t)(fd, n); }
int rename(const char *a, const char *b) {
  if (now()) end();
  return REAL("rename", int, const char *, const char *)(a, b);
}
int renameat(int x, const char *a, int y, const char *b) {
  if (now()) end();
  return REAL("renameat", int, int, const char *, int, const char *)(x, a, y, b);
}
int unlink(const char *a) { if (now()) end(); return REAL("unlink", int, const char *)(a); }
int unlinkat(int d, const char *a, int f) {
  if (now()) end();
  return REAL("unlinkat", int, int, const char *, int)(d, a, f);
}
