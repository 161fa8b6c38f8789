// Entries on disk: trust, reads, atomic writes, locks.
//
// Every failure is one log line and a result that means "as if it were not there".
#include "jit_cache/store.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <thread>

#include <fmt/format.h>

#include "jit_cache/crash_points.hpp"

namespace numeta::jit_cache {
namespace {

std::atomic<unsigned> temporary_count{0};  // unique names within the process

// How often a lock that is held is asked for again.
constexpr std::chrono::milliseconds kShortestLook{2};
constexpr std::chrono::milliseconds kLongestLook{250};

std::string subfolder_of(std::string_view key) { return std::string(key.substr(0, 2)); }

bool is_regular(const struct stat& info) { return S_ISREG(info.st_mode); }

}  // namespace

Store::Store(std::string folder, Use use, std::function<void(std::string_view)> log)
    : folder_(std::move(folder)), use_(use), log_(std::move(log)) {
  // Ids of processes come again, and containers have the same ones at the same time.
  uint64_t chance = 0;
  if (getrandom(&chance, sizeof chance, GRND_NONBLOCK) != sizeof chance) {
    chance = static_cast<uint64_t>(std::chrono::system_clock::now().time_since_epoch().count());
  }
  unique_ = fmt::format("{}-{:x}-{}", getpid(), chance, temporary_count.fetch_add(1));
  stats_name_ = unique_ + ".stat";
  if (folder_.empty()) {
    reason_ = "no home directory is known";
    return;
  }
  if (use_ != Use::kRead) make_folders(folder_);
  usable_ = trusted(folder_, reason_);
  writable_ = usable_ && use_ != Use::kRead && access(folder_.c_str(), W_OK | X_OK) == 0;
}

bool Store::make_folder(const std::string& path) const {
  if (mkdir(path.c_str(), 0700) != 0) return errno == EEXIST;
  // The umask takes bits from mkdir's mode, and mkdir itself the one that hands the group down.
  if (use_ == Use::kShared) chmod(path.c_str(), 02770);
  return true;
}

bool Store::make_folders(const std::string& path) const {
  if (make_folder(path)) return true;
  if (errno != ENOENT) return false;
  const size_t slash = path.rfind('/');
  if (slash == std::string::npos || slash == 0) return false;
  return make_folders(path.substr(0, slash)) && make_folder(path);
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
  if (use_ == Use::kShared) return true;
  if (info.st_uid != geteuid() && !(use_ == Use::kRead && info.st_uid == 0)) {
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
  make_folder(path);
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

void Store::touch(std::string_view key) const { touch_file(entry_path(key)); }

void Store::touch_record(const std::string& subfolder, const std::string& name) const {
  touch_file(fmt::format("{}/{}/{}", folder_, subfolder, name));
}

void Store::touch_file(const std::string& path) const {
  struct stat info {};
  constexpr time_t kHour = 3600;
  if (lstat(path.c_str(), &info) != 0) return;
  const time_t now = time(nullptr);
  if (now >= info.st_mtim.tv_sec && now - info.st_mtim.tv_sec < kHour) return;
  utimensat(AT_FDCWD, path.c_str(), nullptr, AT_SYMLINK_NOFOLLOW);
}

bool Store::write_file(const std::string& subfolder, const std::string& name,
                       std::string_view bytes, Sync sync) {
  if (!writable_ || !make_subfolder(subfolder)) return false;
  const std::string folder = folder_ + "/" + subfolder;
  const std::string temporary =
      fmt::format("{}/.tmp-{}-{}", folder, unique_, temporary_count.fetch_add(1));
  const std::string path = folder + "/" + name;
  struct stat there {};
  if (lstat(path.c_str(), &there) == 0 && !is_regular(there)) {
    log(fmt::format("cache: {} is not a regular file and is left alone", path));
    return false;
  }
  int error = write_new(temporary, bytes, file_mode(), sync == Sync::kYes);
  if (error == EEXIST) {
    log(fmt::format("cache: cannot write {}: {} is another's", path, temporary));
    return false;
  }
  CRASH_POINT("temporary_written");
  if (error == 0 && rename(temporary.c_str(), path.c_str()) != 0) error = errno;
  if (error == 0) {
    CRASH_POINT("renamed");
    return true;
  }
  unlink(temporary.c_str());
  std::string what = fmt::format("cannot write {}: {}", path, describe_errno(error));
  if (error == EROFS || error == EACCES || error == EPERM) {
    writable_ = false;  // whoever goes elsewhere from now on says so, with this reason
    reason_ = std::move(what);
  } else {
    log("cache: " + what);
  }
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

// A regular file, made where there is none; nothing where something else has the name.
FileDescriptor Store::open_lock(const std::string& path) const {
  struct stat there {};
  if (lstat(path.c_str(), &there) == 0 && !is_regular(there)) return {};
  FileDescriptor fd(open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, file_mode()));
  if (!fd || fstat(fd.get(), &there) != 0 || !is_regular(there)) return {};
  const bool ours = there.st_uid == geteuid() && (there.st_mode & 0777U) != file_mode();
  if (use_ == Use::kShared && ours) fchmod(fd.get(), file_mode());
  return fd;
}

FileDescriptor Store::lock_key(std::string_view key, double seconds,
                               const std::function<bool()>& interrupted, bool& waited) const {
  waited = false;
  if (!writable_ || !make_subfolder(subfolder_of(key))) return {};
  const std::string path = fmt::format("{}/{}/{}.lock", folder_, key.substr(0, 2), key);
  using Clock = std::chrono::steady_clock;
  const Clock::time_point begin = Clock::now();
  while (true) {
    FileDescriptor fd = open_lock(path);
    if (!fd) return {};
    if (flock(fd.get(), LOCK_EX | LOCK_NB) == 0) {
      // The holder before us removes the file: a lock on a removed file guards nothing.
      struct stat held {
      }, named{};
      if (fstat(fd.get(), &held) != 0) return {};
      if (lstat(path.c_str(), &named) == 0 && held.st_ino == named.st_ino) return fd;
    } else {
      if (errno != EWOULDBLOCK && errno != EINTR) return {};
      waited = true;
    }
    const auto past = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - begin);
    if (past > std::chrono::duration<double>(seconds)) return {};
    if (interrupted && interrupted()) return {};
    // The longer it takes the less often: a thousand that wait must leave time to who compiles.
    std::this_thread::sleep_for(std::clamp(past / 8, kShortestLook, kLongestLook));
  }
}

void Store::unlock_key(std::string_view key, FileDescriptor lock) const {
  if (!lock) return;
  unlink(fmt::format("{}/{}/{}.lock", folder_, key.substr(0, 2), key).c_str());
}

void Store::write_stats(const StatValues& values, const HitCounts& hits) {
  write_file("stats", stats_name_, encode_stats(values, hits));
  constexpr size_t kManyShards = 32;
  if (list_folder("stats").size() > kManyShards) fold_stats();
}

HitCounts Store::merged_hits() const {
  HitCounts hits;
  StatValues unused{};
  for (const std::string& name : list_folder("stats")) {
    if (name == stats_name_ || !(name.ends_with(".stat") || name == "total")) continue;
    if (const auto text = read_file("stats", name)) add_stats(*text, unused, &hits);
  }
  return hits;
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
