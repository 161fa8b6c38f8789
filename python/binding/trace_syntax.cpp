// trace_syntax.cpp - makes nodes of Python's syntax: what `kind(*fields)` and four assignments of
// the place do, in a third of the time. Nothing here knows one kind of node from another.
#include "python/binding/trace_syntax.hpp"

#include <array>

namespace numeta::binding {
namespace {

/// The attributes that say where a node stands.
const std::array<PyObject*, 4>& place_names() {
  static const std::array<PyObject*, 4> names = {
      PyUnicode_InternFromString("lineno"), PyUnicode_InternFromString("col_offset"),
      PyUnicode_InternFromString("end_lineno"), PyUnicode_InternFromString("end_col_offset")};
  return names;
}

int set_fields(PyObject* space, PyObject* names, PyObject* const* values, Py_ssize_t count) {
  if (!PyTuple_Check(names) || count > PyTuple_GET_SIZE(names)) {
    PyErr_SetString(PyExc_TypeError, "such a node has fewer fields");
    return -1;
  }
  for (Py_ssize_t k = 0; k < count; ++k) {
    if (PyDict_SetItem(space, PyTuple_GET_ITEM(names, k), values[k]) < 0) return -1;
  }
  return 0;
}

int set_place(PyObject* space, PyObject* like) {
  for (PyObject* name : place_names()) {
    PyObject* value = PyObject_GetAttr(like, name);
    if (value == nullptr) return -1;
    const int failed = PyDict_SetItem(space, name, value);
    Py_DECREF(value);
    if (failed < 0) return -1;
  }
  return 0;
}

PyObject* placed(PyObject*, PyObject* const* args, Py_ssize_t count) {
  if (count < 2 || !PyType_Check(args[0])) {
    PyErr_SetString(PyExc_TypeError, "placed(kind, like, *fields)");
    return nullptr;
  }
  static PyObject* const nothing = PyTuple_New(0);
  auto* kind = reinterpret_cast<PyTypeObject*>(args[0]);
  static PyObject* const fields = PyUnicode_InternFromString("_fields");
  PyObject* names = PyObject_GetAttr(args[0], fields);
  if (names == nullptr) return nullptr;
  // No `__init__`: it would look for fields by name, and all of them are given.
  PyObject* node = kind->tp_new(kind, nothing, nullptr);
  PyObject* space = node == nullptr ? nullptr : PyObject_GenericGetDict(node, nullptr);
  if (space == nullptr || set_fields(space, names, args + 2, count - 2) < 0 ||
      set_place(space, args[1]) < 0) {
    Py_CLEAR(node);
  }
  Py_XDECREF(space);
  Py_DECREF(names);
  return node;
}

PyMethodDef functions[] = {
    {"placed", reinterpret_cast<PyCFunction>(reinterpret_cast<void (*)()>(placed)), METH_FASTCALL,
     "A node of a kind with these fields, at the place of another node."},
    {nullptr, nullptr, 0, nullptr},
};

}  // namespace

int add_syntax(PyObject* module) { return PyModule_AddFunctions(module, functions); }

}  // namespace numeta::binding
