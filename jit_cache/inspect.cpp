// What the command line asks of the cache: list, show, verify, clear, prune, statistics.
//
// Reads what is there; only clear and prune remove, only verify runs compilers.
#include <fcntl.h>

#include <algorithm>
#include <cstdlib>
#include <limits>

#include <fmt/format.h>

#include "jit_cache/cache.hpp"
#include "jit_cache/digest.hpp"

namespace numeta::jit_cache {
namespace {

uint64_t without_limit(uint64_t max_size) {
  return max_size > 0 ? max_size : std::numeric_limits<uint64_t>::max();
}

EntryInfo read_info(const Store& store, StoredFile file) {
  EntryInfo info;
  info.file = std::move(file);
  const auto bytes = store.read_entry(info.file.key);
  Entry entry;
  info.defect = bytes ? decode_entry(*bytes, entry) : Defect::kTruncated;
  if (info.defect != Defect::kNone) return info;
  info.elf_size = entry.elf.size();
  info.info = std::move(entry.info);
  auto material = Fields::decode(entry.material);
  if (!material || digest_hex(entry.material) != info.file.key) {
    info.defect = Defect::kFields;
  } else {
    info.material = std::move(*material);
  }
  return info;
}

// What a list shows of an entry: sizes and the volatile fields, by reading the footer, the head of
// the fields and the end of them. The checksum is not looked at.
EntryInfo read_listed(StoredFile file) {
  EntryInfo info;
  info.file = std::move(file);
  info.defect = Defect::kTruncated;
  constexpr uint64_t kTail = 4096;
  // The list of the folder has just seen that it is a regular file.
  const FileDescriptor fd(
      open(info.file.path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  const uint64_t size = info.file.size;
  if (!fd || size < kFooterSize) return info;
  const uint64_t tail_at = size - std::min(size, kTail);
  const auto tail = read_part(fd.get(), tail_at, size - tail_at);
  if (!tail || tail->size() != size - tail_at) return info;
  const auto sizes =
      decode_footer(std::string_view(*tail).substr(tail->size() - kFooterSize), size);
  info.defect = sizes.defect;
  if (sizes.defect != Defect::kNone) return info;
  info.elf_size = sizes.elf;
  const uint64_t fields_at = sizes.elf;
  const uint64_t fields_end = size - kFooterSize;
  const auto head = read_part(fd.get(), fields_at, kFieldHead);
  info.defect = Defect::kFields;
  if (!head || head->size() != kFieldHead) return info;
  const uint64_t material_size = get_u64(std::string_view(*head).substr(sizeof(uint32_t)));
  const uint64_t skipped = uint64_t{get_u32(*head)} + kFieldHead;
  if (material_size > fields_end - fields_at || skipped > fields_end - fields_at - material_size) {
    return info;
  }
  const uint64_t volatile_at = fields_at + skipped + material_size;
  const auto part = volatile_at >= tail_at
                        ? tail->substr(volatile_at - tail_at, fields_end - volatile_at)
                        : read_part(fd.get(), volatile_at, fields_end - volatile_at).value_or("");
  const auto row = Fields::decode(part);
  auto fields = row ? Fields::decode(row->get("volatile")) : std::nullopt;
  if (!fields) return info;
  info.info = std::move(*fields);
  info.defect = Defect::kNone;
  return info;
}

// What was compiled for an entry.
Unit unit_of(const Fields& material) {
  Unit unit{material.get("fortran"), material.get("stub"), material.get("symbol")};
  unit.name_space = material.get("namespace");
  std::string_view libraries = material.get("libraries");  // each ends with a zero byte
  for (size_t end = 0; (end = libraries.find('\0')) != std::string_view::npos;) {
    unit.libraries.emplace_back(libraries.substr(0, end));
    libraries.remove_prefix(end + 1);
  }
  return unit;
}

}  // namespace

std::vector<StoredFile> Cache::files() {
  std::vector<StoredFile> all;
  for (const Store* store : stores()) {
    for (StoredFile& file : store->entries()) all.push_back(std::move(file));
  }
  return all;
}

std::vector<EntryInfo> Cache::entries(bool thorough) {
  std::vector<EntryInfo> all;
  for (const Store* store : stores()) {
    for (StoredFile& file : store->entries()) {
      all.push_back(thorough ? read_info(*store, std::move(file)) : read_listed(std::move(file)));
    }
  }
  return all;
}

HitCounts Cache::hits() const {
  HitCounts sum = store_.merged_hits();
  const std::lock_guard lock(hits_mutex_);
  for (const auto& [key, count] : hits_) sum[key] += count;
  return sum;
}

std::optional<EntryInfo> Cache::entry(std::string_view key) {
  if (key.empty()) return std::nullopt;
  for (const Store* store : stores()) {
    if (auto file = store->find(key)) return read_info(*store, std::move(*file));
  }
  for (const Store* store : stores()) {
    for (StoredFile& file : store->entries()) {
      if (file.key.starts_with(key)) return read_info(*store, std::move(file));
    }
  }
  return std::nullopt;
}

size_t Cache::clear() {
  stats_.reset();
  const std::lock_guard lock(mutex_);
  known_bytes_ = 0;
  if (private_) private_->clear();
  return store_.clear();
}

void Cache::clear_stats() {
  stats_.reset();
  store_.clear_stats();
  const std::lock_guard lock(hits_mutex_);
  hits_.clear();
}

Store::Pruned Cache::prune(uint64_t max_size) { return store_.prune(without_limit(max_size)); }

StatValues Cache::all_stats() const {
  StatValues sum = store_.merged_stats();
  const StatValues own = stats_.values();
  for (size_t i = 0; i < kStatCount; ++i) sum[i] += own[i];
  return sum;
}

void Cache::flush_stats() {
  const StatValues values = stats_.values();
  const bool any = std::ranges::any_of(values, [](uint64_t value) { return value != 0; });
  const bool writes = settings_.mode != Mode::kOff && settings_.mode != Mode::kReadonly;
  const std::lock_guard lock(hits_mutex_);
  if (any && writes && store_.writable()) store_.write_stats(values, hits_);
}

ToolchainFinder::Found Cache::toolchain(const std::vector<std::string>& flags,
                                        const std::function<bool()>& interrupted) {
  return finder_.find(settings_, flags, records(), interrupted);
}

bool Cache::adopt(const std::string& name, std::string_view bytes) {
  const auto digest = [&](std::string_view ending) {
    return name.size() == 32 + ending.size() && name.ends_with(ending) ? name.substr(0, 32) : "";
  };
  if (const std::string key = digest(".so"); !key.empty()) {
    Entry entry;
    const bool sound = decode_entry(bytes, entry) == Defect::kNone;
    return sound && digest_hex(entry.material) == key && store_.publish(key, bytes);
  }
  if (digest(".rec").empty() || !ToolchainFinder::is_record(bytes)) return false;
  return store_.write_file(kToolchainFolder, name, bytes);
}

// The recorded toolchain that a key speaks of, as long as its programs are what they were.
ToolchainFinder::Found Cache::maker_of(std::string_view key, const Unit& unit) {
  for (auto& tool : finder_.all_recorded(records())) {
    if (tool->unchanged() && make_key(*tool, unit).name == key) return std::move(tool);
  }
  return nullptr;
}

// What compiles a stored unit once more.
CompileRequest Cache::again(const Toolchain& tool, const Unit& unit,
                            const std::function<bool()>& interrupted) const {
  CompileRequest job;
  job.tool = &tool;
  job.unit = unit;
  job.timeout = settings_.compile_timeout;
  job.interrupted = interrupted;
  return job;
}

std::vector<Verified> Cache::verify(std::string_view key,
                                    const std::function<bool()>& interrupted) {
  std::vector<Verified> results;
  std::vector<StoredFile> files;
  if (key.empty()) {
    files = store_.entries();
  } else if (auto file = store_.find(key)) {
    files.push_back(std::move(*file));
  }
  for (const StoredFile& file : files) {
    Verified verified{file.key, "", "another toolchain"};
    const auto bytes = store_.read_entry(file.key);
    if (!bytes) continue;  // removed meanwhile
    Entry entry;
    const Defect defect = decode_entry(*bytes, entry);
    const auto material = defect == Defect::kNone ? Fields::decode(entry.material) : std::nullopt;
    if (!material) {
      verified.outcome = defect_name(defect);
      results.push_back(std::move(verified));
      continue;
    }
    verified.label = entry.info.get("label");
    const Unit unit = unit_of(*material);
    const ToolchainFinder::Found tool = maker_of(file.key, unit);
    if (tool) {
      try {
        const CompileRequest job = again(*tool, unit, interrupted);
        verified.outcome = compile(job, slots_).elf == entry.elf ? "equal" : "differs";
      } catch (const BuildError& error) {
        if (error.kind == BuildErrorKind::kInterrupted) throw;
        verified.outcome = error.what();
      }
    }
    results.push_back(std::move(verified));
  }
  return results;
}

std::optional<std::string> Cache::vectorised(std::string_view key,
                                             const std::function<bool()>& interrupted) {
  const auto found = entry(key);
  if (!found || found->defect != Defect::kNone) return std::nullopt;
  const Unit unit = unit_of(found->material);
  const ToolchainFinder::Found tool = maker_of(found->file.key, unit);
  if (!tool) return std::nullopt;
  CompileRequest job = again(*tool, unit, interrupted);
  job.wants_notes = true;
  return compile(job, slots_).notes;
}

}  // namespace numeta::jit_cache
