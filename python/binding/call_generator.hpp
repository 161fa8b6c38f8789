// NumPy's random Generator as an argument: the kernel gets the state of its bit generator.
//
// A BitGenerator has a capsule that holds the address of a `bitgen_t` (NumPy's C API,
// numpy/random/bitgen.h): an address of state and four functions that advance it. To the kernel it
// is an array of so many 8-byte words, which procedures of NumPy's own library are given.
#pragma once

#include <cstdint>

#include "call_numpy.hpp"

namespace numeta::call {

constexpr std::int64_t kBitgenWords = 5;

// Matches `object`, which has to be of that type, and writes the words of an array of one axis;
// false, with nothing raised, if it does not fit.
bool fill_generator(PyObject* type, PyObject* object, std::int64_t* words);

}  // namespace numeta::call
