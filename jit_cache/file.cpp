// Descriptors, whole-file reads and writes, identities and private folders.
//
// Reads go through O_NOFOLLOW and fstat, so a planted link, FIFO or device is never opened for
// reading data; writes create with O_EXCL.
#include "jit_cache/file.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <cstdlib>
#include <cstring>
#include <ctime>

#include <fmt/format.h>

#include "jit_cache/crash_points.hpp"

namespace numeta::jit_cache {
namespace {

constexpr std::string_view kFolderStart = "numeta-";

int64_t mtime_of(const struct stat& info) {
  return int64_t{info.st_mtim.tv_sec} * 1'000'000'000 + info.st_mtim.tv_nsec;
}

std::optional<std::string> read_open(int fd) {
  struct stat info {};
  if (fstat(fd, &info) != 0) return std::nullopt;
  if (!S_ISREG(info.st_mode)) {
    errno = EINVAL;
    return std::nullopt;
  }
  if (static_cast<uint64_t>(info.st_size) > kLargestFile) {
    errno = EFBIG;
    return std::nullopt;
  }
  std::string bytes(static_cast<size_t>(info.st_size), '\0');
  size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t got = read(fd, bytes.data() + done, bytes.size() - done);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return std::nullopt;
    if (got == 0) {
      errno = EIO;  // it became shorter meanwhile
      return std::nullopt;
    }
    done += static_cast<size_t>(got);
  }
  return bytes;
}

}  // namespace

FileDescriptor& FileDescriptor::operator=(FileDescriptor&& other) noexcept {
  std::swap(fd_, other.fd_);
  return *this;
}

FileDescriptor::~FileDescriptor() {
  if (fd_ >= 0) close(fd_);
}

std::string FileIdentity::text() const { return fmt::format("{}\n{}\n{}", path, size, mtime_ns); }

std::optional<FileIdentity> identify(const std::string& path) {
  std::array<char, PATH_MAX> resolved;
  if (realpath(path.c_str(), resolved.data()) == nullptr) return std::nullopt;
  struct stat info {};
  if (stat(resolved.data(), &info) != 0 || !S_ISREG(info.st_mode)) return std::nullopt;
  return FileIdentity{resolved.data(), static_cast<uint64_t>(info.st_size), mtime_of(info)};
}

bool still_same(std::string_view identity_text) {
  const size_t end = identity_text.find('\n');
  if (end == std::string_view::npos) return false;
  FileIdentity now;
  now.path = identity_text.substr(0, end);
  struct stat info {};
  if (lstat(now.path.c_str(), &info) != 0 || !S_ISREG(info.st_mode)) return false;
  now.size = static_cast<uint64_t>(info.st_size);
  now.mtime_ns = mtime_of(info);
  return now.text() == identity_text;
}

FileTag tag_of(const std::string& path) {
  struct stat info {};
  if (stat(path.c_str(), &info) != 0) return {};
  return {info.st_dev, info.st_ino, static_cast<uint64_t>(info.st_size), mtime_of(info)};
}

std::optional<std::string> read_part(int fd, uint64_t offset, uint64_t size) {
  std::string bytes(static_cast<size_t>(std::min(size, kLargestFile)), '\0');
  const ssize_t got = pread(fd, bytes.data(), bytes.size(), static_cast<off_t>(offset));
  if (got < 0) return std::nullopt;
  bytes.resize(static_cast<size_t>(got));
  return bytes;
}

std::optional<std::string> read_regular(const std::string& path) {
  // Opening a FIFO wakes its writer and opening a device may do anything, so look first.
  struct stat info {};
  if (lstat(path.c_str(), &info) != 0) return std::nullopt;
  if (!S_ISREG(info.st_mode)) {
    errno = EINVAL;
    return std::nullopt;
  }
  const FileDescriptor fd(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  if (!fd) return std::nullopt;
  return read_open(fd.get());
}

std::optional<std::string> read_through_links(const std::string& path) {
  const FileDescriptor fd(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!fd) return std::nullopt;
  return read_open(fd.get());
}

int write_new(const std::string& path, std::string_view bytes, unsigned mode, bool sync) {
  const int flags = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW;
  const FileDescriptor fd(open(path.c_str(), flags, mode));
  if (!fd) return errno;
  CRASH_POINT("temporary_opened");
  if ((mode & 077U) != 0 && fchmod(fd.get(), mode) != 0) return errno;
  while (!bytes.empty()) {
    const ssize_t put = write(fd.get(), bytes.data(), bytes.size());
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) return errno;
    if (put == 0) return EIO;
    bytes.remove_prefix(static_cast<size_t>(put));
    CRASH_POINT("temporary_unsynced");
  }
  if (sync && fsync(fd.get()) != 0) return errno;
  return 0;
}

