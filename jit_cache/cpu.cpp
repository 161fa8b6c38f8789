// CPUID leaves on x86 (Intel SDM vol. 2A, CPUID), the kernel's hardware capabilities elsewhere.
//
// Read once per process: under a hypervisor each CPUID costs tens of microseconds.
#include "jit_cache/cpu.hpp"

#include <sys/auxv.h>

#include <cstdlib>

#if defined(__x86_64__) || defined(__i386__)
#include <cpuid.h>
#endif

#include <fmt/format.h>

namespace numeta::jit_cache {
namespace {

std::string read_features() {
#if defined(__x86_64__) || defined(__i386__)
  unsigned a = 0, b = 0, c = 0, d = 0;
  std::string text = "x86";
  __cpuid(1, a, b, c, d);
  // Family, model and stepping; features without the bits that say whether XSAVE is switched on.
  text += fmt::format(":{:x}:{:x}:{:x}", a, c, d);
  if ((c & (1U << 27)) != 0) {
    unsigned low = 0, high = 0;
    __asm__("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    text += fmt::format(":{:x}", low);
  }
  if (__get_cpuid_count(7, 0, &a, &b, &c, &d) != 0) text += fmt::format(":{:x}:{:x}:{:x}", b, c, d);
  if (__get_cpuid_count(7, 1, &a, &b, &c, &d) != 0) text += fmt::format(":{:x}:{:x}", a, d);
  if (__get_cpuid(0x80000001U, &a, &b, &c, &d) != 0) text += fmt::format(":{:x}:{:x}", c, d);
  return text;
#else
  return fmt::format("hwcap:{:x}:{:x}", getauxval(AT_HWCAP), getauxval(AT_HWCAP2));
#endif
}

}  // namespace

std::string cpu_features() {
#ifdef NUMETA_TEST_HOOKS
  if (const char* feigned = std::getenv("NUMETA_TEST_CPU")) return feigned;
#endif
  static const std::string features = read_features();
  return features;
}

}  // namespace numeta::jit_cache
