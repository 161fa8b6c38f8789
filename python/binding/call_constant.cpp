// Sameness and hash of compile-time values. See call_constant.hpp.

#include "call_constant.hpp"

#include <bit>
#include <cstring>

namespace numeta::call {

namespace {

// The bits of a NumPy number: up to a complex128. Longer ones have padding and are not compared.
struct ScalarBits {
  std::uint64_t words[2] = {0, 0};
  bool known = false;
};

ScalarBits scalar_bits(PyObject* value) {
  ScalarBits bits;
  if (!PyArray_IsScalar(value, Number) && !PyArray_IsScalar(value, Bool)) return bits;
  PyArray_Descr* descr = PyArray_DescrFromScalar(value);
  if (descr == nullptr) {
    PyErr_Clear();
    return bits;
  }
  const int typenum = descr->type_num;
  const bool plain = (PyTypeNum_ISNUMBER(typenum) || PyTypeNum_ISBOOL(typenum)) &&
                     typenum != NPY_LONGDOUBLE && typenum != NPY_CLONGDOUBLE;
  Py_DECREF(descr);
  if (!plain) return bits;
  PyArray_ScalarAsCtype(value, bits.words);
  bits.known = true;
  return bits;
}

std::uint64_t address_of(const void* pointer) {
  return static_cast<std::uint64_t>(reinterpret_cast<std::uintptr_t>(pointer));
}

bool same_bits(double a, double b) {
  return std::bit_cast<std::uint64_t>(a) == std::bit_cast<std::uint64_t>(b);
}

bool same_tuple(PyObject* a, PyObject* b) {
  const Py_ssize_t size = PyTuple_GET_SIZE(a);
  if (size != PyTuple_GET_SIZE(b)) return false;
  for (Py_ssize_t k = 0; k < size; ++k) {
    if (!same_constant(PyTuple_GET_ITEM(a, k), PyTuple_GET_ITEM(b, k))) return false;
  }
  return true;
}

}  // namespace

bool same_constant(PyObject* a, PyObject* b) {
  if (a == b) return true;
  PyTypeObject* type = Py_TYPE(a);
  if (type != Py_TYPE(b)) return false;
  if (type == &PyLong_Type || type == &PyUnicode_Type || type == &PyBytes_Type) {
    return PyObject_RichCompareBool(a, b, Py_EQ) == 1;  // exact builtin types: cannot fail
  }
  if (type == &PyFloat_Type) return same_bits(PyFloat_AS_DOUBLE(a), PyFloat_AS_DOUBLE(b));
  if (type == &PyComplex_Type) {
    const Py_complex x = PyComplex_AsCComplex(a);
    const Py_complex y = PyComplex_AsCComplex(b);
    return same_bits(x.real, y.real) && same_bits(x.imag, y.imag);
  }
  if (type == &PyTuple_Type) return same_tuple(a, b);
  const ScalarBits x = scalar_bits(a);
  if (!x.known) return false;
  const ScalarBits y = scalar_bits(b);
  return y.known && std::memcmp(x.words, y.words, sizeof x.words) == 0;
}

std::uint64_t hash_constant(PyObject* value) {
  PyTypeObject* type = Py_TYPE(value);
  const std::uint64_t seed = address_of(type);
  if (type == &PyLong_Type || type == &PyUnicode_Type || type == &PyBytes_Type) {
    return mix(seed, static_cast<std::uint64_t>(PyObject_Hash(value)));
  }
  if (type == &PyFloat_Type) {
    return mix(seed, std::bit_cast<std::uint64_t>(PyFloat_AS_DOUBLE(value)));
  }
  if (type == &PyComplex_Type) {
    const Py_complex x = PyComplex_AsCComplex(value);
    return mix(mix(seed, std::bit_cast<std::uint64_t>(x.real)),
               std::bit_cast<std::uint64_t>(x.imag));
  }
  if (type == &PyTuple_Type) {
    std::uint64_t hash = seed;
    for (Py_ssize_t k = 0; k < PyTuple_GET_SIZE(value); ++k) {
      hash = mix(hash, hash_constant(PyTuple_GET_ITEM(value, k)));
    }
    return hash;
  }
  const ScalarBits bits = scalar_bits(value);
  if (bits.known) return mix(mix(seed, bits.words[0]), bits.words[1]);
  return mix(seed, address_of(value));
}

}  // namespace numeta::call
