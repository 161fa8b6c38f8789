// Entries on disk: trust, reads, atomic writes, locks.
//
// Every failure is one log line and a result that means "as if it were not there".
#include "jit_cache/store.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <thread>

#include <fmt/format.h>

namespace numeta::jit_cache {
namespace {

std::atomic<unsigned> temporary_count{0};  // unique names within the process

std::string subfolder_of(std::string_view key) { return std::string(key.substr(0, 2)); }

bool make_folders(const std::string& path) {
  if (mkdir(path.c_str(), 0700) == 0 || errno == EEXIST) return true;
  if (errno != ENOENT) return false;
  const size_t slash = path.rfind('/');
  if (slash == std::string::npos || slash == 0) return false;
  if (!make_folders(path.substr(0, slash))) return false;
  return mkdir(path.c_str(), 0700) == 0 || errno == EEXIST;
}

}  // namespace

Store::Store(std::string folder, bool shared, std::function<void(std::string_view)> log)
    : folder_(std::move(folder)), shared_(shared), log_(std::move(log)) {
  // Ids of processes come again; the time keeps their files apart.
  const auto now = std::chrono::system_clock::now().time_since_epoch().count();
  stats_name_ = fmt::format("{}-{:x}-{}.stat", getpid(), now, temporary_count.fetch_add(1));
  if (folder_.empty()) {
    reason_ = "no home directory is known";
    return;
  }
  make_folders(folder_);
  usable_ = trusted(folder_, reason_);
  writable_ = usable_ && access(folder_.c_str(), W_OK | X_OK) == 0;
}

void Store::log(const std::string& line) const {
  if (log_) log_(line);
}

bool Store::trusted(const std::string& path, std::string& reason) const {
  struct stat info {};
  if (lstat(path.c_str(), &info) != 0) {
    reason = fmt::format("{}: {}", path, describe_errno(errno));
    return false;
  }
  if (S_ISLNK(info.st_mode)) {
    reason = fmt::format("{} is a symbolic link", path);
    return false;
  }
  if (!S_ISDIR(info.st_mode)) {
    reason = fmt::format("{} is not a directory", path);
    return false;
  }
  if (shared_) return true;
  if (info.st_uid != geteuid()) {
    reason = fmt::format("{} belongs to another user", path);
    return false;
  }
  if ((info.st_mode & 022U) != 0) {
    reason = fmt::format("{} can be written by others", path);
    return false;
  }
  return true;
}

bool Store::make_subfolder(const std::string& subfolder) const {
  const std::string path = folder_ + "/" + subfolder;
  mkdir(path.c_str(), shared_ ? 02770 : 0700);
  std::string reason;
  if (trusted(path, reason)) return true;
  log(fmt::format("cache: {}", reason));
  return false;
}

std::string Store::entry_path(std::string_view key) const {
  return fmt::format("{}/{}/{}.so", folder_, key.substr(0, 2), key);
}

std::optional<std::string> Store::read_entry(std::string_view key) const {
  if (!usable_) return std::nullopt;
  std::string reason;
  const std::string subfolder = folder_ + "/" + subfolder_of(key);
  if (!trusted(subfolder, reason)) {
    if (access(subfolder.c_str(), F_OK) == 0) log(fmt::format("cache: {}", reason));
    return std::nullopt;
  }
  auto bytes = read_regular(entry_path(key));
  if (!bytes && errno != ENOENT) {
    log(fmt::format("cache: cannot read {}: {}", entry_path(key), describe_errno(errno)));
  }
  return bytes;
}

void Store::touch(std::string_view key) const {
  const std::string path = entry_path(key);
  struct stat info {};
  constexpr time_t kHour = 3600;
  if (lstat(path.c_str(), &info) != 0) return;
  const time_t now = time(nullptr);
  if (now >= info.st_mtim.tv_sec && now - info.st_mtim.tv_sec < kHour) return;
  utimensat(AT_FDCWD, path.c_str(), nullptr, AT_SYMLINK_NOFOLLOW);
}

bool Store::write_file(const std::string& subfolder, const std::string& name,
                       std::string_view bytes) {
  if (!writable_ || !make_subfolder(subfolder)) return false;
  const std::string folder = folder_ + "/" + subfolder;
  const std::string temporary =
      fmt::format("{}/.tmp-{}-{}", folder, getpid(), temporary_count.fetch_add(1));
  const std::string path = folder + "/" + name;
  int error = write_new(temporary, bytes, shared_ ? 0660 : 0600, true);
  if (error == 0 && rename(temporary.c_str(), path.c_str()) != 0) error = errno;
  if (error == 0) return true;
  unlink(temporary.c_str());
  log(fmt::format("cache: cannot write {}: {}", path, describe_errno(error)));
  if (error == EROFS || error == EACCES || error == EPERM) writable_ = false;
  return false;
}

bool Store::publish(std::string_view key, std::string_view bytes) {
  return write_file(subfolder_of(key), std::string(key) + ".so", bytes);
}

std::optional<std::string> Store::read_file(const std::string& subfolder,
                                            const std::string& name) const {
  if (!usable_) return std::nullopt;
  std::string reason;
  if (!trusted(folder_ + "/" + subfolder, reason)) return std::nullopt;
  return read_regular(fmt::format("{}/{}/{}", folder_, subfolder, name));
}

std::vector<std::string> Store::list_folder(const std::string& subfolder) const {
  std::vector<std::string> names;
  const std::string path = subfolder.empty() ? folder_ : folder_ + "/" + subfolder;
  std::string reason;
  if (!usable_ || !trusted(path, reason)) return names;
  if (DIR* folder = opendir(path.c_str())) {
    while (const dirent* item = readdir(folder)) names.emplace_back(item->d_name);
    closedir(folder);
  }
  return names;
}

void Store::remove_entry(std::string_view key) const { unlink(entry_path(key).c_str()); }

FileDescriptor Store::lock_key(std::string_view key, double seconds,
                               const std::function<bool()>& interrupted, bool& waited) const {
  waited = false;
  if (!writable_ || !make_subfolder(subfolder_of(key))) return {};
  const std::string path = fmt::format("{}/{}/{}.lock", folder_, key.substr(0, 2), key);
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::duration<double>(seconds);
  while (true) {
    FileDescriptor fd(
        open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, shared_ ? 0660 : 0600));
    if (!fd) return {};
    if (flock(fd.get(), LOCK_EX | LOCK_NB) == 0) {
      // The holder before us removes the file: a lock on a removed file guards nothing.
      struct stat held {
      }, named{};
      if (fstat(fd.get(), &held) == 0 && lstat(path.c_str(), &named) == 0 &&
          held.st_ino == named.st_ino) {
        return fd;
      }
      continue;
    }
    if (errno != EWOULDBLOCK && errno != EINTR) return {};
    waited = true;
    if (std::chrono::steady_clock::now() > deadline) return {};
    if (interrupted && interrupted()) return {};
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
}

void Store::unlock_key(std::string_view key, FileDescriptor lock) const {
  if (!lock) return;
  unlink(fmt::format("{}/{}/{}.lock", folder_, key.substr(0, 2), key).c_str());
}

void Store::write_stats(const StatValues& values) {
  write_file("stats", stats_name_, encode_stats(values));
  constexpr size_t kManyShards = 32;
  if (list_folder("stats").size() > kManyShards) fold_stats();
}

StatValues Store::merged_stats() const {
  StatValues sum{};
  for (const std::string& name : list_folder("stats")) {
    if (name == stats_name_ || !(name.ends_with(".stat") || name == "total")) continue;
    if (const auto text = read_file("stats", name)) add_stats(*text, sum);
  }
  return sum;
}

}  // namespace numeta::jit_cache