std::vector<std::string> private_places(bool prefer_memory) {
  std::vector<std::string> places;
  if (prefer_memory) places.emplace_back("/dev/shm");
  const auto add_named = [&](const char* variable) {
    const char* value = std::getenv(variable);
    if (value != nullptr && value[0] == '/') places.emplace_back(value);
  };
  add_named("TMPDIR");
  add_named("XDG_RUNTIME_DIR");
  places.emplace_back("/tmp");
  places.emplace_back("/var/tmp");
  if (!prefer_memory) places.emplace_back("/dev/shm");
  add_named("HOME");
  return places;
}

std::string make_folder_in(const std::string& place) {
  // The id tells, after this process died, that nobody uses the folder any more.
  std::string path = fmt::format("{}/{}{}-XXXXXX", place, kFolderStart, getpid());
  return mkdtemp(path.data()) != nullptr ? path : std::string();
}

std::string make_private_folder(bool prefer_memory) {
  for (const std::string& place : private_places(prefer_memory)) {
    std::string path = make_folder_in(place);
    if (!path.empty()) return path;
  }
  return {};
}

void remove_left_folders(const std::string& place) {
  constexpr time_t kHour = 3600;
  DIR* folder = opendir(place.c_str());
  if (folder == nullptr) return;
  while (const dirent* item = readdir(folder)) {
    const std::string_view name = item->d_name;
    if (!name.starts_with(kFolderStart)) continue;
    char* end = nullptr;
    const long pid = std::strtol(item->d_name + kFolderStart.size(), &end, 10);
    if (pid <= 0 || end == nullptr || *end != '-') continue;
    const std::string path = fmt::format("{}/{}", place, name);
    struct stat info {};
    if (lstat(path.c_str(), &info) != 0 || !S_ISDIR(info.st_mode) || info.st_uid != geteuid()) {
      continue;
    }
    if (time(nullptr) - info.st_mtim.tv_sec <= kHour) continue;
    if (kill(static_cast<pid_t>(pid), 0) != 0 && errno == ESRCH) remove_folder(path);
  }
  closedir(folder);
}

void remove_folder(const std::string& path) {
  if (path.empty()) return;
  if (DIR* folder = opendir(path.c_str())) {
    while (const dirent* item = readdir(folder)) {
      const std::string_view name = item->d_name;
      if (name == "." || name == "..") continue;
      const std::string inner = fmt::format("{}/{}", path, name);
      if (unlink(inner.c_str()) != 0 && errno == EISDIR) remove_folder(inner);
    }
    closedir(folder);
  }
  rmdir(path.c_str());
}

std::string find_program(std::string_view name) {
  const auto runnable = [](const std::string& path) {
    struct stat info {};
    return stat(path.c_str(), &info) == 0 && S_ISREG(info.st_mode) &&
           access(path.c_str(), X_OK) == 0;
  };
  if (name.find('/') != std::string_view::npos) {
    return runnable(std::string(name)) ? std::string(name) : std::string();
  }
  const char* variable = std::getenv("PATH");
  std::string_view rest = variable != nullptr ? variable : "/usr/local/bin:/usr/bin:/bin";
  while (!name.empty()) {
    const size_t end = rest.find(':');
    const std::string path = fmt::format("{}/{}", rest.substr(0, end), name);
    if (end != 0 && runnable(path)) return path;
    if (end == std::string_view::npos) break;
    rest.remove_prefix(end + 1);
  }
  return {};
}

std::string describe_errno(int error) { return std::strerror(error); }

}  // namespace numeta::jit_cache
