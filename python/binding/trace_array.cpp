// trace_array.cpp - the Array type: a buffer of the trace, read and written by integer indices.
// `a[...]` is another Array of the same buffer, and so is `a[i]` where that is a row. NumPy
// computes with a 0-dimensional array as with its element, so that arithmetic on one reads it;
// arithmetic on any other array is refused.
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

std::size_t rank_of(PyObject* self) { return buffer_of(self).rank() - as_array(self)->indexed; }

std::span<const NodeId> prefix_of(PyObject* self) {
  return {as_array(self)->prefix, as_array(self)->indexed};
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

/// The indices of all axes that are indexed, those of the row itself first.
std::vector<NodeId> index_nodes(PyObject* self, PyObject* key) {
  std::vector<NodeId> out(prefix_of(self).begin(), prefix_of(self).end());
  if (PyTuple_Check(key)) {
    for (Py_ssize_t k = 0; k < PyTuple_GET_SIZE(key); ++k) {
      out.push_back(index_node(self, PyTuple_GET_ITEM(key, k)));
    }
  } else {
    out.push_back(index_node(self, key));
  }
  return out;
}

[[noreturn]] void refuse_count(PyObject* self, std::size_t given) {
  throw TraceFault(Diag::index_count, {fmt::format("{}", given - as_array(self)->indexed),
                                       fmt::format("{}", rank_of(self)), buffer_of(self).name});
}

PyObject* row(PyObject* self, std::vector<NodeId> indices) {
  TraceState* state = as_array(self)->state;
  for (std::size_t axis = as_array(self)->indexed; axis < indices.size(); ++axis) {
    indices[axis] = state->lowering.index(as_array(self)->buffer, static_cast<std::uint32_t>(axis),
                                          indices[axis]);
  }
  return new_array(state, as_array(self)->buffer, indices);
}

void require_current(PyObject* self) {
  if (current_state() != as_array(self)->state) throw TraceFault(Diag::other_trace, {});
}

bool is_whole(PyObject* key) {
  if (PyTuple_Check(key) && PyTuple_GET_SIZE(key) == 1) key = PyTuple_GET_ITEM(key, 0);
  return key == Py_Ellipsis;
}

bool is_zero_dimensional(PyObject* object) { return is_array(object) && rank_of(object) == 0; }

PyObject* get_item(PyObject* self, PyObject* key) {
  TraceState* state = as_array(self)->state;
  return guarded<PyObject*>(state, nullptr, [&] {
    require_current(self);
    if (is_whole(key)) return new_array(state, as_array(self)->buffer, prefix_of(self));
    state->note_origin();
    const auto indices = index_nodes(self, key);
    const std::size_t rank = buffer_of(self).rank();
    if (indices.size() > rank) refuse_count(self, indices.size());
    if (indices.size() < rank) return row(self, indices);
    const core::BufferId buffer = as_array(self)->buffer;
    return new_scalar(state, state->lowering.load(buffer, indices, as_array(self)->indexed));
  });
}

/// The value of an assignment to an element. A 0-dimensional array is converted as an array is.
NodeId stored_node(PyObject* self, PyObject* value) {
  TraceState* state = as_array(self)->state;
  const core::Type element{buffer_of(self).type, false};
  if (is_zero_dimensional(value)) {
    require_current(value);
    const NodeId loaded = state->lowering.load(as_array(value)->buffer, {});
    return state->lowering.convert(loaded, element.dtype, false);
  }
  const NodeId node = node_of(state, value, &element);
  return node != core::kNone ? node : require_node(state, value, "assignment to an element");
}

int set_item(PyObject* self, PyObject* key, PyObject* value) {
  TraceState* state = as_array(self)->state;
  return guarded<int>(state, -1, [&] {
    require_current(self);
    state->note_origin();
    if (value == nullptr) throw array_as_value(buffer_of(self));
    const NodeId node = stored_node(self, value);
    const bool is_element = is_whole(key) && rank_of(self) == 0;
    const auto indices = is_element ? std::vector<NodeId>{} : index_nodes(self, key);
    if (indices.size() != buffer_of(self).rank()) refuse_count(self, indices.size());
    state->lowering.store(as_array(self)->buffer, indices, node, as_array(self)->indexed);
    ++state->effects;
    return 0;
  });
}

template <class Result>
Result refuse_value(PyObject* self, Result failure) {
  return guarded<Result>(as_array(self)->state, failure,
                         [&]() -> Result { throw array_as_value(buffer_of(self)); });
}

/// What stands for an operand in arithmetic: of a 0-dimensional array its element.
PyObject* operand(PyObject* object) {
  if (!is_array(object)) return Py_NewRef(object);
  if (rank_of(object) != 0) return refuse_value<PyObject*>(object, nullptr);
  PyObject* key = PyTuple_New(0);
  PyObject* element = key != nullptr ? get_item(object, key) : nullptr;
  Py_XDECREF(key);
  return element;
}

PyObject* power(PyObject* a, PyObject* b) { return PyNumber_Power(a, b, Py_None); }

template <PyObject* (*operation)(PyObject*, PyObject*)>
PyObject* operator_slot(PyObject* a, PyObject* b) {
  PyObject* left = operand(a);
  PyObject* right = left != nullptr ? operand(b) : nullptr;
  PyObject* result = right != nullptr ? operation(left, right) : nullptr;
  Py_XDECREF(left);
  Py_XDECREF(right);
  return result;
}

PyObject* power_slot(PyObject* a, PyObject* b, PyObject* modulus) {
  return modulus == Py_None ? operator_slot<power>(a, b)
                            : refuse_value<PyObject*>(is_array(a) ? a : b, nullptr);
}

template <PyObject* (*operation)(PyObject*)>
PyObject* unary_slot(PyObject* self) {
  PyObject* value = operand(self);
  PyObject* result = value != nullptr ? operation(value) : nullptr;
  Py_XDECREF(value);
  return result;
}

/// NumPy's casting rule 'same_kind', by which a ufunc writes its result: a kind never goes down.
bool is_same_kind(core::DType from, core::DType to) {
  constexpr int rank[] = {0, 2, 1, 3, 4};  // bool, int, uint, float, complex
  return rank[static_cast<std::size_t>(core::kind(from))] <=
         rank[static_cast<std::size_t>(core::kind(to))];
}

/// `a += x` on a 0-dimensional array writes to it.
template <PyObject* (*operation)(PyObject*, PyObject*)>
PyObject* inplace_slot(PyObject* self, PyObject* other) {
  PyObject* value = operator_slot<operation>(self, other);
  if (value == nullptr) return nullptr;
  TraceState* state = as_array(self)->state;
  PyObject* result = guarded<PyObject*>(state, nullptr, [&] {
    const NodeId node = require_node(state, value, "an augmented assignment");
    const core::DType from = state->lowering.type(node).dtype;
    const core::DType to = buffer_of(self).type;
    if (!is_same_kind(from, to)) {
      throw core::PythonFault(core::Exception::TypeError,
                              fmt::format("Cannot cast the result of an augmented assignment from "
                                          "{} to {} with casting rule 'same_kind'",
                                          core::row(from).name, core::row(to).name));
    }
    state->lowering.store(as_array(self)->buffer, {}, state->graph.cast(node, to, false));
    ++state->effects;
    return Py_NewRef(self);
  });
  Py_DECREF(value);
  return result;
}

PyObject* inplace_power_slot(PyObject* self, PyObject* other, PyObject*) {
  return inplace_slot<power>(self, other);
}

int bool_slot(PyObject* self) {
  PyObject* value = operand(self);
  const int answer = value != nullptr ? PyObject_IsTrue(value) : -1;
  Py_XDECREF(value);
  return answer;
}

PyObject* compare_slot(PyObject* self, PyObject* other, int operation) {
  PyObject* left = operand(self);
  PyObject* right = left != nullptr ? operand(other) : nullptr;
  PyObject* answer = right != nullptr ? PyObject_RichCompare(left, right, operation) : nullptr;
  Py_XDECREF(left);
  Py_XDECREF(right);
  return answer;
}

PyObject* refused_slot(PyObject* self) { return refuse_value<PyObject*>(self, nullptr); }
PyObject* matrix_slot(PyObject* a, PyObject* b) { return refused_slot(is_array(a) ? a : b); }
int contains_slot(PyObject* self, PyObject*) { return refuse_value(self, -1); }

Py_ssize_t length_slot(PyObject* self) {
  if (rank_of(self) == 0) {
    PyErr_SetString(PyExc_TypeError, "len() of unsized object");
    return -1;
  }
  const auto& length = buffer_of(self).fixed_shape[as_array(self)->indexed];
  if (length) return static_cast<Py_ssize_t>(*length);
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
                              std::string(core::row(buffer.type).name).c_str(), rank_of(self));
}

