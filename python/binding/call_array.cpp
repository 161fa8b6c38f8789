// Array arguments: layouts and the frame words of strided arrays. See call_array.hpp.

#include "call_array.hpp"

#include <bit>

namespace numeta::call {

namespace {

constexpr int kContiguity = NPY_ARRAY_C_CONTIGUOUS | NPY_ARRAY_F_CONTIGUOUS;

bool parse_layout(std::string_view text, Layout& layout) {
  if (text == "C") {
    layout = Layout::c;
  } else if (text == "F") {
    layout = Layout::f;
  } else if (text == "S") {
    layout = Layout::strided;
  } else {
    PyErr_SetString(PyExc_ValueError, "an array's layout is 'C', 'F' or 'S'");
    return false;
  }
  return true;
}

}  // namespace

bool make_array_rule(ArrayRule& rule, int typenum, int ndim, std::string_view layout,
                     bool written) {
  if (!parse_layout(layout, rule.layout)) return false;
  if (ndim < 0 || ndim > NPY_MAXDIMS) {
    PyErr_SetString(PyExc_ValueError, "an array's rank is between 0 and 64");
    return false;
  }
  if (!PyTypeNum_ISNUMBER(typenum) && !PyTypeNum_ISBOOL(typenum)) {
    PyErr_SetString(PyExc_ValueError, "only boolean and number arrays can be passed");
    return false;
  }
  rule.typenum = canonical_typenum(typenum);
  PyArray_Descr* native = PyArray_DescrFromType(rule.typenum);
  if (native == nullptr) return false;
  rule.native = native;
  rule.item_shift = std::countr_zero(static_cast<std::uint64_t>(PyDataType_ELSIZE(native)));
  Py_DECREF(native);  // builtin dtypes live as long as NumPy
  rule.ndim = ndim;
  rule.written = written;
  rule.flags_wanted = NPY_ARRAY_ALIGNED | (written ? NPY_ARRAY_WRITEABLE : 0);
  rule.flags_read = rule.flags_wanted | NPY_ARRAY_C_CONTIGUOUS;
  switch (rule.layout) {
    case Layout::c: rule.flags_wanted |= NPY_ARRAY_C_CONTIGUOUS; break;
    case Layout::f:
      rule.flags_read |= kContiguity;
      rule.flags_wanted |= NPY_ARRAY_F_CONTIGUOUS;
      break;
    case Layout::strided:
    case Layout::refused: rule.flags_read |= kContiguity; break;
  }
  return true;
}

Layout layout_of(PyArrayObject* array) {
  if (!PyArray_ISALIGNED(array) || !PyArray_ISNBO(PyArray_DESCR(array)->byteorder)) {
    return Layout::refused;
  }
  if (PyArray_IS_C_CONTIGUOUS(array)) return Layout::c;
  if (PyArray_IS_F_CONTIGUOUS(array)) return Layout::f;
  const npy_intp item = PyArray_ITEMSIZE(array);
  for (int axis = 0; axis < PyArray_NDIM(array); ++axis) {
    if (PyArray_DIM(array, axis) != 1 && PyArray_STRIDE(array, axis) % item != 0) {
      return Layout::refused;
    }
  }
  return Layout::strided;
}

bool fits_fixed_shape(const ArrayRule& rule, PyArrayObject* array) {
  const npy_intp* shape = PyArray_DIMS(array);
  for (int axis = 0; axis < rule.ndim; ++axis) {
    const npy_intp wanted = rule.fixed_shape[static_cast<std::size_t>(axis)];
    if (!fits_length(shape[axis], wanted)) return false;
  }
  return true;
}

bool fill_strided(const ArrayRule& rule, PyArrayObject* array, std::int64_t* words) {
  const npy_intp* shape = PyArray_DIMS(array);
  const npy_intp* strides = PyArray_STRIDES(array);
  const npy_intp misfit = (npy_intp{1} << rule.item_shift) - 1;
  const char* low = PyArray_BYTES(array);
  std::int64_t offset = 0;
  for (int axis = 0; axis < rule.ndim; ++axis) {
    npy_intp stride = 0;
    if (shape[axis] != 1) {
      if ((strides[axis] & misfit) != 0) return false;
      stride = strides[axis] >> rule.item_shift;
    }
    if (stride < 0) {
      low += (shape[axis] - 1) * strides[axis];
      offset -= (shape[axis] - 1) * stride;
    }
    words[1 + axis] = shape[axis];
    words[1 + rule.ndim + axis] = stride;
  }
  words[0] = reinterpret_cast<std::int64_t>(low);
  words[1 + 2 * rule.ndim] = offset;
  return true;
}

}  // namespace numeta::call
