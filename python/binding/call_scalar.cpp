// Scalars into frames and out of them. See call_scalar.hpp.

#include "call_scalar.hpp"

#include "call_array.hpp"

#include <array>
#include <cmath>
#include <cstring>
#include <limits>
#include <type_traits>

namespace numeta::call {

namespace {

// A number on its way into a frame: an integer of either sign, or a real, or a complex.
struct Number {
  enum class Kind : std::uint8_t { boolean, integer, real, complex } kind = Kind::boolean;
  bool negative = false;   // integers: bits hold a negative int64
  bool beyond = false;     // integers: no 64-bit type holds it, only `real` is right
  std::uint64_t bits = 0;  // integers and booleans
  double real = 0;         // all kinds
  double imaginary = 0;
};

bool read_python_int(PyObject* value, Number& number) {
  number.kind = Number::Kind::integer;
  int overflow = 0;
  const long long small = PyLong_AsLongLongAndOverflow(value, &overflow);
  if (overflow == 0) {
    number.bits = static_cast<std::uint64_t>(small);
    number.negative = small < 0;
    number.real = static_cast<double>(small);
    return true;
  }
  number.real = PyLong_AsDouble(value);
  if (PyErr_Occurred() != nullptr) {
    PyErr_Clear();
    return false;
  }
  number.bits = overflow > 0 ? PyLong_AsUnsignedLongLong(value) : 0;
  number.beyond = overflow < 0 || PyErr_Occurred() != nullptr;
  PyErr_Clear();
  return true;
}

bool read_numpy_scalar(PyObject* value, int target, Number& number) {
  PyArray_Descr* descr = PyArray_DescrFromScalar(value);
  if (descr == nullptr) {
    PyErr_Clear();
    return false;
  }
  const int source = descr->type_num;
  Py_DECREF(descr);
  if (!is_scalar_typenum(canonical_typenum(source)) && source != NPY_HALF) return false;
  if (PyArray_CanCastSafely(source, target) == 0) return false;
  if (source == NPY_BOOL) {
    number.bits = value == PyArrayScalar_True ? 1 : 0;
    number.real = static_cast<double>(number.bits);
    return true;
  }
  if (PyTypeNum_ISINTEGER(source)) {
    PyObject* index = PyNumber_Index(value);
    const bool known = index != nullptr && read_python_int(index, number);
    Py_XDECREF(index);
    PyErr_Clear();
    return known;
  }
  number.kind = PyTypeNum_ISCOMPLEX(source) ? Number::Kind::complex : Number::Kind::real;
  const Py_complex parts = PyComplex_AsCComplex(value);
  number.real = parts.real;
  number.imaginary = parts.imag;
  const bool known = PyErr_Occurred() == nullptr;
  PyErr_Clear();
  return known;
}

bool read_number(PyObject* value, int target, Number& number) {
  if (PyFloat_CheckExact(value)) {
    number.kind = Number::Kind::real;
    number.real = PyFloat_AS_DOUBLE(value);
    return true;
  }
  if (PyBool_Check(value)) {
    number.bits = value == Py_True ? 1 : 0;
    number.real = static_cast<double>(number.bits);
    return true;
  }
  if (PyLong_Check(value)) return read_python_int(value, number);
  if (PyArray_IsScalar(value, Generic)) return read_numpy_scalar(value, target, number);
  if (PyFloat_Check(value)) {
    number.kind = Number::Kind::real;
    number.real = PyFloat_AS_DOUBLE(value);
    return true;
  }
  if (!PyComplex_Check(value)) return false;
  const Py_complex parts = PyComplex_AsCComplex(value);
  number.kind = Number::Kind::complex;
  number.real = parts.real;
  number.imaginary = parts.imag;
  return PyErr_Occurred() == nullptr;
}

template <typename T>
bool store_integer(const Number& number, std::int64_t* words) {
  if (number.kind > Number::Kind::integer || number.beyond) return false;
  using Limits = std::numeric_limits<T>;
  if (number.negative) {
    if constexpr (std::is_unsigned_v<T>) return false;
    if (static_cast<std::int64_t>(number.bits) < static_cast<std::int64_t>(Limits::min())) {
      return false;
    }
  } else if (number.bits > static_cast<std::uint64_t>(Limits::max())) {
    return false;
  }
  const T value = static_cast<T>(number.bits);
  std::memcpy(words, &value, sizeof value);
  return true;
}

template <typename T>
bool store_part(double part, T* place) {
  const T value = static_cast<T>(part);
  if (std::isinf(value) && !std::isinf(part)) return false;
  std::memcpy(place, &value, sizeof value);
  return true;
}

template <typename T>
bool store_real(const Number& number, std::int64_t* words) {
  if (number.kind > Number::Kind::real) return false;
  return store_part(number.real, reinterpret_cast<T*>(words));
}

template <typename T>
bool store_complex(const Number& number, std::int64_t* words) {
  T* parts = reinterpret_cast<T*>(words);
  return store_part(number.real, parts) && store_part(number.imaginary, parts + 1);
}

template <typename T>
T load(const std::int64_t* words) {
  T value;
  std::memcpy(&value, words, sizeof value);
  return value;
}

PyObject* read_weak(int typenum, const std::int64_t* words) {
  switch (typenum) {
    case NPY_BOOL: return PyBool_FromLong(load<std::int8_t>(words));
    case NPY_INT8: return PyLong_FromLong(load<std::int8_t>(words));
    case NPY_INT16: return PyLong_FromLong(load<std::int16_t>(words));
    case NPY_INT32: return PyLong_FromLong(load<std::int32_t>(words));
    case NPY_INT64: return PyLong_FromLongLong(load<std::int64_t>(words));
    case NPY_UINT8: return PyLong_FromLong(load<std::uint8_t>(words));
    case NPY_UINT16: return PyLong_FromLong(load<std::uint16_t>(words));
    case NPY_UINT32: return PyLong_FromUnsignedLong(load<std::uint32_t>(words));
    case NPY_UINT64: return PyLong_FromUnsignedLongLong(load<std::uint64_t>(words));
    case NPY_FLOAT: return PyFloat_FromDouble(static_cast<double>(load<float>(words)));
    case NPY_DOUBLE: return PyFloat_FromDouble(load<double>(words));
    case NPY_CFLOAT: {
      const auto parts = load<std::array<float, 2>>(words);
      return PyComplex_FromDoubles(static_cast<double>(parts[0]), static_cast<double>(parts[1]));
    }
    case NPY_CDOUBLE: return PyComplex_FromDoubles(load<double>(words), load<double>(words + 1));
    default:
      PyErr_SetString(PyExc_SystemError, "numeta: a result has no Python number type");
      return nullptr;
  }
}

}  // namespace

bool is_scalar_typenum(int typenum) {
  switch (typenum) {
    case NPY_BOOL:
    case NPY_INT8:
    case NPY_INT16:
    case NPY_INT32:
    case NPY_INT64:
    case NPY_UINT8:
    case NPY_UINT16:
    case NPY_UINT32:
    case NPY_UINT64:
    case NPY_FLOAT:
    case NPY_DOUBLE:
    case NPY_CFLOAT:
    case NPY_CDOUBLE: return true;
    default: return false;
  }
}

bool fill_scalar(int typenum, PyObject* value, std::int64_t* words) {
  Number number;
  if (!read_number(value, typenum, number)) return false;
  switch (typenum) {
    case NPY_BOOL:
      return number.kind == Number::Kind::boolean && store_integer<std::uint8_t>(number, words);
    case NPY_INT8: return store_integer<std::int8_t>(number, words);
    case NPY_INT16: return store_integer<std::int16_t>(number, words);
    case NPY_INT32: return store_integer<std::int32_t>(number, words);
    case NPY_INT64: return store_integer<std::int64_t>(number, words);
    case NPY_UINT8: return store_integer<std::uint8_t>(number, words);
    case NPY_UINT16: return store_integer<std::uint16_t>(number, words);
    case NPY_UINT32: return store_integer<std::uint32_t>(number, words);
    case NPY_UINT64: return store_integer<std::uint64_t>(number, words);
    case NPY_FLOAT: return store_real<float>(number, words);
    case NPY_DOUBLE: return store_real<double>(number, words);
    case NPY_CFLOAT: return store_complex<float>(number, words);
    case NPY_CDOUBLE: return store_complex<double>(number, words);
    default: return false;
  }
}

PyObject* read_scalar(int typenum, bool weak, const std::int64_t* words) {
  if (weak) return read_weak(typenum, words);
  if (typenum == NPY_DOUBLE) {  // the commonest result, without the general constructor
    PyObject* scalar = PyArrayScalar_New(Double);
    if (scalar != nullptr) PyArrayScalar_ASSIGN(scalar, Double, load<double>(words));
    return scalar;
  }
  PyArray_Descr* descr = PyArray_DescrFromType(typenum);
  if (descr == nullptr) return nullptr;
  PyObject* scalar = PyArray_Scalar(const_cast<std::int64_t*>(words), descr, nullptr);
  Py_DECREF(descr);
  return scalar;
}

}  // namespace numeta::call
