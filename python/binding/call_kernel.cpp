// The Python type Kernel: vectorcall, method binding, attributes, garbage collection.
// See call_kernel.hpp.

#include "call_kernel.hpp"

#include <cstddef>

namespace numeta::call {

PyTypeObject KernelType = {PyVarObject_HEAD_INIT(nullptr, 0)};
int g_debug_depth = 0;

namespace {

Kernel& kernel_of(PyObject* object) { return *reinterpret_cast<Kernel*>(object); }

bool require_initialised(const Kernel& kernel) {
  if (kernel.function != nullptr) return true;
  PyErr_SetString(PyExc_RuntimeError, "this kernel was never given its function");
  return false;
}

// What slow() returned: a specialisation, and the values it is to run on.
struct Made {
  Reference specialisation;
  Reference values;  // tuple
};

bool read_made(Reference returned, Reference values, Made& made) {
  PyObject* object = returned.get();
  if (PyTuple_Check(object) && PyTuple_GET_SIZE(object) == 2 &&
      PyTuple_Check(PyTuple_GET_ITEM(object, 1))) {
    made.values = Reference::share(PyTuple_GET_ITEM(object, 1));
    made.specialisation = Reference::share(PyTuple_GET_ITEM(object, 0));
  } else {
    made.values = std::move(values);
    made.specialisation = std::move(returned);
  }
  if (is_specialisation(made.specialisation.get())) return true;
  PyErr_SetString(PyExc_TypeError, "slow returns a Specialisation or (Specialisation, bound)");
  return false;
}

// Lets Python make a specialisation and runs it. What it captured may change before it runs (other
// threads): then once more.
PyObject* run_slowly(PyObject* self, const Arguments& arguments) {
  const auto slow = Reference::share(kernel_of(self).slow);
  for (int attempt = 0; attempt < 2; ++attempt) {
    auto values = Reference::steal(tuple_of(arguments.values, arguments.count));
    if (!values) return nullptr;
    auto returned =
        Reference::steal(PyObject_CallFunctionObjArgs(slow.get(), self, values.get(), nullptr));
    if (!returned) return nullptr;
    Made made;
    if (!read_made(std::move(returned), std::move(values), made)) return nullptr;
    KeyMemo memo;
    Arguments chosen = arguments;
    chosen.values = &PyTuple_GET_ITEM(made.values.get(), 0);
    chosen.count = static_cast<std::size_t>(PyTuple_GET_SIZE(made.values.get()));
    chosen.memo = &memo;
    PyObject* result = nullptr;
    const Verdict verdict = run(made.specialisation.get(), chosen, result);
    if (verdict != Verdict::no) return result;
  }
  PyErr_Format(
      PyExc_RuntimeError,
      "%R: what it reads from outside changed while it was compiled, and again while it was "
      "compiled once more",
      self);
  return nullptr;
}

PyObject* dispatch(PyObject* self, PyObject* const* values, std::size_t count) {
  KeyMemo memo;
  const Arguments arguments{values, count, values, &memo};
  PyObject* result = nullptr;
  Dispatch& known = *kernel_of(self).dispatch;
  Verdict verdict = known.last() != nullptr ? run(known.last(), arguments, result) : Verdict::no;
  if (verdict == Verdict::no) [[unlikely]]
    verdict = known.run_another(arguments, result);
  if (verdict != Verdict::no) return result;
  return run_slowly(self, arguments);
}

// Asks debug_call; NotImplemented means that the call goes on as usual.
PyObject* ask_debug(PyObject* self, PyObject* const* args, std::size_t count, PyObject* names) {
  PyObject* ask = kernel_of(self).debug_call;
  if (ask == nullptr || ask == Py_None) return Py_NewRef(Py_NotImplemented);
  const auto positional = Reference::steal(tuple_of(args, count));
  const auto keywords = Reference::steal(PyDict_New());
  if (!positional || !keywords) return nullptr;
  for (Py_ssize_t k = 0; names != nullptr && k < PyTuple_GET_SIZE(names); ++k) {
    PyObject* value = args[count + static_cast<std::size_t>(k)];
    if (PyDict_SetItem(keywords.get(), PyTuple_GET_ITEM(names, k), value) < 0) return nullptr;
  }
  return PyObject_CallFunctionObjArgs(ask, self, positional.get(), keywords.get(), nullptr);
}

PyObject* call(PyObject* self, PyObject* const* args, std::size_t flagged_count, PyObject* names) {
  const Kernel& kernel = kernel_of(self);
  const auto count = static_cast<std::size_t>(PyVectorcall_NARGS(flagged_count));
  if (g_debug_depth != 0) [[unlikely]] {
    auto answer = Reference::steal(ask_debug(self, args, count, names));
    if (answer.get() != Py_NotImplemented) return answer.release();
  }
  if (kernel.binds_by_position && (names == nullptr || PyTuple_GET_SIZE(names) == 0) &&
      (count == kernel.positional || (count > kernel.positional && kernel.takes_rest))) [[likely]] {
    return dispatch(self, args, count);
  }
  if (!require_initialised(kernel)) return nullptr;
  Bound bound;
  if (!bound.bind(kernel, args, count, names)) return nullptr;
  return dispatch(self, bound.values(), bound.size());
}

// Until Python 3.12 a class made in Python does not inherit the flags for vectorcall and for
// calling a method without making a bound method; its tp_call and tp_descr_get say if it may.
void pass_flags_on(PyTypeObject* type) {
  unsigned long flags = 0;
  if (type->tp_call == PyVectorcall_Call) flags |= Py_TPFLAGS_HAVE_VECTORCALL;
  if (type->tp_descr_get == KernelType.tp_descr_get) flags |= Py_TPFLAGS_METHOD_DESCRIPTOR;
  if ((type->tp_flags & flags) == flags) return;
  type->tp_flags |= flags;
  PyType_Modified(type);
}

PyObject* allocate(PyTypeObject* type, PyObject*, PyObject*) {
  PyObject* self = type->tp_alloc(type, 0);
  if (self == nullptr) return nullptr;
  if (type != &KernelType) pass_flags_on(type);
  kernel_of(self).vectorcall = call;
  kernel_of(self).dispatch = new Dispatch;
  return self;
}

int initialise(PyObject* self, PyObject* args, PyObject* keywords) {
  static const char* names[] = {"func", "slow", "debug_call", nullptr};
  PyObject* function = nullptr;
  PyObject* slow = nullptr;
  PyObject* debug_call = Py_None;
  if (PyArg_ParseTupleAndKeywords(args, keywords, "O!O|O:Kernel", const_cast<char**>(names),
                                  &PyFunction_Type, &function, &slow, &debug_call) == 0) {
    return -1;
  }
  Kernel& kernel = kernel_of(self);
  kernel.dispatch->clear();
  Py_XSETREF(kernel.function, Py_NewRef(function));
  Py_XSETREF(kernel.slow, Py_NewRef(slow));
  Py_XSETREF(kernel.debug_call, Py_NewRef(debug_call));
  return read_parameters(kernel) ? 0 : -1;
}

int traverse(PyObject* self, visitproc visit, void* arg) {
  const Kernel& kernel = kernel_of(self);
  Py_VISIT(kernel.dict);
  Py_VISIT(kernel.function);
  Py_VISIT(kernel.slow);
  Py_VISIT(kernel.debug_call);
  Py_VISIT(kernel.names);
  return kernel.dispatch->traverse(visit, arg);
}

int clear(PyObject* self) {
  Kernel& kernel = kernel_of(self);
  kernel.binds_by_position = false;
  Py_CLEAR(kernel.dict);
  Py_CLEAR(kernel.function);
  Py_CLEAR(kernel.slow);
  Py_CLEAR(kernel.debug_call);
  Py_CLEAR(kernel.names);
  kernel.dispatch->clear();
  return 0;
}

void deallocate(PyObject* self) {
  PyObject_GC_UnTrack(self);
  Kernel& kernel = kernel_of(self);
  if (kernel.weak_references != nullptr) PyObject_ClearWeakRefs(self);
  clear(self);
  delete kernel.dispatch;
  Py_TYPE(self)->tp_free(self);
}

PyObject* bind_method(PyObject* self, PyObject* instance, PyObject*) {
  if (instance == nullptr || instance == Py_None) return Py_NewRef(self);
  return PyMethod_New(self, instance);
}

PyObject* add(PyObject* self, PyObject* specialisation) {
  if (!kernel_of(self).dispatch->add(specialisation)) return nullptr;
  Py_RETURN_NONE;
}

PyObject* drop_all(PyObject* self, PyObject*) {
  kernel_of(self).dispatch->clear();
  Py_RETURN_NONE;
}

PyObject* find(PyObject* self, PyObject* bound) {
  if (!PyTuple_Check(bound)) {
    PyErr_SetString(PyExc_TypeError, "find takes the tuple of bound values");
    return nullptr;
  }
  KeyMemo memo;
  PyObject* const* values = &PyTuple_GET_ITEM(bound, 0);
  const Arguments arguments{values, static_cast<std::size_t>(PyTuple_GET_SIZE(bound)), values,
                            &memo};
  PyObject* found = Py_None;
  if (kernel_of(self).dispatch->find(arguments, found) == Verdict::error) return nullptr;
  return Py_NewRef(found);
}

PyObject* bind(PyObject* self, PyObject* const* args, Py_ssize_t count, PyObject* names) {
  if (!require_initialised(kernel_of(self))) return nullptr;
  Bound bound;
  if (!bound.bind(kernel_of(self), args, static_cast<std::size_t>(count), names)) return nullptr;
  return tuple_of(bound.values(), bound.size());
}

PyObject* get_specialisations(PyObject* self, void*) {
  const auto& all = kernel_of(self).dispatch->all();
  PyObject* list = PyList_New(static_cast<Py_ssize_t>(all.size()));
  if (list == nullptr) return nullptr;
  for (std::size_t k = 0; k < all.size(); ++k) {
    PyList_SET_ITEM(list, static_cast<Py_ssize_t>(k), Py_NewRef(all[k].get()));
  }
  return list;
}

PyObject* get_last(PyObject* self, void*) {
  PyObject* last = kernel_of(self).dispatch->last();
  return Py_NewRef(last != nullptr ? last : Py_None);
}

PyObject* get_function(PyObject* self, void*) {
  PyObject* function = kernel_of(self).function;
  return Py_NewRef(function != nullptr ? function : Py_None);
}

PyObject* get_names(PyObject* self, void*) {
  PyObject* names = kernel_of(self).names;
  return Py_NewRef(names != nullptr ? names : Py_None);
}

PyMethodDef methods[] = {
    {"add", add, METH_O, "Append a specialisation."},
    {"clear", drop_all, METH_NOARGS, "Forget all specialisations."},
    {"find", find, METH_O, "The specialisation that fits a tuple of bound values, or None."},
    {"bind", reinterpret_cast<PyCFunction>(reinterpret_cast<void (*)()>(bind)),
     METH_FASTCALL | METH_KEYWORDS, "The tuple of values that a call with these arguments binds."},
    {nullptr, nullptr, 0, nullptr}};

PyGetSetDef attributes[] = {
    {"specialisations", get_specialisations, nullptr, "a new list of all specialisations", nullptr},
    {"last", get_last, nullptr, "the specialisation that ran last, or None", nullptr},
    {"py_func", get_function, nullptr, "the undecorated function", nullptr},
    {"parameter_names", get_names, nullptr, "the parameters' names, in bound order", nullptr},
    {"__dict__", PyObject_GenericGetDict, PyObject_GenericSetDict, nullptr, nullptr},
    {nullptr, nullptr, nullptr, nullptr, nullptr}};

}  // namespace

bool ready_kernel_type() {
  PyTypeObject& type = KernelType;
  type.tp_name = "numeta._call.Kernel";
  type.tp_doc = "A callable that finds or makes a compiled variant for its arguments and runs it.";
  type.tp_basicsize = sizeof(Kernel);
  type.tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_HAVE_GC |
                  Py_TPFLAGS_HAVE_VECTORCALL | Py_TPFLAGS_METHOD_DESCRIPTOR;
  type.tp_vectorcall_offset = offsetof(Kernel, vectorcall);
  type.tp_dictoffset = offsetof(Kernel, dict);
  type.tp_weaklistoffset = offsetof(Kernel, weak_references);
  type.tp_call = PyVectorcall_Call;
  type.tp_descr_get = bind_method;
  type.tp_new = allocate;
  type.tp_init = initialise;
  type.tp_dealloc = deallocate;
  type.tp_traverse = traverse;
  type.tp_clear = clear;
  type.tp_methods = methods;
  type.tp_getset = attributes;
  return PyType_Ready(&type) == 0;
}

}  // namespace numeta::call
