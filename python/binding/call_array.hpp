// Array arguments: which specialisation they fit and the words they take in a frame.
//
// An array has exactly one layout: C if C-contiguous (so 0-d, 1-d contiguous, empty and
// one-element arrays are C even where NumPy also calls them F), else F, else strided if its strides
// are multiples of the item size, else refused. Big-endian and misaligned arrays are refused.
// A strided array is described from its lowest address, with element strides, and the element
// offset of its first element; the stride of an axis of length 1 is written as 0.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "call_numpy.hpp"

namespace numeta::call {

enum class Layout : std::uint8_t { c, f, strided, refused };

// What an array must be to be passed to one dummy argument.
struct ArrayRule {
  int ndim = 0;
  int flags_read = 0;    // the array flags looked at ...
  int flags_wanted = 0;  // ... and what they must be
  Layout layout = Layout::c;
  bool any_shape = true;  // there is no fixed shape
  bool written = false;
  int typenum = -1;
  int item_shift = 0;                     // log2 of the item size
  const PyArray_Descr* native = nullptr;  // the dtype singleton, which NumPy never frees
  std::vector<npy_intp> fixed_shape;      // one entry per axis; negative: see fits_length
};

// May an axis be so long? `wanted`: -1 any length, -2 any but 1, -3 - n from n on.
constexpr bool fits_length(npy_intp length, npy_intp wanted) {
  if (wanted >= 0) return length == wanted;
  if (wanted == -2) return length != 1;
  return length >= -3 - wanted;
}

// `long long` and `long` are the same type here and NumPy has two numbers for it.
constexpr int canonical_typenum(int typenum) {
  if (typenum == NPY_LONGLONG) return NPY_INT64;
  if (typenum == NPY_ULONGLONG) return NPY_UINT64;
  return typenum;
}

// Fills `rule`; false with a Python exception for a dtype or layout that cannot be passed.
bool make_array_rule(ArrayRule& rule, int typenum, int ndim, std::string_view layout, bool written);

Layout layout_of(PyArrayObject* array);

constexpr int array_words(const ArrayRule& rule) {
  return rule.layout == Layout::strided ? 2 + 2 * rule.ndim : 1 + rule.ndim;
}

// Writes a strided array's words; false if a stride is no multiple of the item size.
bool fill_strided(const ArrayRule& rule, PyArrayObject* array, std::int64_t* words);

bool fits_fixed_shape(const ArrayRule& rule, PyArrayObject* array);

// Matches `object` and writes its words; false, with nothing raised, if it does not fit.
inline bool fill_array(const ArrayRule& rule, PyObject* object, std::int64_t* words) {
  if (Py_TYPE(object) != &PyArray_Type) return false;
  auto* array = reinterpret_cast<PyArrayObject*>(object);
  if (PyArray_NDIM(array) != rule.ndim) return false;
  if ((PyArray_FLAGS(array) & rule.flags_read) != rule.flags_wanted) return false;
  const PyArray_Descr* descr = PyArray_DESCR(array);
  if (descr != rule.native &&
      (canonical_typenum(descr->type_num) != rule.typenum || !PyArray_ISNBO(descr->byteorder))) {
    return false;
  }
  if (!rule.any_shape && !fits_fixed_shape(rule, array)) return false;
  if (rule.layout == Layout::strided) return fill_strided(rule, array, words);
  words[0] = reinterpret_cast<std::int64_t>(PyArray_BYTES(array));
  const npy_intp* shape = PyArray_DIMS(array);
  if (rule.ndim > 0) words[1] = shape[0];  // most arrays have one axis
  for (int axis = 1; axis < rule.ndim; ++axis) words[1 + axis] = shape[axis];
  return true;
}

}  // namespace numeta::call
