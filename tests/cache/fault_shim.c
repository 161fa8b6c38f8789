/* Preloaded into a test's process: counts calls on files below one folder and spoils the n-th.
 *
 * fault_arm(folder, calls, nth, times, error, action) starts counting the calls named in `calls`
 * ("open,write,..."; "*" for all) that touch a path below `folder`, or a descriptor opened there.
 * The nth of them and the times-1 after it fail with `error` (action 0), or the process kills
 * itself with SIGKILL before the call (1), after it (2), or after the half of a write (3).
 * fault_count() tells how many calls were seen; fault_clock(seconds) moves what time() answers.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { kDescriptors = 4096 };

static char folder_[4096];
static char calls_[512];
static char in_folder[kDescriptors];
static int nth_, times_, error_, action_, seen_, armed_;
static long clock_offset;

void fault_arm(const char* folder, const char* calls, int nth, int times, int error, int action) {
  strncpy(folder_, folder, sizeof folder_ - 1);
  strncpy(calls_, calls, sizeof calls_ - 1);
  nth_ = nth;
  times_ = times;
  error_ = error;
  action_ = action;
  seen_ = 0;
  armed_ = 1;
}

void fault_disarm(void) { armed_ = 0; }
int fault_count(void) { return seen_; }
void fault_clock(long seconds) { clock_offset = seconds; }

static int below(const char* path) {
  const size_t length = strlen(folder_);
  return path != NULL && strncmp(path, folder_, length) == 0;
}

static int named(const char* call) {
  if (strcmp(calls_, "*") == 0) return 1;
  const size_t length = strlen(call);
  for (const char* at = calls_; *at != '\0';) {
    const char* end = strchrnul(at, ',');
    if ((size_t)(end - at) == length && strncmp(at, call, length) == 0) return 1;
    at = *end == ',' ? end + 1 : end;
  }
  return 0;
}

static void die(void) { kill(getpid(), SIGKILL); }

/* 0: go on; 1: fail now, errno is set; 2: die after the call. */
static int spoiled(const char* call, int touches) {
  if (!armed_ || !touches || !named(call)) return 0;
  const int number = __sync_add_and_fetch(&seen_, 1);
  if (number < nth_ || number >= nth_ + times_) return 0;
  if (action_ == 1) die();
  if (action_ == 2 || action_ == 3) return 2;
  errno = error_;
  return 1;
}

/* Opened below the folder while the shim was there. */
static int tracked(int fd) { return fd >= 0 && fd < kDescriptors && in_folder[fd]; }

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))
/* The call, spoiled or not: `failed` is what it returns when it fails. */
#define WRAPPED(name, touches, failed, ...)              \
  do {                                                   \
    const int fate = spoiled(#name, touches);            \
    if (fate == 1) return failed;                        \
    __typeof__(failed) result = REAL(name)(__VA_ARGS__); \
    if (fate == 2) die();                                \
    return result;                                       \
  } while (0)

static int open_wrapped(const char* path, int flags, mode_t mode) {
  const int inside = below(path);
  const int fate = spoiled("open", inside);
  if (fate == 1) return -1;
  static int (*real)(const char*, int, ...);
  if (real == NULL) real = (int (*)(const char*, int, ...))dlsym(RTLD_NEXT, "open");
  const int fd = real(path, flags, mode);
  if (fd >= 0 && fd < kDescriptors) in_folder[fd] = (char)inside;
  if (fate == 2) die();
  return fd;
}

int open(const char* path, int flags, ...) {
  va_list rest;
  va_start(rest, flags);
  const mode_t mode = (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(rest, mode_t) : 0;
  va_end(rest);
  return open_wrapped(path, flags, mode);
}
int open64(const char* path, int flags, ...) {
  va_list rest;
  va_start(rest, flags);
  const mode_t mode = (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(rest, mode_t) : 0;
  va_end(rest);
  return open_wrapped(path, flags, mode);
}
int close(int fd) {
  if (fd >= 0 && fd < kDescriptors) in_folder[fd] = 0;
  return REAL(close)(fd);
}
ssize_t write(int fd, const void* bytes, size_t size) {
  const int fate = spoiled("write", tracked(fd));
  if (fate == 1) return -1;
  const ssize_t put = REAL(write)(fd, bytes, fate == 2 && action_ == 3 ? size / 2 : size);
  if (fate == 2) die();
  return put;
}
ssize_t read(int fd, void* bytes, size_t size) {
  WRAPPED(read, tracked(fd), (ssize_t)-1, fd, bytes, size);
}
int fsync(int fd) { WRAPPED(fsync, tracked(fd), -1, fd); }
int flock(int fd, int how) { WRAPPED(flock, tracked(fd), -1, fd, how); }
int fstat(int fd, struct stat* out) { WRAPPED(fstat, tracked(fd), -1, fd, out); }
int lstat(const char* path, struct stat* out) { WRAPPED(lstat, below(path), -1, path, out); }
int stat(const char* path, struct stat* out) { WRAPPED(stat, below(path), -1, path, out); }
int access(const char* path, int how) { WRAPPED(access, below(path), -1, path, how); }
int mkdir(const char* path, mode_t mode) { WRAPPED(mkdir, below(path), -1, path, mode); }
int chmod(const char* path, mode_t mode) { WRAPPED(chmod, below(path), -1, path, mode); }
int unlink(const char* path) { WRAPPED(unlink, below(path), -1, path); }
int rename(const char* from, const char* to) { WRAPPED(rename, below(to), -1, from, to); }
int utimensat(int at, const char* path, const struct timespec times[2], int flags) {
  WRAPPED(utimensat, below(path), -1, at, path, times, flags);
}
DIR* opendir(const char* path) { WRAPPED(opendir, below(path), (DIR*)NULL, path); }
void* mmap(void* at, size_t size, int protection, int flags, int fd, off_t offset) {
  WRAPPED(mmap, fd >= 0, MAP_FAILED, at, size, protection, flags, fd, offset);
}
void* dlopen(const char* path, int how) { WRAPPED(dlopen, below(path), (void*)NULL, path, how); }
char* mkdtemp(char* path) { WRAPPED(mkdtemp, below(path), (char*)NULL, path); }
int pipe2(int ends[2], int flags) { WRAPPED(pipe2, 1, -1, ends, flags); }
int posix_spawnp(pid_t* pid, const char* file, const posix_spawn_file_actions_t* actions,
                 const posix_spawnattr_t* attributes, char* const arguments[],
                 char* const environment[]) {
  const int fate = spoiled("spawn", 1);
  if (fate == 1) return error_;
  return REAL(posix_spawnp)(pid, file, actions, attributes, arguments, environment);
}
time_t time(time_t* out) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  const time_t moved = now.tv_sec + clock_offset;
  if (out != NULL) *out = moved;
  return moved;
}
