/* Stands between the program and its files: counts the operations that change something below one folder, and strikes at one of them.
 *
 *   LABOURWATCH_SHIM_FOLDER  the folder whose files are watched
 *   LABOURWATCH_SHIM_TRACE   a file that gets one line an operation: its name, a tab, the path
 *   LABOURWATCH_SHIM_AT      the number of the operation at which it strikes, from 1
 *   LABOURWATCH_SHIM_DO      kill: SIGKILL before the operation; full: from then on nothing finds space (ENOSPC);
 *                            error: that one operation fails (EIO)
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static char folder[PATH_MAX];
static int trace = -1;
static long strike_at = -1;
static char strike = 0;
static atomic_long operations;

__attribute__((constructor)) static void prepare(void) {
  const char *text = getenv("LABOURWATCH_SHIM_FOLDER");
  if (text) strncpy(folder, text, sizeof folder - 1);
  if ((text = getenv("LABOURWATCH_SHIM_TRACE")))
    trace = (int)syscall(SYS_openat, AT_FDCWD, text, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  if ((text = getenv("LABOURWATCH_SHIM_AT"))) strike_at = atol(text);
  if ((text = getenv("LABOURWATCH_SHIM_DO"))) strike = text[0];
}

/* Counts an operation on a path, unless it has no name; the error it is to fail with, or 0. */
static int meet(const char *name, int directory, const char *path, int takes_space) {
  char whole[PATH_MAX * 2];
  int before = errno;
  if (!folder[0] || !path) return 0;
  if (path[0] == '/') {
    snprintf(whole, sizeof whole, "%s", path);
  } else {
    char link[64], base[PATH_MAX];
    snprintf(link, sizeof link, directory == AT_FDCWD ? "/proc/self/cwd" : "/proc/self/fd/%d", directory);
    ssize_t length = readlink(link, base, sizeof base - 1);
    if (length < 0) { errno = before; return 0; }
    base[length] = 0;
    snprintf(whole, sizeof whole, "%s/%s", base, path);
  }
  errno = before;
  size_t length = strlen(folder);
  if (strncmp(whole, folder, length) != 0 || whole[length] != '/') return 0;
  if (strncmp(whole + length, "/.child-", 8) == 0) return 0; /* where the harness keeps the program's own words */
  if (!name) return strike == 'f' && strike_at > 0 && atomic_load(&operations) >= strike_at ? ENOSPC : 0;
  long number = atomic_fetch_add(&operations, 1) + 1;
  if (trace >= 0) {
    char line[PATH_MAX * 2 + 32];
    int count = snprintf(line, sizeof line, "%s\t%s\n", name, whole + length + 1);
    syscall(SYS_write, trace, line, (size_t)count);
  }
  if (strike == 'k' && number == strike_at) syscall(SYS_kill, syscall(SYS_getpid), SIGKILL);
  if (strike == 'f' && strike_at > 0 && number >= strike_at && takes_space) return ENOSPC;
  if (strike == 'e' && number == strike_at) return EIO;
  return 0;
}

static int meet_file(const char *name, int file) {
  char link[64], path[PATH_MAX];
  int before = errno;
  if (!folder[0] || file <= 2) return 0;
  snprintf(link, sizeof link, "/proc/self/fd/%d", file);
  ssize_t length = readlink(link, path, sizeof path - 1);
  errno = before;
  if (length <= 0 || path[0] != '/') return 0;
  path[length] = 0;
  return meet(name, AT_FDCWD, path, 1);
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))
#define FAIL(call, value) do { int code_ = (call); if (code_) { errno = code_; return (value); } } while (0)

static int opens(int directory, const char *path, int flags) {
  if ((flags & O_ACCMODE) == O_RDONLY && !(flags & O_CREAT)) return 0;
  return meet("open", directory, path, flags & O_CREAT);
}
static int streams(const char *path, const char *mode) {
  return strpbrk(mode, "wa+") ? meet("fopen", AT_FDCWD, path, 1) : 0;
}
static mode_t mode_of(int flags, va_list list) { return flags & (O_CREAT | O_TMPFILE) ? va_arg(list, mode_t) : 0; }

#define OPEN(name) \
  int name(const char *path, int flags, ...) { \
    va_list list; va_start(list, flags); mode_t mode = mode_of(flags, list); va_end(list); \
    FAIL(opens(AT_FDCWD, path, flags), -1); \
    return REAL(name)(path, flags, mode); }
#define OPENAT(name) \
  int name(int directory, const char *path, int flags, ...) { \
    va_list list; va_start(list, flags); mode_t mode = mode_of(flags, list); va_end(list); \
    FAIL(opens(directory, path, flags), -1); \
    return REAL(name)(directory, path, flags, mode); }
OPEN(open)
OPEN(open64)
OPENAT(openat)
OPENAT(openat64)

int creat(const char *path, mode_t mode) { return open(path, O_CREAT | O_WRONLY | O_TRUNC, mode); }
FILE *fopen(const char *path, const char *mode) { FAIL(streams(path, mode), NULL); return REAL(fopen)(path, mode); }
FILE *fopen64(const char *path, const char *mode) { FAIL(streams(path, mode), NULL); return REAL(fopen64)(path, mode); }
size_t fwrite(const void *bytes, size_t size, size_t count, FILE *file) {
  FAIL(meet_file(NULL, fileno(file)), 0); /* there are too many of them to count */
  return REAL(fwrite)(bytes, size, count, file);
}
int fclose(FILE *file) {
  int failure = meet_file("fclose", fileno(file));
  int result = REAL(fclose)(file);
  FAIL(failure, EOF);
  return result;
}
ssize_t write(int file, const void *bytes, size_t count) {
  FAIL(meet_file("write", file), -1);
  return REAL(write)(file, bytes, count);
}
ssize_t pwrite(int file, const void *bytes, size_t count, off_t at) {
  FAIL(meet_file("write", file), -1);
  return REAL(pwrite)(file, bytes, count, at);
}
int fsync(int file) { FAIL(meet_file("fsync", file), -1); return REAL(fsync)(file); }
int ftruncate(int file, off_t length) { FAIL(meet_file("ftruncate", file), -1); return REAL(ftruncate)(file, length); }
int rename(const char *from, const char *to) { FAIL(meet("rename", AT_FDCWD, to, 0), -1); return REAL(rename)(from, to); }
int mkdir(const char *path, mode_t mode) { FAIL(meet("mkdir", AT_FDCWD, path, 1), -1); return REAL(mkdir)(path, mode); }
int unlink(const char *path) { FAIL(meet("unlink", AT_FDCWD, path, 0), -1); return REAL(unlink)(path); }
int rmdir(const char *path) { FAIL(meet("rmdir", AT_FDCWD, path, 0), -1); return REAL(rmdir)(path); }
