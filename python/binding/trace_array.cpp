// trace_array.cpp - the Array type: a buffer of the trace, read and written by integer indices.
#include <fmt/format.h>

#include "python/binding/trace_values.hpp"

namespace numeta::binding {

PyTypeObject* array_type = nullptr;

namespace {

using core::Diag;
using core::NodeId;
using core::TraceFault;

ArrayObject* as_array(PyObject* object) { return reinterpret_cast<ArrayObject*>(object); }

const core::Buffer& buffer_of(PyObject* self) {
  return as_array(self)->state->graph.buffers()[as_array(self)->buffer];
}

void dealloc(PyObject* self) {
  release(as_array(self)->state);
  PyObject_Free(self);
}

NodeId index_node(PyObject* self, PyObject* index) {
  TraceState* state = as_array(self)->state;
  const bool is_bool = PyBool_Check(index);
  const NodeId node = is_bool ? core::kNone : node_of(state, index);
  if (node == core::kNone) {
    throw TraceFault(Diag::index_unsupported, {Py_TYPE(index)->tp_name, buffer_of(self).name});
  }
  return node;
}

std::vector<NodeId> index_nodes(PyObject* self, PyObject* key) {
  std::vector<NodeId> out;
  if (PyTuple_Check(key)) {
    for (Py_ssize_t k = 0; k < PyTuple_GET_SIZE(key); ++k) {
      out.push_back(index_node(self, PyTuple_GET_ITEM(key, k)));
    }
  } else {
    out.push_back(index_node(self, key));
  }
  const core::Buffer& buffer = buffer_of(self);
  if (out.size() != buffer.rank()) {
    throw TraceFault(Diag::index_count, {fmt::format("{}", out.size()),
                                         fmt::format("{}", buffer.rank()), buffer.name});
  }
  return out;
}

void require_current(PyObject* self) {
  if (current_state() != as_array(self)->state) throw TraceFault(Diag::other_trace, {});
}

PyObject* get_item(PyObject* self, PyObject* key) {
  TraceState* state = as_array(self)->state;
  return guarded<PyObject*>(state, nullptr, [&] {
    require_current(self);
    state->note_origin();
    const auto indices = index_nodes(self, key);
    return new_scalar(state, state->lowering.load(as_array(self)->buffer, indices));
  });
}

int set_item(PyObject* self, PyObject* key, PyObject* value) {
  TraceState* state = as_array(self)->state;
  return guarded<int>(state, -1, [&] {
    require_current(self);
    state->note_origin();
    if (value == nullptr) throw TraceFault(Diag::array_as_value, {buffer_of(self).name});
    const core::Type peer{buffer_of(self).type, false};
    NodeId node = node_of(state, value, &peer);
    if (node == core::kNone) node = require_node(state, value, "assignment to an element");
    const auto indices = index_nodes(self, key);
    state->lowering.store(as_array(self)->buffer, indices, node);
    ++state->effects;
    return 0;
  });
}

template <class Result>
Result refuse_value(PyObject* self, Result failure) {
  return guarded<Result>(as_array(self)->state, failure, [&]() -> Result {
    throw TraceFault(Diag::array_as_value, {buffer_of(self).name});
  });
}

int bool_slot(PyObject* self) { return refuse_value(self, -1); }
PyObject* operator_slot(PyObject* a, PyObject* b) {
  return refuse_value<PyObject*>(is_array(a) ? a : b, nullptr);
}
PyObject* power_slot(PyObject* a, PyObject* b, PyObject*) { return operator_slot(a, b); }
PyObject* unary_slot(PyObject* self) { return refuse_value<PyObject*>(self, nullptr); }
PyObject* compare_slot(PyObject* self, PyObject*, int) {
  return refuse_value<PyObject*>(self, nullptr);
}
int contains_slot(PyObject* self, PyObject*) { return refuse_value(self, -1); }

Py_ssize_t length_slot(PyObject* self) {
  const core::Buffer& buffer = buffer_of(self);
  if (buffer.rank() == 0) {
    PyErr_SetString(PyExc_TypeError, "len() of unsized object");
    return -1;
  }
  if (buffer.fixed_shape[0]) return static_cast<Py_ssize_t>(*buffer.fixed_shape[0]);
  return guarded<Py_ssize_t>(as_array(self)->state, -1, []() -> Py_ssize_t {
    throw TraceFault(Diag::number_of_runtime, {"len()"});
  });
}

Py_hash_t hash_slot(PyObject*) {
  PyErr_SetString(PyExc_TypeError, "unhashable type: 'numpy.ndarray'");
  return -1;
}

PyObject* repr_slot(PyObject* self) {
  const core::Buffer& buffer = buffer_of(self);
  return PyUnicode_FromFormat("<traced array %s, %s, %zu-dimensional>", buffer.name.c_str(),
                              std::string(core::row(buffer.type).name).c_str(), buffer.rank());
}

PyObject* dimension(PyObject* self, std::size_t axis) {
  const core::Buffer& buffer = buffer_of(self);
  if (buffer.fixed_shape[axis]) return PyLong_FromLongLong(*buffer.fixed_shape[axis]);
  TraceState* state = as_array(self)->state;
  return guarded<PyObject*>(state, nullptr, [&] {
    return new_scalar(state,
                      state->graph.dim(as_array(self)->buffer, static_cast<std::uint32_t>(axis)));
  });
}

PyObject* get_shape(PyObject* self, void*) {
  const auto rank = static_cast<Py_ssize_t>(buffer_of(self).rank());
  PyObject* shape = PyTuple_New(rank);
  if (shape == nullptr) return nullptr;
  for (Py_ssize_t axis = 0; axis < rank; ++axis) {
    PyObject* length = dimension(self, static_cast<std::size_t>(axis));
    if (length == nullptr) {
      Py_DECREF(shape);
      return nullptr;
    }
    PyTuple_SET_ITEM(shape, axis, length);
  }
  return shape;
}

PyObject* get_size(PyObject* self, void*) {
  PyObject* size = PyLong_FromLong(1);
  for (std::size_t axis = 0; size != nullptr && axis < buffer_of(self).rank(); ++axis) {
    PyObject* length = dimension(self, axis);
    PyObject* product = length != nullptr ? PyNumber_Multiply(size, length) : nullptr;
    Py_XDECREF(length);
    Py_DECREF(size);
    size = product;
  }
  return size;
}

PyObject* get_ndim(PyObject* self, void*) { return PyLong_FromSize_t(buffer_of(self).rank()); }
PyObject* get_dtype(PyObject* self, void*) { return numpy_dtype(buffer_of(self).type); }
PyObject* get_itemsize(PyObject* self, void*) {
  return PyLong_FromLong(core::bits(buffer_of(self).type) / 8);
}

PyObject* getattr_slot(PyObject* self, PyObject* name) {
  PyObject* found = PyObject_GenericGetAttr(self, name);
  if (found != nullptr || PyErr_ExceptionMatches(PyExc_AttributeError) == 0) return found;
  const char* text = PyUnicode_AsUTF8(name);
  if (text == nullptr || std::string_view(text).starts_with("__")) return nullptr;
  const std::string wanted = text;
  PyErr_Clear();
  return guarded<PyObject*>(as_array(self)->state, nullptr, [&]() -> PyObject* {
    throw TraceFault(Diag::array_attribute, {wanted});
  });
}

PyObject* get_class(PyObject*, void*) { return array_python_type(); }

PyGetSetDef getters[] = {
    {"__class__", get_class, nullptr, "the type that the undecorated function sees", nullptr},
    {"shape", get_shape, nullptr, "lengths of the axes", nullptr},
    {"size", get_size, nullptr, "number of elements", nullptr},
    {"ndim", get_ndim, nullptr, "number of axes", nullptr},
    {"dtype", get_dtype, nullptr, "NumPy dtype of the elements", nullptr},
    {"itemsize", get_itemsize, nullptr, "bytes of an element", nullptr},
    {nullptr, nullptr, nullptr, nullptr, nullptr}};

template <class Function>
void* slot(Function function) {
  return reinterpret_cast<void*>(function);
}

PyType_Slot slots[] = {{Py_tp_dealloc, slot(dealloc)},
                       {Py_tp_repr, slot(repr_slot)},
                       {Py_tp_str, slot(unary_slot)},
                       {Py_tp_hash, slot(hash_slot)},
                       {Py_tp_getattro, slot(getattr_slot)},
                       {Py_tp_richcompare, slot(compare_slot)},
                       {Py_tp_iter, slot(unary_slot)},
                       {Py_tp_getset, getters},
                       {Py_mp_subscript, slot(get_item)},
                       {Py_mp_ass_subscript, slot(set_item)},
                       {Py_mp_length, slot(length_slot)},
                       {Py_sq_contains, slot(contains_slot)},
                       {Py_nb_bool, slot(bool_slot)},
                       {Py_nb_add, slot(operator_slot)},
                       {Py_nb_subtract, slot(operator_slot)},
                       {Py_nb_multiply, slot(operator_slot)},
                       {Py_nb_true_divide, slot(operator_slot)},
                       {Py_nb_floor_divide, slot(operator_slot)},
                       {Py_nb_remainder, slot(operator_slot)},
                       {Py_nb_divmod, slot(operator_slot)},
                       {Py_nb_power, slot(power_slot)},
                       {Py_nb_lshift, slot(operator_slot)},
                       {Py_nb_rshift, slot(operator_slot)},
                       {Py_nb_and, slot(operator_slot)},
                       {Py_nb_or, slot(operator_slot)},
                       {Py_nb_xor, slot(operator_slot)},
                       {Py_nb_matrix_multiply, slot(operator_slot)},
                       {Py_nb_negative, slot(unary_slot)},
                       {Py_nb_positive, slot(unary_slot)},
                       {Py_nb_absolute, slot(unary_slot)},
                       {Py_nb_invert, slot(unary_slot)},
                       {Py_nb_int, slot(unary_slot)},
                       {Py_nb_float, slot(unary_slot)},
                       {Py_nb_index, slot(unary_slot)},
                       {0, nullptr}};

PyType_Spec spec = {"numeta._trace.Array", sizeof(ArrayObject), 0,
                    Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION, slots};

}  // namespace

PyObject* new_array(TraceState* state, core::BufferId buffer) {
  ArrayObject* made = PyObject_New(ArrayObject, array_type);
  if (made == nullptr) return nullptr;
  retain(state);
  made->state = state;
  made->buffer = buffer;
  return reinterpret_cast<PyObject*>(made);
}

int add_array_type(PyObject* module);
int add_array_type(PyObject* module) {
  array_type = reinterpret_cast<PyTypeObject*>(PyType_FromSpec(&spec));
  if (array_type == nullptr) return -1;
  PyObject* type = reinterpret_cast<PyObject*>(array_type);
  if (PyObject_SetAttrString(type, "__array_ufunc__", Py_None) < 0) return -1;
  return PyObject_SetAttrString(module, "Array", type);
}

}  // namespace numeta::binding