PyObject* dimension(PyObject* self, std::size_t axis) {
  axis += as_array(self)->indexed;
  const core::Buffer& buffer = buffer_of(self);
  if (buffer.fixed_shape[axis]) return PyLong_FromLongLong(*buffer.fixed_shape[axis]);
  TraceState* state = as_array(self)->state;
  return guarded<PyObject*>(state, nullptr, [&] {
    return new_scalar(state,
                      state->graph.dim(as_array(self)->buffer, static_cast<std::uint32_t>(axis)));
  });
}

PyObject* get_shape(PyObject* self, void*) {
  const auto rank = static_cast<Py_ssize_t>(rank_of(self));
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
  for (std::size_t axis = 0; size != nullptr && axis < rank_of(self); ++axis) {
    PyObject* length = dimension(self, axis);
    PyObject* product = length != nullptr ? PyNumber_Multiply(size, length) : nullptr;
    Py_XDECREF(length);
    Py_DECREF(size);
    size = product;
  }
  return size;
}

PyObject* get_ndim(PyObject* self, void*) { return PyLong_FromSize_t(rank_of(self)); }
PyObject* get_dtype(PyObject* self, void*) { return numpy_dtype(buffer_of(self).type); }
PyObject* get_itemsize(PyObject* self, void*) {
  return PyLong_FromLong(core::bits(buffer_of(self).type) / 8);
}

