// What the command line asks of the cache: list, show, verify, clear, prune, statistics.
//
// Reads what is there; only clear and prune remove, only verify runs compilers.
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

}  // namespace

std::vector<EntryInfo> Cache::entries() {
  std::vector<EntryInfo> all;
  for (const Store* store : stores()) {
    for (StoredFile& file : store->entries()) all.push_back(read_info(*store, std::move(file)));
  }
  return all;
}

std::optional<EntryInfo> Cache::entry(std::string_view key) {
  if (key.empty()) return std::nullopt;
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
  if (any && writes && store_.writable()) store_.write_stats(values);
}

ToolchainFinder::Found Cache::toolchain(const std::vector<std::string>& flags,
                                        const std::function<bool()>& interrupted) {
  return finder_.find(settings_, flags, records(), interrupted);
}

std::vector<Verified> Cache::verify(const std::function<bool()>& interrupted) {
  std::vector<Verified> results;
  for (const StoredFile& file : store_.entries()) {
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
    Unit unit{material->get("fortran"), material->get("stub"), material->get("symbol")};
    unit.name_space = material->get("namespace");
    std::string_view libraries = material->get("libraries");  // each ends with a zero byte
    for (size_t end = 0; (end = libraries.find('\0')) != std::string_view::npos;) {
      unit.libraries.emplace_back(libraries.substr(0, end));
      libraries.remove_prefix(end + 1);
    }
    for (const auto& tool : finder_.all_recorded(records())) {
      if (!tool->unchanged() || make_key(*tool, unit).name != file.key) continue;
      CompileRequest job;
      job.tool = tool.get();
      job.unit = unit;
      job.timeout = settings_.compile_timeout;
      job.interrupted = interrupted;
      try {
        verified.outcome = compile(job, slots_).elf == entry.elf ? "equal" : "differs";
      } catch (const BuildError& error) {
        if (error.kind == BuildErrorKind::kInterrupted) throw;
        verified.outcome = error.what();
      }
      break;
    }
    results.push_back(std::move(verified));
  }
  return results;
}

}  // namespace numeta::jit_cache
