// The extension module numeta._call: kernels and their specialisations.
//
// Process-wide are only NumPy's function table, the dict watcher's id and registry, and the count
// of open debug switches.

#define NUMETA_CALL_FILLS_NUMPY
#include "call_numpy.hpp"

#include "call_array.hpp"
#include "call_constant.hpp"
#include "call_guard.hpp"
#include "call_kernel.hpp"
#include "call_scalar.hpp"
#include "call_specialisation.hpp"
#include "call_threads.hpp"
#include "call_watch.hpp"

namespace numeta::call {

namespace {

PyObject* set_debug(PyObject*, PyObject* change) {
  const long step = PyLong_AsLong(change);
  if (step == -1 && PyErr_Occurred() != nullptr) return nullptr;
  if (step < -1 || step > 1 || g_debug_depth + step < 0) {
    PyErr_SetString(PyExc_ValueError, "set_debug takes 1 to open, -1 to close what was opened");
    return nullptr;
  }
  g_debug_depth += static_cast<int>(step);
  return PyLong_FromLong(g_debug_depth);
}

PyObject* layout(PyObject*, PyObject* array) {
  if (!PyArray_Check(array)) {
    PyErr_SetString(PyExc_TypeError, "layout takes an array");
    return nullptr;
  }
  switch (layout_of(reinterpret_cast<PyArrayObject*>(array))) {
    case Layout::c: return PyUnicode_FromString("C");
    case Layout::f: return PyUnicode_FromString("F");
    case Layout::strided: return PyUnicode_FromString("S");
    case Layout::refused: break;
  }
  Py_RETURN_NONE;
}

PyObject* same(PyObject*, PyObject* const* args, Py_ssize_t count) {
  if (count != 2) {
    PyErr_SetString(PyExc_TypeError, "same_constant takes two objects");
    return nullptr;
  }
  return PyBool_FromLong(same_constant(args[0], args[1]) ? 1 : 0);
}

PyObject* convert(PyObject*, PyObject* args) {
  PyObject* value = nullptr;
  int typenum = 0;
  int weak = 0;
  if (PyArg_ParseTuple(args, "Oip:convert_scalar", &value, &typenum, &weak) == 0) return nullptr;
  std::int64_t words[2] = {0, 0};
  const int canonical = canonical_typenum(typenum);
  if (!fill_scalar(canonical, value, words)) return Py_NewRef(Py_NotImplemented);
  return read_scalar(canonical, weak != 0, words);
}

PyObject* set_threads(PyObject*, PyObject* value) {
  const long number = PyLong_AsLong(value);
  if (number == -1 && PyErr_Occurred() != nullptr) return nullptr;
  if (number < 0 || number > INT32_MAX) {
    PyErr_SetString(PyExc_ValueError, "a number of threads is not negative");
    return nullptr;
  }
  set_threads_of_loops(number);
  Py_RETURN_NONE;
}

PyObject* threads(PyObject*, PyObject*) { return PyLong_FromLongLong(threads_now()); }

PyMethodDef functions[] = {
    {"set_num_threads", set_threads, METH_O,
     "How many threads parallel loops use; 0: as many as OpenMP would."},
    {"num_threads", threads, METH_NOARGS,
     "How many threads the next parallel loop of this Python thread uses."},
    {"set_debug", set_debug, METH_O,
     "Open (1) or close (-1) a debug switch; returns how many are open."},
    {"layout", layout, METH_O, "'C', 'F', 'S', or None for an array that cannot be passed."},
    {"same_constant", reinterpret_cast<PyCFunction>(reinterpret_cast<void (*)()>(same)),
     METH_FASTCALL, "Whether two compile-time values are the same by type and bits."},
    {"convert_scalar", convert, METH_VARARGS,
     "(value, typenum, weak): the value as a kernel receives it, or NotImplemented."},
    {nullptr, nullptr, 0, nullptr}};

PyModuleDef definition = {PyModuleDef_HEAD_INIT,
                          "_call",
                          "Kernels and their specialisations: the way of a call.",
                          -1,
                          functions,
                          nullptr,
                          nullptr,
                          nullptr,
                          nullptr};

PyObject* make_module() {
  if (!ready_specialisation_type() || !ready_kernel_type()) return nullptr;
  g_missing = PyObject_CallNoArgs(reinterpret_cast<PyObject*>(&PyBaseObject_Type));
  if (g_missing == nullptr) return nullptr;
  claim_dict_watcher();
  watch_forks();
  auto module = Reference::steal(PyModule_Create(&definition));
  if (!module ||
      PyModule_AddObjectRef(module.get(), "Kernel", reinterpret_cast<PyObject*>(&KernelType)) < 0 ||
      PyModule_AddObjectRef(module.get(), "Specialisation",
                            reinterpret_cast<PyObject*>(&SpecialisationType)) < 0 ||
      PyModule_AddObjectRef(module.get(), "MISSING", g_missing) < 0 ||
      PyModule_AddObjectRef(module.get(), "watches_dicts",
                            has_dict_watcher() ? Py_True : Py_False) < 0) {
    return nullptr;
  }
  return module.release();
}

}  // namespace

}  // namespace numeta::call

PyMODINIT_FUNC PyInit__call() {
  import_array();
  return numeta::call::make_module();
}
