// The folder of entries: trusted or refused, read, published to, pruned.
//
//   <store>/<key[:2]>/<key>.so        entries (entry.hpp)
//   <store>/<key[:2]>/<key>.lock      held while someone builds that key; only saves work
//   <store>/<key[:2]>/.tmp-*          being written; removed when older than an hour
//   <store>/{toolchains,staged}/<digest>.rec   records (records.hpp)
//   <store>/stats/<pid>-<time>-<n>.stat  counters of one process (stats.hpp); stats/total: ended
//
// There is no index: the folder is the index. Nothing is ever written in place. Other names, links
// and special files are neither opened nor deleted. Who can write here can run code as its user,
// so a folder that others own or may write to is refused.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "jit_cache/file.hpp"
#include "jit_cache/stats.hpp"

namespace numeta::jit_cache {

struct StoredFile {
  std::string key;
  std::string path;
  uint64_t size = 0;
  int64_t mtime_ns = 0;
};

class Store {
 public:
  // How a store is used: by its one user; by a group, files 0660 and folders 2770; or only read,
  // and then it may be another user's whom we trust anyway: root.
  enum class Use { kOwn, kShared, kRead };

  // Makes the folder (0700) where it is missing. On refusal usable() is false and reason() says
  // why; a store that cannot be written to is usable and not writable().
  Store(std::string folder, Use use, std::function<void(std::string_view)> log);

  bool usable() const { return usable_; }
  bool writable() const { return writable_; }
  const std::string& reason() const { return reason_; }
  const std::string& folder() const { return folder_; }

  std::string entry_path(std::string_view key) const;
  std::optional<std::string> read_entry(std::string_view key) const;
  // Marks an entry or a record as used, at most once an hour.
  void touch(std::string_view key) const;
  void touch_record(const std::string& subfolder, const std::string& name) const;

  // Temporary in the same folder, fsync, rename. False when it cannot be done: if the reason is
  // lasting, the store is not writable() any more and reason() says why, else there is a log line.
  bool publish(std::string_view key, std::string_view bytes);
  enum class Sync { kYes, kNo };
  bool write_file(const std::string& subfolder, const std::string& name, std::string_view bytes,
                  Sync sync = Sync::kYes);
  std::optional<std::string> read_file(const std::string& subfolder, const std::string& name) const;
  std::vector<std::string> list_folder(const std::string& subfolder) const;
  void remove_entry(std::string_view key) const;

  // Waits for the lock of a key, at most `seconds`. A descriptor that holds it, or none: go on.
  FileDescriptor lock_key(std::string_view key, double seconds,
                          const std::function<bool()>& interrupted, bool& waited) const;
  void unlock_key(std::string_view key, FileDescriptor lock) const;

  std::vector<StoredFile> entries() const;
  std::optional<StoredFile> find(std::string_view key) const;  // by the whole key
  // Removes the least recently used entries and staged records until all together are at most
  // `max_size` bytes, and orphaned temporaries. Returns the number of entries removed and the bytes
  // left.
  struct Pruned {
    size_t removed = 0;
    uint64_t bytes = 0;
  };
  Pruned prune(uint64_t max_size) const;
  // Removes entries, records, statistics; returns the number of entries.
  size_t clear() const;
  void clear_stats() const;

  void write_stats(const StatValues& values, const HitCounts& hits);
  void fold_stats();                // adds up the files of ended processes into stats/total
  StatValues merged_stats() const;  // of other processes, ended or not
  HitCounts merged_hits() const;

 private:
  bool make_folder(const std::string& path) const;
  bool make_folders(const std::string& path) const;
  bool make_subfolder(const std::string& subfolder) const;
  unsigned file_mode() const { return use_ == Use::kShared ? 0660 : 0600; }
  FileDescriptor open_lock(const std::string& path) const;
  std::vector<StoredFile> staged_records() const;
  void touch_file(const std::string& path) const;
  void remove_left(const std::string& path, std::string_view name) const;
  bool trusted(const std::string& path, std::string& reason) const;
  void log(const std::string& line) const;

  std::string folder_;
  Use use_;
  std::function<void(std::string_view)> log_;
  bool usable_ = false;
  bool writable_ = false;
  std::string reason_;
  std::string unique_;  // a name that no other process has
  std::string stats_name_;
};

}  // namespace numeta::jit_cache
