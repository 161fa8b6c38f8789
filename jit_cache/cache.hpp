// The cache as a whole: texts in, the address of a loaded function out.
//
// `build` looks up, compiles on a miss, publishes and loads. A failure of the store is a miss and
// one log line; only the compiler and the dynamic loader can make it throw. Thread-safe: threads
// that want one key wait for the first of them, different keys build side by side. A loaded object
// stays loaded until the process ends.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "jit_cache/build_error.hpp"
#include "jit_cache/compile.hpp"
#include "jit_cache/entry.hpp"
#include "jit_cache/job_slots.hpp"
#include "jit_cache/key.hpp"
#include "jit_cache/settings.hpp"
#include "jit_cache/stats.hpp"
#include "jit_cache/store.hpp"
#include "jit_cache/toolchain.hpp"

namespace numeta::jit_cache {

struct BuildRequest {
  std::string fortran;
  std::string stub;
  std::string symbol;
  std::vector<std::string> flags;      // mode flags
  std::string label;                   // for people
  std::vector<std::string> libraries;  // to link
  std::function<bool()> interrupted;
  // Asked where it is stored, for people, JSON.
  struct About {
    std::string metadata;  // which kernel it is
    std::string places;    // which lines of Python the Fortran lines come from
  };
  std::function<About()> about = {};
};

struct Loaded {
  void* address = nullptr;
  std::string key;
  bool hit = false;
  std::string path;
  std::vector<std::pair<std::string, double>> timings;  // step, seconds
};

struct EntryInfo {
  StoredFile file;
  Defect defect = Defect::kNone;
  Fields material;
  Fields info;
  uint64_t elf_size = 0;
};

struct Verified {
  std::string key;
  std::string label;
  std::string outcome;  // "equal", "differs", "another toolchain", or why it could not be done
};

class Cache {
 public:
  explicit Cache(Settings settings);
  ~Cache();
  Cache(const Cache&) = delete;
  Cache& operator=(const Cache&) = delete;

  Loaded build(const BuildRequest& request);

  const Settings& settings() const { return settings_; }
  std::string directory() const;   // where entries are written now
  std::string store_note() const;  // why that is not the wanted place; empty if it is

  // Thorough: every byte is read and checked. Otherwise what a list needs, without the material.
  std::vector<EntryInfo> entries(bool thorough = true);
  HitCounts hits() const;           // of all processes, by key
  std::vector<StoredFile> files();  // of the entries, none of them opened
  std::optional<EntryInfo> entry(std::string_view key);
  size_t clear();
  void clear_stats();
  Store::Pruned prune(uint64_t max_size);
  // All entries, or the one of a key.
  std::vector<Verified> verify(std::string_view key, const std::function<bool()>& interrupted);
  // What the Fortran compiler says that it vectorised in an entry, compiled again for that; nothing
  // where the entry, or the compiler that made it, is not there any more.
  std::optional<std::string> vectorised(std::string_view key,
                                        const std::function<bool()>& interrupted);
  // Takes in an entry or a toolchain record that another store gave out; false, and nothing is
  // changed, where it is not one that was written under this name.
  bool adopt(const std::string& name, std::string_view bytes);
  // What says that code is staged as it was: path, size and time of the sources that do it, and
  // their contents where they were just written; size and time of a library. Nothing where one is
  // not there, as in a zip file.
  static std::optional<std::string> identity_of(const std::vector<std::string>& sources,
                                                const std::string& library);
  // What a function was turned into before, as `keep_staged` was given it (staged.cpp).
  std::optional<std::string> staged(std::string_view asked);
  void keep_staged(std::string_view asked, std::string_view answer);
  ToolchainFinder::Found toolchain(const std::vector<std::string>& flags,
                                   const std::function<bool()>& interrupted);

  StatValues process_stats() const { return stats_.values(); }
  StatValues all_stats() const;
  void flush_stats();

 private:
  struct Work;
  struct Flight;

  void compile_and_publish(const BuildRequest& request, Work& work);
  bool look_up(const BuildRequest& request, Work& work);
  void build_alone(const BuildRequest& request, Work& work);
  bool sound_entry(const Store& store, Work& work, std::string& bytes);
  std::vector<const Store*> stores();
  ToolchainFinder::Found maker_of(std::string_view key, const Unit& unit);
  CompileRequest again(const Toolchain& tool, const Unit& unit,
                       const std::function<bool()>& interrupted) const;
  bool load(const std::string& path, const BuildRequest& request, Work& work);
  bool load_copy(std::string_view elf, const BuildRequest& request, Work& work);
  void count_hit(const Work& work);
  void publish(const BuildRequest& request, Work& work, const Compiled& compiled);
  void limit_size(Store& store, uint64_t written);
  Store& writable_store();
  Store* private_store();
  RecordStore records();
  std::string staged_question(std::string_view asked) const;
  void log(const std::string& line);
  bool serves_lookups() const;

  Settings settings_;
  Store store_;
  std::deque<Store> shelves_;  // the read-only ones of Settings
  std::mutex mutex_;
  mutable std::mutex hits_mutex_;
  HitCounts hits_;                  // of this process
  std::once_flag swept_;            // folders of dead processes are looked for once
  std::unique_ptr<Store> private_;  // where the wanted place cannot be written to
  std::string private_folder_;
  long owner_process_;
  std::map<std::string, std::shared_ptr<Flight>> flights_;  // keys being built in this process
  std::condition_variable landed_;
  uint64_t known_bytes_ = 0;  // in the store when last counted, and written since
  unsigned publishes_ = 0;
  ToolchainFinder finder_;
  JobSlots slots_;
  Statistics stats_;
};

}  // namespace numeta::jit_cache
