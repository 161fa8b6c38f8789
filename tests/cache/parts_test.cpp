// The parts of the cache that need no compiler: fields, entries, statistics, the key, the store.
//
// Every damaged input must be told from a sound one; nothing may be read past its end.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <set>

#include "jit_cache/commands.hpp"
#include "jit_cache/digest.hpp"
#include "jit_cache/elf.hpp"
#include "jit_cache/entry.hpp"
#include "jit_cache/file.hpp"
#include "jit_cache/key.hpp"
#include "jit_cache/stats.hpp"
#include "jit_cache/store.hpp"

namespace numeta::jit_cache {
namespace {

class Folder {
 public:
  Folder() : path_(make_private_folder(true)) {}
  ~Folder() {
    for (const char* name : {"/toolchains", "/stats", "/aa", "/ab"}) remove_folder(path_ + name);
    remove_folder(path_);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

std::string key_of(const std::string& start) { return start + std::string(32 - start.size(), '0'); }

Fields sample_info() {
  Fields info;
  info.add("label", "sample");
  return info;
}

TEST(Fields, RoundTripKeepsOrderAndBytes) {
  Fields fields;
  fields.add("a", std::string_view("x\0y", 3));
  fields.add_list("b", std::vector<std::string>{"one", "", "three"});
  const auto again = Fields::decode(fields.encode());
  ASSERT_TRUE(again);
  EXPECT_EQ(again->rows(), fields.rows());
  EXPECT_EQ(again->get_list("b"), (std::vector<std::string>{"one", "", "three"}));
}

TEST(Fields, EveryTruncationIsRefusedOrShorter) {
  Fields fields;
  fields.add("name", "value");
  fields.add("other", "more");
  const std::string bytes = fields.encode();
  for (size_t size = 0; size < bytes.size(); ++size) {
    const auto part = Fields::decode(std::string_view(bytes).substr(0, size));
    EXPECT_TRUE(!part || part->rows().size() < 2) << size;
  }
}

TEST(Entry, RoundTrip) {
  const std::string bytes = encode_entry("ELF bytes", "material", sample_info());
  Entry entry;
  ASSERT_EQ(decode_entry(bytes, entry), Defect::kNone);
  EXPECT_EQ(entry.elf, "ELF bytes");
  EXPECT_EQ(entry.material, "material");
  EXPECT_EQ(entry.info.get("label"), "sample");
}

TEST(Entry, EveryTruncationAndEveryBitFlipIsSeen) {
  const std::string bytes = encode_entry("ELF bytes", "material", sample_info());
  Entry entry;
  for (size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_NE(decode_entry(std::string_view(bytes).substr(0, size), entry), Defect::kNone) << size;
  }
  for (size_t bit = 0; bit < bytes.size() * 8; ++bit) {
    std::string flipped = bytes;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << (bit % 8)));
    EXPECT_NE(decode_entry(flipped, entry), Defect::kNone) << bit;
  }
}

TEST(Entry, OtherSchemasAreNamed) {
  std::string bytes = encode_entry("", "", {});
  bytes[bytes.size() - kFooterSize + 8] = 2;
  Entry entry;
  EXPECT_EQ(decode_entry(bytes, entry), Defect::kChecksum);
  bytes.resize(bytes.size() - kDigestSize);
  bytes += digest_bytes(bytes);
  EXPECT_EQ(decode_entry(bytes, entry), Defect::kSchemaNewer);
  bytes[bytes.size() - kFooterSize + 8] = 0;
  EXPECT_EQ(decode_entry(bytes, entry), Defect::kSchemaOlder);
}

Toolchain sample_toolchain() {
  Toolchain tool;
  tool.fc = "/usr/bin/gfortran";
  tool.fc_identity = "/usr/bin/gfortran\n1\n2";
  tool.cc_identity = "/usr/bin/gcc\n1\n2";
  tool.version = "12.2.0";
  tool.c_version = "12.2.0";
  tool.cpu = "cpu";
  tool.runtime = "libgfortran.so.5";
  tool.flags = {"-O3"};
  tool.watched = {"/usr/bin/as\n1\n2"};
  tool.plan.fortran.commands = {{"f951", "kernel.f90"}};
  tool.plan.c.commands = {{"cc1", "stub.c"}};
  tool.plan.link_start = {"ld"};
  return tool;
}

TEST(Key, EveryFieldChangesIt) {
  const Unit unit{"fortran", "stub", "symbol"};
  const Toolchain tool = sample_toolchain();
  std::set<std::string> names{make_key(tool, unit).name};
  const auto differs = [&](const Toolchain& changed, const Unit& text) {
    return names.insert(make_key(changed, text).name).second;
  };
  EXPECT_TRUE(differs(tool, {"Fortran", "stub", "symbol"}));
  EXPECT_TRUE(differs(tool, {"fortran", "Stub", "symbol"}));
  EXPECT_TRUE(differs(tool, {"fortran", "stub", "Symbol"}));
  EXPECT_TRUE(differs(tool, {"fortrans", "tub", "symbol"}));
  EXPECT_TRUE(differs(tool, {"fortran", "stub", "symbol", {"/nowhere/liba.so"}}));
  EXPECT_TRUE(differs(tool, {"fortran", "stub", "symbol", {"/nowhere/libb.so"}}));
  const auto changed = [&](auto change) {
    Toolchain other = sample_toolchain();
    change(other);
    return differs(other, unit);
  };
  EXPECT_TRUE(changed([](Toolchain& t) { t.fc_identity = "/usr/bin/gfortran\n1\n3"; }));
  EXPECT_TRUE(changed([](Toolchain& t) { t.cc_identity = "/usr/bin/gcc\n9\n2"; }));
  EXPECT_TRUE(changed([](Toolchain& t) { t.version = "12.3.0"; }));
  EXPECT_TRUE(changed([](Toolchain& t) { t.c_version = "12.3.0"; }));
  EXPECT_TRUE(changed([](Toolchain& t) { t.flags = {"-O2"}; }));
  EXPECT_TRUE(changed([](Toolchain& t) { t.flags = {"-O3", "-g"}; }));
  EXPECT_TRUE(changed([](Toolchain& t) { t.watched = {"/usr/bin/as\n1\n3"}; }));
  EXPECT_TRUE(changed([](Toolchain& t) { t.runtime = "libgfortran.so.6"; }));
  EXPECT_TRUE(changed([](Toolchain& t) { t.cpu = "other"; }));
  EXPECT_TRUE(changed([](Toolchain& t) { t.plan.fortran.commands[0].push_back("-mavx"); }));
  EXPECT_TRUE(changed([](Toolchain& t) { t.plan.c.commands[0].push_back("-O2"); }));
  EXPECT_TRUE(changed([](Toolchain& t) { t.plan.link_end.push_back("-lx"); }));
  EXPECT_TRUE(changed([](Toolchain& t) { t.plan.direct = true; }));
  EXPECT_EQ(make_key(tool, unit).material, make_key(sample_toolchain(), unit).material);
  EXPECT_EQ(key_fields().size(), Fields::decode(make_key(tool, unit).material)->rows().size());
}

TEST(Toolchain, RecordRoundTrips) {
  const Toolchain tool = sample_toolchain();
  Toolchain with_driver = tool;
  with_driver.driver = tool.plan;
  const auto fields = Fields::decode(with_driver.encode().encode());
  ASSERT_TRUE(fields);
  const auto again = Toolchain::decode(*fields);
  ASSERT_TRUE(again);
  EXPECT_EQ(make_key(*again, {"f", "s", "n"}).name, make_key(tool, {"f", "s", "n"}).name);
}

TEST(Stats, TornAndForeignTextIsSkippedAndSumsSaturate) {
  StatValues values{};
  add_stats("hits 3\nunknown 9\nmisses x\nhits 18446744073709551615\ncompiles 4", values);
  EXPECT_EQ(values[static_cast<size_t>(Stat::hits)], UINT64_MAX);
  EXPECT_EQ(values[static_cast<size_t>(Stat::misses)], 0U);
  EXPECT_EQ(values[static_cast<size_t>(Stat::compiles)], 0U);
}

TEST(Commands, DryRunLinesAreUnquoted) {
  const auto commands =
      parse_dry_run("gcc version 12\n f951 \"a b\" \"q\\\"q\" -o - |\n as -o x.o\n");
  ASSERT_EQ(commands.size(), 2U);
  EXPECT_EQ(commands[0], (Command{"f951", "a b", "q\"q", "-o", "-"}));
  EXPECT_EQ(commands[1], (Command{"as", "-o", "x.o"}));
}

TEST(Elf, AnyBytesAreSafe) {
  EXPECT_FALSE(object_symbols(""));
  EXPECT_FALSE(object_symbols("\177ELF"));
  EXPECT_FALSE(object_symbols(std::string("\177ELF\2\1") + std::string(200, '\xff')));
}

TEST(Store, PublishesReadsAndLeavesNoTemporary) {
  const Folder folder;
  Store store(folder.path(), Store::Use::kOwn, {});
  ASSERT_TRUE(store.writable());
  ASSERT_TRUE(store.publish(key_of("aa"), "bytes"));
  EXPECT_EQ(store.read_entry(key_of("aa")), "bytes");
  EXPECT_EQ(store.list_folder("aa").size(), 3U);  // . .. entry
  struct stat info {};
  ASSERT_EQ(stat(store.entry_path(key_of("aa")).c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777U, 0600U);
}

TEST(Store, OpenToOthersOrLinkedIsRefused) {
  const Folder folder;
  chmod(folder.path().c_str(), 0777);
  const Store open_store(folder.path(), Store::Use::kOwn, {});
  EXPECT_FALSE(open_store.usable());
  EXPECT_NE(open_store.reason().find("can be written by others"), std::string::npos);
  chmod(folder.path().c_str(), 0700);
  const std::string link = folder.path() + "-link";
  ASSERT_EQ(symlink(folder.path().c_str(), link.c_str()), 0);
  const Store linked(link, Store::Use::kOwn, {});
  EXPECT_FALSE(linked.usable());
  unlink(link.c_str());
}

TEST(Store, PruneRemovesTheLeastRecentlyUsedAndIgnoresUnknownNames) {
  const Folder folder;
  Store store(folder.path(), Store::Use::kOwn, {});
  store.publish(key_of("aa"), std::string(100, 'x'));
  store.publish(key_of("ab"), std::string(100, 'x'));
  std::ofstream(folder.path() + "/aa/notes.txt") << "mine";
  ASSERT_EQ(symlink("..", (folder.path() + "/ab/" + key_of("abc") + ".so").c_str()), 0);
  const timespec old[2] = {{1000, 0}, {1000, 0}};
  utimensat(AT_FDCWD, store.entry_path(key_of("ab")).c_str(), old, 0);
  const Store::Pruned pruned = store.prune(150);
  EXPECT_EQ(pruned.removed, 1U);
  EXPECT_EQ(pruned.bytes, 100U);
  EXPECT_TRUE(store.read_entry(key_of("aa")));
  EXPECT_FALSE(store.read_entry(key_of("ab")));
  EXPECT_TRUE(identify(folder.path() + "/aa/notes.txt"));
  struct stat info {};
  EXPECT_EQ(lstat((folder.path() + "/ab/" + key_of("abc") + ".so").c_str(), &info), 0);
}

TEST(Store, LinksAndPipesAreNotRead) {
  const Folder folder;
  Store store(folder.path(), Store::Use::kOwn, {});
  store.publish(key_of("aa"), "bytes");
  ASSERT_EQ(symlink(store.entry_path(key_of("aa")).c_str(),
                    (folder.path() + "/aa/" + key_of("aab") + ".so").c_str()),
            0);
  EXPECT_FALSE(store.read_entry(key_of("aab")));
  ASSERT_EQ(mkfifo((folder.path() + "/aa/" + key_of("aac") + ".so").c_str(), 0600), 0);
  EXPECT_FALSE(store.read_entry(key_of("aac")));
}

TEST(Store, SecondLockWaitsAndGivesUpAtTheBound) {
  const Folder folder;
  Store store(folder.path(), Store::Use::kOwn, {});
  bool waited = false;
  FileDescriptor first = store.lock_key(key_of("aa"), 1, {}, waited);
  EXPECT_TRUE(first);
  EXPECT_FALSE(waited);
  EXPECT_FALSE(store.lock_key(key_of("aa"), 0.02, {}, waited));
  EXPECT_TRUE(waited);
  store.unlock_key(key_of("aa"), std::move(first));
  EXPECT_TRUE(store.lock_key(key_of("aa"), 0.02, {}, waited));
}

}  // namespace
}  // namespace numeta::jit_cache
