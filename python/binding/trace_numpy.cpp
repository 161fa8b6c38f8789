// trace_numpy.cpp - the only place of this module that includes NumPy's headers: NumPy scalars as
// constants, and dtype objects.
#include "python/binding/trace_values.hpp"

#define NPY_NO_DEPRECATED_API NPY_2_0_API_VERSION
#include <numpy/arrayobject.h>
#include <numpy/arrayscalars.h>

#include <cstring>

namespace numeta::binding {
namespace {

const core::DTypeRow* row_of_number(int number) {
  if (number == NPY_LONGLONG) number = NPY_LONG;
  if (number == NPY_ULONGLONG) number = NPY_ULONG;
  for (const core::DTypeRow& entry : core::kDTypes) {
    if (entry.numpy_number == number) return &entry;
  }
  return nullptr;
}

template <class T>
T read(const unsigned char* bytes) {
  T value;
  std::memcpy(&value, bytes, sizeof value);
  return value;
}

std::uint64_t extended(const core::DTypeRow& entry, const unsigned char* bytes) {
  const bool is_signed = entry.kind == core::Kind::Int;
  const auto widen = [&](auto value) {
    return is_signed ? static_cast<std::uint64_t>(static_cast<std::int64_t>(value))
                     : static_cast<std::uint64_t>(
                           static_cast<std::make_unsigned_t<decltype(value)>>(value));
  };
  switch (entry.bits) {
    case 8: return widen(read<std::int8_t>(bytes));
    case 16: return widen(read<std::int16_t>(bytes));
    case 32: return widen(read<std::int32_t>(bytes));
    default: return read<std::uint64_t>(bytes);
  }
}

}  // namespace

int import_numpy() {
  import_array1(-1);
  return 0;
}

PyObject* python_type(core::DType type, bool weak) {
  if (!weak) return PyArray_TypeObjectFromType(core::row(type).numpy_number);
  PyTypeObject* found = &PyFloat_Type;
  switch (core::row(type).kind) {
    case core::Kind::Bool: found = &PyBool_Type; break;
    case core::Kind::Int:
    case core::Kind::Uint: found = &PyLong_Type; break;
    case core::Kind::Float: break;
    case core::Kind::Complex: found = &PyComplex_Type; break;
  }
  Py_INCREF(found);
  return reinterpret_cast<PyObject*>(found);
}

PyObject* array_python_type() {
  Py_INCREF(&PyArray_Type);
  return reinterpret_cast<PyObject*>(&PyArray_Type);
}

PyObject* numpy_dtype(core::DType type) {
  return reinterpret_cast<PyObject*>(PyArray_DescrFromType(core::row(type).numpy_number));
}

core::NodeId node_of_numpy(TraceState* state, PyObject* value) {
  if (!PyArray_IsScalar(value, Generic)) return core::kNone;
  PyArray_Descr* descr = PyArray_DescrFromScalar(value);
  if (descr == nullptr) {
    PyErr_Clear();
    return core::kNone;
  }
  const core::DTypeRow* entry = row_of_number(descr->type_num);
  Py_DECREF(descr);
  if (entry == nullptr) return core::kNone;
  alignas(16) unsigned char bytes[16] = {};
  PyArray_ScalarAsCtype(value, bytes);
  core::Literal literal;
  if (core::is_complex(entry->id)) {
    const bool single = entry->bits == 64;
    literal.bits[0] = single ? read<std::uint32_t>(bytes) : read<std::uint64_t>(bytes);
    literal.bits[1] = single ? read<std::uint32_t>(bytes + 4) : read<std::uint64_t>(bytes + 8);
  } else {
    literal.bits[0] = extended(*entry, bytes);
  }
  return state->graph.constant(entry->id, false, literal);
}

}  // namespace numeta::binding
