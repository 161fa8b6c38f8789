// Faults that need the hooks of a test build: crash points, cut keys, a feigned processor.
//
// What lasts long runs only with FAULT_TESTS=all (`make test-faults`).
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <random>

#include <fmt/format.h>

#include "jit_cache/cache.hpp"
#include "jit_cache/crash_points.hpp"
#include "jit_cache/digest.hpp"
#include "jit_cache/file.hpp"
#include "jit_cache/loader.hpp"

namespace numeta::jit_cache {
namespace {

constexpr const char* kStub =
    "#include <stdint.h>\n"
    "extern void numeta_k(double *);\n"
    "int32_t numeta_stub(int64_t *frame) { numeta_k((double *)frame); return 0; }\n";

bool all_of_them() {
  const char* wanted = std::getenv("FAULT_TESTS");
  return wanted != nullptr && std::string_view(wanted) == "all";
}

// A variable for the life of the object.
class Variable {
 public:
  Variable(const char* name, const std::string& value) : name_(name) {
    setenv(name, value.c_str(), 1);
  }
  Variable(const Variable&) = delete;
  Variable& operator=(const Variable&) = delete;
  ~Variable() { unsetenv(name_); }

 private:
  const char* name_;
};

class Fault : public testing::Test {
 protected:
  void SetUp() override {
    if (find_program("gfortran").empty()) GTEST_SKIP() << "no gfortran";
    folder_ = make_private_folder(true);
    use("store");
  }
  void TearDown() override {
    for (const std::string& dir : used_) {
      const Store store(dir, Store::Use::kOwn, {});
      for (const std::string& name : store.list_folder("")) {
        if (!name.starts_with('.')) remove_folder(dir + "/" + name);
      }
      remove_folder(dir);
    }
    remove_folder(folder_);
  }
  void use(const std::string& name) {
    settings_.dir = folder_ + "/" + name;
    used_.push_back(settings_.dir);
  }
  static BuildRequest request(int variant, std::vector<std::string> flags = {"-O1"}) {
    const std::string text = fmt::format(
        "recursive subroutine k(a) bind(c, name=\"numeta_k\")\n"
        "  use, intrinsic :: iso_c_binding\n  implicit none\n"
        "  real(c_double), intent(inout) :: a(0:0)\n  a = a * 2 + {}\nend subroutine\n",
        variant);
    return {text, kStub, "numeta_stub", std::move(flags), "k", {}, {}};
  }
  static bool right(const Loaded& loaded, int variant) {
    double value = 1;
    reinterpret_cast<int32_t (*)(int64_t*)>(loaded.address)(reinterpret_cast<int64_t*>(&value));
    return value == 2 + variant;
  }
  static uint64_t count(const Cache& cache, Stat stat) {
    return cache.process_stats()[static_cast<size_t>(stat)];
  }
  // Builds in a process of its own; its status as waitpid gives it.
  int build_apart(int variant) const {
    const pid_t child = fork();
    if (child == 0) {
      Cache cache(settings_);
      _exit(right(cache.build(request(variant)), variant) ? 0 : 1);
    }
    int status = 0;
    waitpid(child, &status, 0);
    return status;
  }