PyObject* text_slot(PyObject* self) {
  return guarded<PyObject*>(as_array(self)->state, nullptr,
                            []() -> PyObject* { throw TraceFault(Diag::text_of_runtime, {}); });
}

PyObject* getattr_slot(PyObject* self, PyObject* name) {
  const bool hidden = asks_the_tracer(array_type, name);
  PyObject* found = hidden ? nullptr : PyObject_GenericGetAttr(self, name);
  if (found != nullptr) return found;
  if (!hidden && PyErr_ExceptionMatches(PyExc_AttributeError) == 0) return nullptr;
  const char* text = PyUnicode_AsUTF8(name);
  if (text == nullptr || (!hidden && std::string_view(text).starts_with("__"))) return nullptr;
  const std::string wanted = text;
  PyErr_Clear();
  if (wanted == "__repr__" || wanted == "__format__") return text_slot(self);
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
                       {Py_tp_str, slot(text_slot)},
                       {Py_tp_hash, slot(hash_slot)},
                       {Py_tp_getattro, slot(getattr_slot)},
                       {Py_tp_richcompare, slot(compare_slot)},
                       {Py_tp_iter, slot(refused_slot)},
                       {Py_tp_getset, getters},
                       {Py_mp_subscript, slot(get_item)},
                       {Py_mp_ass_subscript, slot(set_item)},
                       {Py_mp_length, slot(length_slot)},
                       {Py_sq_contains, slot(contains_slot)},
                       {Py_nb_bool, slot(bool_slot)},
                       {Py_nb_add, slot(operator_slot<PyNumber_Add>)},
                       {Py_nb_inplace_add, slot(inplace_slot<PyNumber_Add>)},
                       {Py_nb_subtract, slot(operator_slot<PyNumber_Subtract>)},
                       {Py_nb_inplace_subtract, slot(inplace_slot<PyNumber_Subtract>)},
                       {Py_nb_multiply, slot(operator_slot<PyNumber_Multiply>)},
                       {Py_nb_inplace_multiply, slot(inplace_slot<PyNumber_Multiply>)},
                       {Py_nb_true_divide, slot(operator_slot<PyNumber_TrueDivide>)},
                       {Py_nb_inplace_true_divide, slot(inplace_slot<PyNumber_TrueDivide>)},
                       {Py_nb_floor_divide, slot(operator_slot<PyNumber_FloorDivide>)},
                       {Py_nb_inplace_floor_divide, slot(inplace_slot<PyNumber_FloorDivide>)},
                       {Py_nb_remainder, slot(operator_slot<PyNumber_Remainder>)},
                       {Py_nb_inplace_remainder, slot(inplace_slot<PyNumber_Remainder>)},
                       {Py_nb_divmod, slot(operator_slot<PyNumber_Divmod>)},
                       {Py_nb_power, slot(power_slot)},
                       {Py_nb_inplace_power, slot(inplace_power_slot)},
                       {Py_nb_lshift, slot(operator_slot<PyNumber_Lshift>)},
                       {Py_nb_inplace_lshift, slot(inplace_slot<PyNumber_Lshift>)},
                       {Py_nb_rshift, slot(operator_slot<PyNumber_Rshift>)},
                       {Py_nb_inplace_rshift, slot(inplace_slot<PyNumber_Rshift>)},
                       {Py_nb_and, slot(operator_slot<PyNumber_And>)},
                       {Py_nb_inplace_and, slot(inplace_slot<PyNumber_And>)},
                       {Py_nb_or, slot(operator_slot<PyNumber_Or>)},
                       {Py_nb_inplace_or, slot(inplace_slot<PyNumber_Or>)},
                       {Py_nb_xor, slot(operator_slot<PyNumber_Xor>)},
                       {Py_nb_inplace_xor, slot(inplace_slot<PyNumber_Xor>)},
                       {Py_nb_matrix_multiply, slot(matrix_slot)},
                       {Py_nb_negative, slot(unary_slot<PyNumber_Negative>)},
                       {Py_nb_positive, slot(unary_slot<PyNumber_Positive>)},
                       {Py_nb_absolute, slot(unary_slot<PyNumber_Absolute>)},
                       {Py_nb_invert, slot(unary_slot<PyNumber_Invert>)},
                       {Py_nb_int, slot(refused_slot)},
                       {Py_nb_float, slot(refused_slot)},
                       {Py_nb_index, slot(refused_slot)},
                       {0, nullptr}};

PyType_Spec spec = {"numeta._trace.Array", sizeof(ArrayObject), 0,
                    Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION, slots};

}  // namespace

PyObject* new_array(TraceState* state, core::BufferId buffer, std::span<const NodeId> prefix) {
  ArrayObject* made = PyObject_New(ArrayObject, array_type);
  if (made == nullptr) return nullptr;
  retain(state);
  made->state = state;
  made->buffer = buffer;
  made->indexed = static_cast<std::uint32_t>(prefix.size());
  std::copy(prefix.begin(), prefix.end(), made->prefix);
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
