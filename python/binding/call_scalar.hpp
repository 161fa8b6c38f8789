// Run-time scalar arguments: Python and NumPy numbers into the words of a frame.
//
// A number is taken only where nothing can be lost, going bool -> int -> float -> complex:
// a Python int must fit the integer type; into a float it goes as float(int) does; a Python float
// into a narrower one is rounded as NumPy does, but a finite number never becomes infinite; a NumPy
// scalar is taken where its dtype casts safely. Everything else does not match (and raises nothing:
// saying what is wrong is the slow path's work).
#pragma once

#include <cstdint>

#include "call_numpy.hpp"

namespace numeta::call {

// True for the dtypes that a scalar parameter or result can have.
bool is_scalar_typenum(int typenum);

// A complex takes two words, everything else one; the value stands at the start of its words.
constexpr int scalar_words(int typenum) {
  return typenum == NPY_CFLOAT || typenum == NPY_CDOUBLE ? 2 : 1;
}

bool fill_scalar(int typenum, PyObject* value, std::int64_t* words);

// The value in the words as a Python number (weak) or a NumPy scalar; a new reference.
PyObject* read_scalar(int typenum, bool weak, const std::int64_t* words);

}  // namespace numeta::call
