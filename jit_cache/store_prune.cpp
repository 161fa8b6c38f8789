// Listing, pruning and clearing the store.
//
// Only names that the store itself gives are touched, and only regular files; a file that is
// mapped by some process stays usable there after its removal.
#include <signal.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <ctime>

#include <fmt/format.h>

#include "jit_cache/records.hpp"
#include "jit_cache/store.hpp"

namespace numeta::jit_cache {
namespace {

constexpr std::string_view kHexDigits = "0123456789abcdef";
constexpr size_t kKeyLength = 32;

bool is_hex(std::string_view text, size_t length) {
  return text.size() == length && text.find_first_not_of(kHexDigits) == std::string_view::npos;
}

bool is_entry_name(std::string_view name, std::string_view subfolder) {
  return name.ends_with(".so") && is_hex(name.substr(0, name.size() - 3), kKeyLength) &&
         name.starts_with(subfolder);
}

// The folders that do not hold entries.
bool holds_records(std::string_view subfolder) {
  return subfolder == "stats" || subfolder == kToolchainFolder || subfolder == kStagedFolder;
}

std::optional<StoredFile> regular_file(std::string key, std::string path) {
  struct stat info {};
  if (lstat(path.c_str(), &info) != 0 || !S_ISREG(info.st_mode)) return std::nullopt;
  const int64_t mtime_ns = int64_t{info.st_mtim.tv_sec} * 1'000'000'000 + info.st_mtim.tv_nsec;
  return StoredFile{std::move(key), std::move(path), static_cast<uint64_t>(info.st_size), mtime_ns};
}

void sort_by_age(std::vector<StoredFile>& files) {
  std::ranges::sort(files, {},
                    [](const StoredFile& file) { return std::pair(file.mtime_ns, file.key); });
}

}  // namespace

// What a process that died left behind: a temporary, or a lock that nobody holds.
void Store::remove_left(const std::string& path, std::string_view name) const {
  constexpr time_t kHour = 3600;
  const bool lock = name.ends_with(".lock") && is_hex(name.substr(0, name.size() - 5), kKeyLength);
  struct stat info {};
  if (!lock && !name.starts_with(".tmp-")) return;
  if (lstat(path.c_str(), &info) != 0 || !S_ISREG(info.st_mode)) return;
  if (time(nullptr) - info.st_mtim.tv_sec <= kHour) return;
  FileDescriptor held;
  if (lock) {
    held = open_lock(path);
    if (!held || flock(held.get(), LOCK_EX | LOCK_NB) != 0) return;
  }
  unlink(path.c_str());
}

std::optional<StoredFile> Store::find(std::string_view key) const {
  if (!usable_ || !is_hex(key, kKeyLength)) return std::nullopt;
  return regular_file(std::string(key), entry_path(key));
}

std::vector<StoredFile> Store::entries() const {
  std::vector<StoredFile> found;
  for (const std::string& subfolder : list_folder("")) {
    if (!is_hex(subfolder, 2)) continue;
    for (const std::string& name : list_folder(subfolder)) {
      if (!is_entry_name(name, subfolder)) continue;
      if (auto file = find(std::string_view(name).substr(0, kKeyLength))) {
        found.push_back(std::move(*file));
      }
    }
  }
  sort_by_age(found);
  return found;
}

// With empty keys: they are the answers to no key.
std::vector<StoredFile> Store::staged_records() const {
  std::vector<StoredFile> found;
  for (const std::string& name : list_folder(kStagedFolder)) {
    if (!is_record_name(name)) continue;
    if (auto file = regular_file("", fmt::format("{}/{}/{}", folder_, kStagedFolder, name))) {
      found.push_back(std::move(*file));
    }
  }
  return found;
}

Store::Pruned Store::prune(uint64_t max_size) const {
  Pruned result;
  std::vector<StoredFile> files = entries();
  std::ranges::move(staged_records(), std::back_inserter(files));
  sort_by_age(files);
  for (const StoredFile& file : files) result.bytes += file.size;
  if (!writable_) return result;
  const FileDescriptor lock = open_lock(folder_ + "/prune.lock");
  if (lock && flock(lock.get(), LOCK_EX | LOCK_NB) != 0) return result;  // someone is at it
  for (const StoredFile& file : files) {
    if (result.bytes <= max_size) break;
    if (unlink(file.path.c_str()) != 0) continue;
    result.bytes -= file.size;
    result.removed += file.key.empty() ? 0 : 1;
  }
  for (const std::string& subfolder : list_folder("")) {
    if (!is_hex(subfolder, 2) && !holds_records(subfolder)) continue;
    for (const std::string& name : list_folder(subfolder)) {
      remove_left(folder_ + "/" + subfolder + "/" + name, name);
    }
  }
  return result;
}

size_t Store::clear() const {
  size_t removed = 0;
  if (!writable_) return removed;
  for (const std::string& subfolder : list_folder("")) {
    const bool holds_entries = is_hex(subfolder, 2);
    if (!holds_entries && !holds_records(subfolder)) continue;
    const std::string path = folder_ + "/" + subfolder;
    for (const std::string& name : list_folder(subfolder)) {
      const bool entry = holds_entries && is_entry_name(name, subfolder);
      // A lock may be held and a temporary may be in use: both remove themselves.
      const bool record =
          !holds_entries && (name.ends_with(".stat") || is_record_name(name) || name == "total");
      if (!entry && !record) continue;
      struct stat info {};
      const std::string file = path + "/" + name;
      if (lstat(file.c_str(), &info) != 0 || !S_ISREG(info.st_mode)) continue;
      if (unlink(file.c_str()) == 0 && entry) ++removed;
    }
  }
  return removed;
}

void Store::clear_stats() const {
  if (!writable_) return;
  for (const std::string& name : list_folder("stats")) {
    if (!name.ends_with(".stat") && name != "total") continue;
    const std::string path = folder_ + "/stats/" + name;
    struct stat info {};
    if (lstat(path.c_str(), &info) == 0 && S_ISREG(info.st_mode)) unlink(path.c_str());
  }
}

void Store::fold_stats() {
  const FileDescriptor lock = open_lock(folder_ + "/stats.lock");
  if (!lock || flock(lock.get(), LOCK_EX | LOCK_NB) != 0) return;
  StatValues sum{};
  HitCounts hits;
  std::vector<std::string> folded;
  for (const std::string& name : list_folder("stats")) {
    if (!name.ends_with(".stat")) continue;
    const auto pid = static_cast<pid_t>(std::strtol(name.c_str(), nullptr, 10));
    if (pid <= 0 || kill(pid, 0) == 0 || errno != ESRCH) continue;
    if (const auto text = read_file("stats", name)) add_stats(*text, sum, &hits);
    folded.push_back(fmt::format("{}/stats/{}", folder_, name));
  }
  if (const auto text = read_file("stats", "total")) add_stats(*text, sum, &hits);
  // Keys whose entries are gone are forgotten: the file is no larger than the store.
  std::erase_if(
      hits, [this](const auto& row) { return access(entry_path(row.first).c_str(), F_OK) != 0; });
  if (folded.empty() || !write_file("stats", "total", encode_stats(sum, hits))) return;
  for (const std::string& path : folded) unlink(path.c_str());
}

}  // namespace numeta::jit_cache
