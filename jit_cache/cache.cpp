// Look up, compile, publish, load; one flight per key.
//
// The order on a hit: checksum of the file, full comparison of the key material, then dlopen.
#include "jit_cache/cache.hpp"

#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdlib>
#include <limits>
#include <thread>
#include <utility>

#include <fmt/format.h>

#include "jit_cache/crash_points.hpp"
#include "jit_cache/file.hpp"
#include "jit_cache/loader.hpp"

namespace numeta::jit_cache {
namespace {

using Clock = std::chrono::steady_clock;

class Stopwatch {
 public:
  double lap() {
    const Clock::time_point now = Clock::now();
    const double seconds = std::chrono::duration<double>(now - last_).count();
    last_ = now;
    return seconds;
  }

 private:
  Clock::time_point last_ = Clock::now();
};

uint64_t nanoseconds(double seconds) { return static_cast<uint64_t>(seconds * 1e9); }

// Launchers of MPI set them in every rank.
constexpr std::array<const char*, 4> kMpiVariables{"OMPI_COMM_WORLD_SIZE", "PMI_SIZE", "PMIX_RANK",
                                                   "MPI_LOCALNRANKS"};

// The CPUs this process may use; half of them under MPI, where the other ranks start at once.
unsigned usable_cpus() {
  cpu_set_t set;
  CPU_ZERO(&set);
  const bool known = sched_getaffinity(0, sizeof set, &set) == 0;
  const unsigned count =
      known ? static_cast<unsigned>(CPU_COUNT(&set)) : std::thread::hardware_concurrency();
  const auto is_set = [](const char* variable) { return std::getenv(variable) != nullptr; };
  return std::ranges::any_of(kMpiVariables, is_set) ? (count + 1) / 2 : count;
}

std::string text_of(double value) { return fmt::format("{:.6f}", value); }

}  // namespace

// What one call of `build` gathers.
struct Cache::Work {
  Stopwatch watch;
  ToolchainFinder::Found tool;
  Key key;
  std::string stored_elf;            // what the store held
  double stored_seconds = 0;         // how long that took to compile
  bool keep_stored = false;          // the store holds something under this name that is not ours
  std::vector<std::string> damaged;  // the entries that were counted as such
  Loaded result;
  std::string load_error;

