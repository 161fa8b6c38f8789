// Compile-time values: when two are the same, and a hash that agrees with it.
//
// The same means: one object; or of the same exact type among None, bool, int, float, complex, str,
// bytes and the NumPy scalars with equal value and equal bits (0.0 and -0.0 differ, NaNs are told
// apart by their bits, 1 and True and 1.0 differ); or tuples of such, item by item. Anything else
// is compared by identity alone. No Python code runs, nothing is raised.
#pragma once

#include <cstdint>

#include "call_numpy.hpp"

namespace numeta::call {

bool same_constant(PyObject* a, PyObject* b);

// Equal for the same constants; objects compared by identity hash by their address.
std::uint64_t hash_constant(PyObject* value);

constexpr std::uint64_t mix(std::uint64_t seed, std::uint64_t value) {
  std::uint64_t x = (seed ^ value) * 0x9E3779B97F4A7C15ULL;
  x ^= x >> 32;
  x *= 0xD6E8FEB86659FD93ULL;
  return x ^ (x >> 29);
}

}  // namespace numeta::call