  std::string folder_;
  Settings settings_;
  std::vector<std::string> used_;
};

TEST_F(Fault, N01KilledAtEveryCrashPoint) {
  int killed = 0;
  for (const std::string_view point : kCrashPoints) {
    for (int time = 1; time < 20; ++time) {
      use(fmt::format("{}-{}", point, time));
      int status = 0;
      {
        const Variable crash("NUMETA_TEST_CRASH_AT", fmt::format("{}:{}", point, time));
        status = build_apart(1);
      }
      EXPECT_TRUE(WIFSIGNALED(status) || WEXITSTATUS(status) == 0) << point << time;
      Cache cache(settings_);
      for (const EntryInfo& entry : cache.entries()) {
        EXPECT_EQ(entry.defect, Defect::kNone) << point << time;
      }
      const bool there = !cache.entries().empty();
      EXPECT_TRUE(right(cache.build(request(1)), 1)) << point << time;
      EXPECT_EQ(count(cache, Stat::compiles), there ? 0U : 1U) << point << time;
      if (!WIFSIGNALED(status)) break;
      ++killed;
    }
  }
  EXPECT_GE(killed, static_cast<int>(kCrashPoints.size()));
}

TEST_F(Fault, N04NewerFormatIsAMissAndStays) {
  const std::string path = Cache(settings_).build(request(1)).path;
  std::string bytes = *read_regular(path);
  bytes[bytes.size() - kFooterSize + 8] = 99;
  bytes.resize(bytes.size() - kDigestSize);
  bytes += digest_bytes(bytes);
  unlink(path.c_str());
  ASSERT_EQ(write_new(path, bytes, 0600, false), 0);
  for (int i = 0; i < 2; ++i) {
    Cache cache(settings_);
    const Loaded loaded = cache.build(request(1));
    EXPECT_FALSE(loaded.hit);
    EXPECT_TRUE(right(loaded, 1));
    EXPECT_EQ(read_regular(path), bytes);
  }
}

TEST_F(Fault, N06UnlikeKernelsUnderOneName) {
  // One digit is 16 names, two are 256.
  const Variable digits("NUMETA_TEST_KEY_DIGITS", all_of_them() ? "2" : "1");
  const int kernels = all_of_them() ? 2000 : 48;
  settings_.log = [](std::string_view) {};
  for (int round = 0; round < 2; ++round) {
    Cache cache(settings_);
    for (int i = 0; i < kernels; i += 1 + round * 7) {
      ASSERT_TRUE(right(cache.build(request(i)), i)) << i;
    }
    EXPECT_GT(count(cache, Stat::corrupt), 0U) << "no two kernels met";
  }
}

TEST_F(Fault, N32AnotherProcessorIsAMissAndANamedArchitectureIsShared) {
  const auto built = [&](const char* cpu, std::vector<std::string> flags = {"-O1"}) {
    const Variable feigned("NUMETA_TEST_CPU", cpu);
    Cache cache(settings_);
    const Loaded loaded = cache.build(request(1, std::move(flags)));
    EXPECT_TRUE(right(loaded, 1));
    return loaded.hit;
  };
  EXPECT_FALSE(built("all features"));
  EXPECT_TRUE(built("all features"));
  EXPECT_FALSE(built("one removed"));
  EXPECT_FALSE(built("one added"));
  EXPECT_TRUE(built("one removed"));
  settings_.march = "x86-64-v3";
#if !defined(__x86_64__)
  GTEST_SKIP() << "x86-64-v3 names no architecture of this processor";
#endif
  EXPECT_FALSE(built("all features"));
  EXPECT_TRUE(built("one removed"));
  // Asked for by a flag, the native processor is part of the key whatever NUMETA_MARCH says.
  settings_.fflags = "-mtune=generic -march=native";
  EXPECT_FALSE(built("all features"));
  EXPECT_FALSE(built("one removed"));
  settings_.fflags.clear();
  EXPECT_FALSE(built("all features", {"-O1", "-march=native"}));
  EXPECT_FALSE(built("one removed", {"-O1", "-march=native"}));
}

TEST_F(Fault, N34EntriesOfAnotherReleaseStayBesideOurs) {
  // The format is part of the key, so another release's entry has another name: feigned by its
  // file.
  const std::string ours = Cache(settings_).build(request(1)).path;
  const std::string name = ours.substr(0, ours.size() - 35) + std::string(32, 'a') + ".so";
  const std::string theirs = *read_regular(ours) + "theirs";
  ASSERT_EQ(write_new(name, theirs, 0600, false), 0);
  Cache again(settings_);
  EXPECT_TRUE(again.build(request(1)).hit);
  EXPECT_FALSE(again.build(request(2)).hit);
  EXPECT_EQ(read_regular(name), theirs);
}

TEST_F(Fault, N36AnyTrailerIsRefusedOrRead) {
  // Seeded mutations of a sound entry with the checksum made right again, so that the parsers
  // behind it are reached; trailer_fuzz.cpp does the same under a coverage-guided fuzzer.
  std::mt19937_64 random(36);
  Fields info;
  info.add("label", "kernel");
  info.add_list("flags", std::vector<std::string>{"-O3", "-march=native"});
  const std::string sound = encode_entry("\177ELF and more", std::string(40, 'm'), info);
  const size_t runs = all_of_them() ? 10'000'000 : 200'000;
  for (size_t run = 0; run < runs; ++run) {
    std::string bytes = sound;
    for (size_t i = 1 + random() % 4; i > 0; --i) {
      const size_t at = random() % bytes.size();
      switch (random() % 4) {
        case 0: bytes[at] = static_cast<char>(random()); break;
        case 1: bytes.resize(at + 1); break;
        case 2: bytes.insert(at, 1 + random() % 9, static_cast<char>(random())); break;
        case 3: bytes[at] = static_cast<char>(random() % 2 == 0 ? 0 : 0xff); break;
      }
    }
    if (bytes.size() > kDigestSize && random() % 8 != 0) {
      bytes.resize(bytes.size() - kDigestSize);
      bytes += digest_bytes(bytes);
    }
    Entry entry;
    if (decode_entry(bytes, entry) != Defect::kNone) continue;
    ASSERT_LE(entry.elf.size() + entry.material.size(), bytes.size());
    size_t held = 0;
    for (const auto& [name, value] : entry.info.rows()) held += name.size() + value.size();
    ASSERT_LE(held, bytes.size());
    const auto material = Fields::decode(entry.material);
    ASSERT_LE(material ? material->encode().size() : 0, bytes.size());
  }
}

TEST_F(Fault, N45ManyKernelsInOneProcess) {
  // One object under many names, as the store would hold many kernels; all are loaded and stay so.
  Cache first(settings_);
  const Loaded one = first.build(request(1));
  const std::string bytes = *read_regular(one.path);
  Entry entry;
  ASSERT_EQ(decode_entry(bytes, entry), Defect::kNone);
  Store store(settings_.dir, Store::Use::kOwn, {});
  const size_t kernels = all_of_them() ? 10'000 : 500;
  const auto descriptors = [] {
    return Store("/proc/self/fd", Store::Use::kOwn, {}).list_folder("").size();
  };
  const size_t before = descriptors();
  for (size_t i = 0; i < kernels; ++i) {
    const std::string key = fmt::format("{:02x}{:030x}", i % 256, i);
    ASSERT_TRUE(store.publish(key, entry.elf));
    ASSERT_TRUE(claim_path(store.entry_path(key)));
    const LoadResult loaded = load_symbol(store.entry_path(key), "numeta_stub");
    ASSERT_NE(loaded.address, nullptr) << i << ": " << loaded.error;
    Loaded as_loaded;
    as_loaded.address = loaded.address;
    ASSERT_TRUE(right(as_loaded, 1)) << i;
  }
  EXPECT_EQ(descriptors(), before);
}

}  // namespace
}  // namespace numeta::jit_cache