  void step(const char* name) { result.timings.emplace_back(name, watch.lap()); }
};

struct Cache::Flight {
  long process = 0;  // a forked child must not wait for a thread it does not have
  bool landed = false;
};

Cache::Cache(Settings settings)
    : settings_(std::move(settings)),
      store_(settings_.dir.empty() ? default_directory() : settings_.dir,
             settings_.shared ? Store::Use::kShared : Store::Use::kOwn, settings_.log),
      owner_process_(getpid()),
      slots_(settings_.jobs > 0 ? settings_.jobs : usable_cpus(), settings_.compile_timeout) {
  if (settings_.max_size == 0) settings_.max_size = std::numeric_limits<uint64_t>::max();
  const Store::Use use = settings_.shared ? Store::Use::kShared : Store::Use::kRead;
  for (const std::string& folder : settings_.shelves) {
    const Store& shelf = shelves_.emplace_back(folder, use, settings_.log);
    if (!shelf.usable()) log(fmt::format("cache: {}; it is not read", shelf.reason()));
  }
}

Cache::~Cache() {
  flush_stats();
  // A forked child shares the folder with its parent, who removes it.
  if (owner_process_ != getpid() || private_folder_.empty()) return;
  for (const std::string& subfolder : private_->list_folder("")) {
    if (!subfolder.starts_with('.')) remove_folder(private_folder_ + "/" + subfolder);
  }
  remove_folder(private_folder_);
}

void Cache::log(const std::string& line) {
  stats_.add(Stat::faults);
  if (settings_.log) settings_.log(line);
}

Store* Cache::private_store() {
  const std::lock_guard lock(mutex_);
  if (private_) return private_.get();
  private_folder_ = make_private_folder(false);
  private_ = std::make_unique<Store>(private_folder_, Store::Use::kOwn, settings_.log);
  const std::string why = store_.writable() ? "the store is only read" : store_note();
  log(fmt::format("cache: {}; kernels of this process are kept in {}", why, private_folder_));
  return private_.get();
}

Store& Cache::writable_store() { return store_.writable() ? store_ : *private_store(); }

std::string Cache::directory() const {
  if (store_.writable() || private_ == nullptr) return store_.folder();
  return private_->folder();
}

std::string Cache::store_note() const {
  if (!store_.reason().empty()) return store_.reason();
  return store_.writable() ? "" : store_.folder() + " cannot be written";
}

bool Cache::serves_lookups() const {
  return settings_.mode == Mode::kOn || settings_.mode == Mode::kReadonly;
}

RecordStore Cache::records() {
  RecordStore records;
  if (settings_.mode == Mode::kOff) {
    records.load = [](const std::string&) { return std::nullopt; };
    records.save = [](const std::string&, const std::string&) {};
    records.list = [] { return std::vector<std::string>(); };
    return records;
  }
  records.load = [this](const std::string& name) {
    auto bytes = store_.read_file(kToolchainFolder, name);
    for (const Store& shelf : shelves_) {
      if (!bytes) bytes = shelf.read_file(kToolchainFolder, name);
    }
    return bytes;
  };
  records.save = [this](const std::string& name, const std::string& bytes) {
    if (settings_.mode != Mode::kReadonly) store_.write_file(kToolchainFolder, name, bytes);
  };
  records.list = [this] {
    std::vector<std::string> names = store_.list_folder(kToolchainFolder);
    for (const Store& shelf : shelves_) {
      for (std::string& name : shelf.list_folder(kToolchainFolder))
        names.push_back(std::move(name));
    }
    std::erase_if(names, [](const std::string& name) { return !is_record_name(name); });
    return names;
  };
  return records;
}

// Reads and checks the entry of the key. A damaged one or another kernel's is replaced later; one
// that a newer numeta wrote is not.
bool Cache::sound_entry(const Store& store, Work& work, std::string& bytes) {
  const Key& key = work.key;
  auto read = store.read_entry(key.name);
  if (!read) return false;
  bytes = std::move(*read);
  Entry entry;
  const Defect defect = decode_entry(bytes, entry);
  if (defect == Defect::kNone && entry.material == key.material) {
    work.stored_elf = entry.elf;
    work.stored_seconds = std::strtod(std::string(entry.info.get("seconds")).c_str(), nullptr);
    return true;
  }
  if (defect == Defect::kSchemaNewer && &store == &store_) work.keep_stored = true;
  const std::string path = store.entry_path(key.name);
  if (std::ranges::find(work.damaged, path) != work.damaged.end()) return false;  // seen before
  work.damaged.push_back(path);
  stats_.add(Stat::corrupt);
  log(fmt::format("cache: {}: {}; building it again", path,
                  defect == Defect::kNone ? "entry of another kernel" : defect_name(defect)));
  return false;
}

bool Cache::load(const std::string& path, const BuildRequest& request, Work& work) {
  if (!claim_path(path)) return false;
  const LoadResult loaded = load_symbol(path, request.symbol);
  work.load_error = loaded.error;
  work.result.address = loaded.address;
  work.result.path = path;
  return loaded.address != nullptr;
}

// From a copy with a name of its own: where the file's own path will not do.
bool Cache::load_copy(std::string_view elf, const BuildRequest& request, Work& work) {
  for (const std::string& place : private_places(true)) {
    const std::string folder = make_folder_in(place);
    const std::string path = fmt::format("{}/{}.so", folder, work.key.name);
    if (folder.empty() || write_new(path, elf, 0600, false) != 0) {
      remove_folder(folder);
      continue;
    }
    // The folder's name may come again after it is removed; the path then holds another file.
    const bool loaded = load(path, request, work);
    remove_folder(folder);
    if (loaded) return true;
  }
  return false;
}

std::vector<const Store*> Cache::stores() {
  std::vector<const Store*> stores{&store_};
  for (const Store& shelf : shelves_) stores.push_back(&shelf);
  const std::lock_guard lock(mutex_);
  if (private_) stores.push_back(private_.get());
  return stores;
}

void Cache::count_hit(const Work& work) {
  stats_.add(Stat::hits);
  {
    const std::lock_guard lock(hits_mutex_);
    ++hits_[work.key.name];
  }
  if (work.stored_seconds > 0 && work.stored_seconds < 1e6) {
    stats_.add(Stat::saved_ns, nanoseconds(work.stored_seconds));
  }
}

bool Cache::look_up(const BuildRequest& request, Work& work) {
  Stopwatch lookup;
  for (const Store* store : stores()) {
    std::string bytes;
    if (!sound_entry(*store, work, bytes)) continue;
    stats_.add(Stat::lookup_ns, nanoseconds(lookup.lap()));
    work.step("lookup");
    const std::string path = store->entry_path(work.key.name);
    if (!load(path, request, work) && !load_copy(work.stored_elf, request, work)) {
      log(fmt::format("cache: cannot load {}: {}", path, work.load_error));
      continue;
    }
    work.step("load");
    stats_.add(Stat::load_ns, nanoseconds(work.result.timings.back().second));
    count_hit(work);
    if (settings_.mode == Mode::kOn && store->writable()) store->touch(work.key.name);
    work.result.hit = true;
    return true;
  }
  stats_.add(Stat::lookup_ns, nanoseconds(lookup.lap()));
  return false;
}

void Cache::limit_size(Store& store, uint64_t written) {
  // Counting reads every folder of the store, so it is done now and then only.
  constexpr unsigned kCountEvery = 32;
  bool count = false;
  {
    const std::lock_guard lock(mutex_);
    known_bytes_ += written;
    count = publishes_++ % kCountEvery == 0 || known_bytes_ > settings_.max_size;
  }
  if (!count) return;
  const Store::Pruned pruned = store.prune(settings_.max_size);
  stats_.add(Stat::evicted, pruned.removed);
  const std::lock_guard lock(mutex_);
  known_bytes_ = pruned.bytes;
}

// Stores and loads what was compiled; what cannot be stored is loaded all the same.
void Cache::publish(const BuildRequest& request, Work& work, const Compiled& compiled) {
  Fields info;
  info.add("label", request.label);
  const BuildRequest::About about = request.about ? request.about() : BuildRequest::About{};
  info.add("metadata", about.metadata);
  info.add_list("flags", work.tool->flags);
  info.add_list("commands", compiled.commands);
  info.add("way", compiled.direct ? "direct" : "driver");
  info.add("seconds", text_of(compiled.fortran_seconds + compiled.link_seconds));
  info.add("fortran_seconds", text_of(compiled.fortran_seconds));
  info.add("c_seconds", text_of(compiled.c_seconds));
  info.add("link_seconds", text_of(compiled.link_seconds));
  info.add("places", about.places);
  info.add("created", std::to_string(time(nullptr)));
  const std::string bytes = encode_entry(compiled.elf, work.key.material, info);
  const bool stores =
      settings_.mode != Mode::kOff && !work.keep_stored && bytes.size() <= settings_.max_size;
  if (stores) {
    const bool readonly = settings_.mode == Mode::kReadonly;
    Store* store = readonly ? private_store() : &writable_store();
    bool published = store->publish(work.key.name, bytes);
    if (!published && !store->writable() && store == &store_) {
      store = private_store();
      published = store->publish(work.key.name, bytes);
    }
    if (published) {
      stats_.add(Stat::stored);
      if (store == &store_) ToolchainFinder::keep_recorded(*work.tool, records());
      work.step("publish");
      CRASH_POINT("published");
      if (load(store->entry_path(work.key.name), request, work)) {
        work.step("load");
        limit_size(*store, bytes.size());
        return;
      }
    } else {
      stats_.add(Stat::faults);
    }
  }
  const bool loaded = load_copy(compiled.elf, request, work);
  work.step("load");
  if (loaded) return;
  BuildError error(BuildErrorKind::kLoad,
                   fmt::format("the compiled kernel cannot be loaded: {}", work.load_error));
  if (work.load_error.find("failed to map segment") != std::string::npos) {
    error =
        BuildError(BuildErrorKind::kLoad,
                   fmt::format("{}; code may not be run from {} nor from any folder for temporary "
                               "files: set NUMETA_CACHE_DIR to a folder from which it may",
                               error.what(), store_.folder()));
  }
  error.command = compiled.commands.back();
  throw error;
}

void Cache::compile_and_publish(const BuildRequest& request, Work& work) {
  CompileRequest job;
  job.tool = work.tool.get();
  job.unit = {request.fortran, request.stub, request.symbol, request.libraries};
  job.timeout = settings_.compile_timeout;
  job.keep_failed = settings_.keep_failed;
  job.interrupted = request.interrupted;
  job.log = settings_.log;
  job.superseded = [&] { return settings_.mode == Mode::kOn && look_up(request, work); };
  work.watch.lap();
  std::call_once(swept_, [] { std::ranges::for_each(private_places(true), remove_left_folders); });
  Compiled compiled;
  try {
    compiled = compile(job, slots_);
  } catch (const BuildError&) {
    stats_.add(Stat::failures);
    throw;
  }
  if (compiled.elf.empty()) return;  // found after all
  stats_.add(Stat::compiles);
  work.step("compile");
  CRASH_POINT("compiled");
  stats_.add(Stat::compile_ns, nanoseconds(work.result.timings.back().second));
  work.result.timings.emplace_back("fortran", compiled.fortran_seconds);
  work.result.timings.emplace_back("c", compiled.c_seconds);
  work.result.timings.emplace_back("link", compiled.link_seconds);
  if (settings_.mode == Mode::kVerify && !work.stored_elf.empty() &&
      work.stored_elf != compiled.elf) {
    log(fmt::format("cache: verify: {} was built again and differs ({} and {} bytes)",
                    store_.entry_path(work.key.name), work.stored_elf.size(), compiled.elf.size()));
  }
  publish(request, work, compiled);
}

// The key is not in the store, and no other thread of this process builds it.
void Cache::build_alone(const BuildRequest& request, Work& work) {
  FileDescriptor lock;
  if (settings_.mode == Mode::kOn && store_.writable()) {
    bool waited = false;
    lock = store_.lock_key(work.key.name, settings_.lock_timeout, request.interrupted, waited);
    CRASH_POINT("locked");
    if (waited) {
      stats_.add(Stat::waited);
      if (look_up(request, work)) {
        store_.unlock_key(work.key.name, std::move(lock));
        return;
      }
    }
  }
  try {
    compile_and_publish(request, work);
  } catch (...) {
    store_.unlock_key(work.key.name, std::move(lock));
    throw;
  }
  CRASH_POINT("unlocking");
  store_.unlock_key(work.key.name, std::move(lock));
}

Loaded Cache::build(const BuildRequest& request) {
  Work work;
  const Unit unit{request.fortran, request.stub, request.symbol, request.libraries,
                  settings_.name_space};
  Asked asked = serves_lookups() ? Asked::kRecently : Asked::kNow;
  try {
    work.tool = finder_.find(settings_, request.flags, records(), request.interrupted, asked);
  } catch (const BuildError& error) {
    if (error.kind != BuildErrorKind::kMissing || !serves_lookups()) throw;
    // No compiler here: what another one left behind may still hold this kernel.
    for (const auto& tool : finder_.recorded(settings_, request.flags, records())) {
      work.tool = tool;
      work.key = make_key(*tool, unit);
      work.result.key = work.key.name;
      if (look_up(request, work)) return work.result;
    }
    throw;
  }
  work.key = make_key(*work.tool, unit);
  work.result.key = work.key.name;
  work.step("key");
  bool counted = false;
  while (true) {
    if (serves_lookups() && look_up(request, work)) return work.result;
    if (std::exchange(asked, Asked::kNow) == Asked::kRecently) {
      const auto tool = finder_.find(settings_, request.flags, records(), request.interrupted);
      if (tool != std::exchange(work.tool, tool)) {
        work.key = make_key(*work.tool, unit);
        work.result.key = work.key.name;
        continue;
      }
    }
    if (settings_.mode == Mode::kVerify && work.stored_elf.empty()) {
      std::string bytes;
      sound_entry(store_, work, bytes);
    }
    std::unique_lock lock(mutex_);
    std::shared_ptr<Flight>& flight = flights_[work.key.name];
    if (!flight || flight->process != getpid()) {
      flight = std::make_shared<Flight>(Flight{getpid()});
      break;
    }
    const std::shared_ptr<Flight> other = flight;
    if (!counted) stats_.add(Stat::waited);
    counted = true;
    while (!landed_.wait_for(lock, std::chrono::milliseconds(10), [&] { return other->landed; })) {
      lock.unlock();
      if (request.interrupted && request.interrupted()) {
        throw BuildError(BuildErrorKind::kInterrupted, "interrupted while waiting for a compile");
      }
      lock.lock();
    }
  }
  const auto land = [&] {
    const std::lock_guard lock(mutex_);
    flights_[work.key.name]->landed = true;
    flights_.erase(work.key.name);
    landed_.notify_all();
  };
  stats_.add(Stat::misses);
  try {
    build_alone(request, work);
  } catch (...) {
    land();
    throw;
  }
  land();
  return work.result;
}

}  // namespace numeta::jit_cache
