// Parsing result templates and building results. See call_result.hpp.

#include "call_result.hpp"

#include <array>
#include <string_view>

#include "call_array.hpp"
#include "call_scalar.hpp"

namespace numeta::call {

namespace {

bool bad_shape(const char* why) {
  PyErr_Format(PyExc_ValueError, "a result template %s", why);
  return false;
}

bool read_index(PyObject* number, std::size_t count, std::uint32_t& index) {
  const Py_ssize_t value = PyLong_AsSsize_t(number);
  if (value == -1 && PyErr_Occurred() != nullptr) return false;
  if (value < 0 || static_cast<std::size_t>(value) >= count) {
    return bad_shape("names a result or argument that is not there");
  }
  index = static_cast<std::uint32_t>(value);
  return true;
}

}  // namespace

bool ResultBuilder::parse(PyObject* results, PyObject* arrays, PyObject* shape,
                          std::uint32_t first_word, std::size_t bound_count) {
  end_word_ = first_word;
  std::uint32_t root = 0;
  return parse_results(results) && parse_arrays(arrays) && parse_node(shape, bound_count, root);
}

bool ResultBuilder::parse_results(PyObject* results) {
  const auto sequence = Reference::steal(PySequence_Fast(results, "results are a sequence"));
  if (!sequence) return false;
  for (Py_ssize_t k = 0; k < PySequence_Fast_GET_SIZE(sequence.get()); ++k) {
    Result result;
    int weak = 0;
    PyObject* pair = PySequence_Fast_GET_ITEM(sequence.get(), k);
    if (!PyTuple_Check(pair)) return bad_shape("takes results as (typenum, weak) tuples");
    if (PyArg_ParseTuple(pair, "ip:result", &result.typenum, &weak) == 0) return false;
    result.typenum = canonical_typenum(result.typenum);
    if (!is_scalar_typenum(result.typenum)) return bad_shape("has a result of no scalar dtype");
    result.weak = weak != 0;
    result.word = end_word_;
    end_word_ += static_cast<std::uint32_t>(scalar_words(result.typenum));
    results_.push_back(result);
  }
  return true;
}

bool ResultBuilder::parse_arrays(PyObject* arrays) {
  const auto sequence = Reference::steal(PySequence_Fast(arrays, "arrays are a sequence"));
  if (!sequence) return false;
  for (Py_ssize_t k = 0; k < PySequence_Fast_GET_SIZE(sequence.get()); ++k) {
    MadeArray array;
    int fortran = 0;
    int early = 0;
    PyObject* tuple = PySequence_Fast_GET_ITEM(sequence.get(), k);
    if (!PyTuple_Check(tuple)) return bad_shape("takes arrays as tuples");
    if (PyArg_ParseTuple(tuple, "iipp:array", &array.typenum, &array.ndim, &fortran, &early) == 0) {
      return false;
    }
    if (!is_scalar_typenum(array.typenum) || array.ndim < 0 || array.ndim > NPY_MAXDIMS) {
      return bad_shape("has an array that cannot be made");
    }
    array.fortran = fortran != 0;
    array.early = early != 0;
    array.word = end_word_;
    end_word_ += kMadeWords + static_cast<std::uint32_t>(array.ndim);
    arrays_.push_back(array);
  }
  return true;
}

bool ResultBuilder::parse_node(PyObject* shape, std::size_t bound_count, std::uint32_t& place) {
  place = static_cast<std::uint32_t>(nodes_.size());
  nodes_.emplace_back();
  Node node{};
  if (shape == Py_None) {
    node.kind = Node::Kind::constant;
    node.object = Reference::share(Py_None);
  } else if (PyLong_CheckExact(shape)) {
    node.kind = Node::Kind::result;
    if (!read_index(shape, results_.size(), node.index)) return false;
  } else if (!PyTuple_Check(shape) || PyTuple_GET_SIZE(shape) < 1 ||
             !PyUnicode_Check(PyTuple_GET_ITEM(shape, 0))) {
    return bad_shape("is None, an int, or a tuple that begins with a word");
  } else if (!parse_tuple(shape, bound_count, node)) {
    return false;
  }
  nodes_[place] = std::move(node);
  return true;
}

bool ResultBuilder::parse_tuple(PyObject* shape, std::size_t bound_count, Node& node) {
  const std::string_view word = PyUnicode_AsUTF8(PyTuple_GET_ITEM(shape, 0));
  const Py_ssize_t size = PyTuple_GET_SIZE(shape);
  if (word == "const" || word == "arg" || word == "array") {
    if (size != 2) return bad_shape("has the wrong number of entries");
    PyObject* entry = PyTuple_GET_ITEM(shape, 1);
    if (word == "const") {
      node.kind = Node::Kind::constant;
      node.object = Reference::share(entry);
      return true;
    }
    node.kind = word == "arg" ? Node::Kind::argument : Node::Kind::array;
    return read_index(entry, word == "arg" ? bound_count : arrays_.size(), node.index);
  }
  if (word == "view") return parse_view(shape, bound_count, node);
  if (word == "choice") {
    if (size < 3) return bad_shape("has nothing to choose from");
    Number number;
    if (!parse_number(PyTuple_GET_ITEM(shape, 1), number)) return false;
    node.kind = Node::Kind::choice;
    if (!parse_children(shape, 2, bound_count, node)) return false;
    children_.push_back(static_cast<std::uint32_t>(choices_.size()));
    choices_.push_back(number);
    return true;
  }
  if (word == "named") {
    if (size < 2) return bad_shape("has the wrong number of entries");
    node.kind = Node::Kind::tuple;
    node.object = Reference::share(PyTuple_GET_ITEM(shape, 1));
    return parse_children(shape, 2, bound_count, node);
  }
  if (word != "tuple" && word != "list") return bad_shape("has an unknown word");
  node.kind = word == "tuple" ? Node::Kind::tuple : Node::Kind::list;
  return parse_children(shape, 1, bound_count, node);
}

bool ResultBuilder::parse_children(PyObject* shape, Py_ssize_t first, std::size_t bound_count,
                                   Node& node) {
  std::vector<std::uint32_t> places;
  for (Py_ssize_t k = first; k < PyTuple_GET_SIZE(shape); ++k) {
    if (!parse_node(PyTuple_GET_ITEM(shape, k), bound_count, places.emplace_back())) return false;
  }
  node.index = static_cast<std::uint32_t>(children_.size());
  node.count = static_cast<std::uint32_t>(places.size());
  children_.insert(children_.end(), places.begin(), places.end());
  return true;
}

bool ResultBuilder::parse_number(PyObject* number, Number& out) const {
  if (PyTuple_Check(number) && PyTuple_GET_SIZE(number) == 2) {
    out = {false, PyLong_AsLongLong(PyTuple_GET_ITEM(number, 1))};
    return PyErr_Occurred() == nullptr;
  }
  std::uint32_t index = 0;
  if (!PyLong_CheckExact(number)) return bad_shape("has a number that is none");
  if (!read_index(number, results_.size(), index)) return false;
  if (results_[index].typenum != NPY_INT64) return bad_shape("counts with a result that is no int");
  out = {true, results_[index].word};
  return true;
}

bool ResultBuilder::parse_axis(PyObject* axis, View& view) const {
  PyObject* length = nullptr;
  PyObject* moves = nullptr;
  if (!PyTuple_Check(axis)) return bad_shape("has a view with an axis that is no tuple");
  if (PyArg_ParseTuple(axis, "OO!:axis", &length, &PyTuple_Type, &moves) == 0) return false;
  ViewAxis& made = view.axes.emplace_back();
  if (!parse_number(length, made.length)) return false;
  for (Py_ssize_t k = 0; k < PyTuple_GET_SIZE(moves); ++k) {
    PyObject* move = PyTuple_GET_ITEM(moves, k);
    if (!PyTuple_Check(move) || PyTuple_GET_SIZE(move) != 2) return bad_shape("has a bad move");
    Move& one = made.moves.emplace_back();
    if (!read_index(PyTuple_GET_ITEM(move, 0), view.starts.size(), one.axis) ||
        !parse_number(PyTuple_GET_ITEM(move, 1), one.step)) {
      return false;
    }
  }
  return true;
}

bool ResultBuilder::parse_view(PyObject* shape, std::size_t bound_count, Node& node) {
  View view;
  PyObject* base = nullptr;
  PyObject* starts = nullptr;
  PyObject* axes = nullptr;
  const char* word = nullptr;
  if (PyArg_ParseTuple(shape, "sOO!O!|p:view", &word, &base, &PyTuple_Type, &starts, &PyTuple_Type,
                       &axes, &view.read_only) == 0) {
    return false;
  }
  for (Py_ssize_t k = 0; k < PyTuple_GET_SIZE(starts); ++k) {
    if (!parse_number(PyTuple_GET_ITEM(starts, k), view.starts.emplace_back())) return false;
  }
  for (Py_ssize_t k = 0; k < PyTuple_GET_SIZE(axes); ++k) {
    if (!parse_axis(PyTuple_GET_ITEM(axes, k), view)) return false;
  }
  if (view.axes.size() > NPY_MAXDIMS) return bad_shape("has a view of too many axes");
  if (!parse_node(base, bound_count, view.base)) return false;
  node.kind = Node::Kind::view;
  node.index = static_cast<std::uint32_t>(views_.size());
  views_.push_back(std::move(view));
  return true;
}

PyObject* ResultBuilder::build_node(std::uint32_t place, const std::int64_t* frame,
                                    PyObject* const* values) const {
  const Node& node = nodes_[place];
  switch (node.kind) {
    case Node::Kind::constant: return Py_NewRef(node.object.get());
    case Node::Kind::argument: return Py_NewRef(values[node.index]);
    case Node::Kind::result: {
      const Result& result = results_[node.index];
      return read_scalar(result.typenum, result.weak, frame + result.word);
    }
    case Node::Kind::array: {
      auto* made = reinterpret_cast<PyObject*>(frame[arrays_[node.index].word]);
      if (made != nullptr) return Py_NewRef(made);
      PyErr_SetString(PyExc_SystemError, "numeta: an array that was not made is returned");
      return nullptr;
    }
    case Node::Kind::view: return build_view(views_[node.index], frame, values);
    case Node::Kind::choice: {
      const Number& number = choices_[children_[node.index + node.count]];
      const std::int64_t chosen = value_of(number, frame);
      if (chosen >= 0 && chosen < static_cast<std::int64_t>(node.count)) {
        return build_node(children_[node.index + static_cast<std::size_t>(chosen)], frame, values);
      }
      PyErr_SetString(PyExc_SystemError, "numeta: a result that is not there is chosen");
      return nullptr;
    }
    case Node::Kind::tuple:
    case Node::Kind::list: break;
  }
  return build_sequence(node, frame, values);
}

PyObject* ResultBuilder::build_sequence(const Node& node, const std::int64_t* frame,
                                        PyObject* const* values) const {
  const bool is_tuple = node.kind == Node::Kind::tuple;
  const auto count = static_cast<Py_ssize_t>(node.count);
  auto object = Reference::steal(is_tuple ? PyTuple_New(count) : PyList_New(count));
  if (!object) return nullptr;
  for (std::uint32_t k = 0; k < node.count; ++k) {
    PyObject* item = build_node(children_[node.index + k], frame, values);
    if (item == nullptr) return nullptr;
    if (is_tuple) {
      PyTuple_SET_ITEM(object.get(), k, item);
    } else {
      PyList_SET_ITEM(object.get(), k, item);
    }
  }
  if (node.object) return PyObject_CallObject(node.object.get(), object.get());
  return object.release();
}

// As NumPy makes views: `base` is what owns the memory, and what cannot be written through it
// cannot be written through the view. Nor can one
// with a repeated axis.
PyObject* ResultBuilder::build_view(const View& view, const std::int64_t* frame,
                                    PyObject* const* values) const {
  auto base = Reference::steal(build_node(view.base, frame, values));
  if (!base) return nullptr;
  auto* array = reinterpret_cast<PyArrayObject*>(base.get());
  if (!PyArray_Check(base.get()) ||
      view.starts.size() != static_cast<std::size_t>(PyArray_NDIM(array))) {
    PyErr_SetString(PyExc_SystemError, "numeta: a view of an array of another rank");
    return nullptr;
  }
  const npy_intp* strides_below = PyArray_STRIDES(array);
  std::array<npy_intp, NPY_MAXDIMS> lengths;
  std::array<npy_intp, NPY_MAXDIMS> strides;
  int flags = view.read_only != 0 ? 0 : PyArray_FLAGS(array) & NPY_ARRAY_WRITEABLE;
  bool is_empty = false;
  for (std::size_t k = 0; k < view.axes.size(); ++k) {
    const ViewAxis& axis = view.axes[k];
    lengths[k] = value_of(axis.length, frame);
    strides[k] = 0;
    for (const Move& move : axis.moves) {
      strides[k] += value_of(move.step, frame) * strides_below[move.axis];
    }
    is_empty = is_empty || lengths[k] == 0;
    if (axis.moves.empty() && lengths[k] > 1) flags = 0;
  }
  char* data = PyArray_BYTES(array);
  for (std::size_t axis = 0; axis < view.starts.size() && !is_empty; ++axis) {
    data += value_of(view.starts[axis], frame) * strides_below[axis];
  }
  PyArray_Descr* type = PyArray_DESCR(array);
  Py_INCREF(type);
  auto made =
      Reference::steal(PyArray_NewFromDescr(&PyArray_Type, type, static_cast<int>(view.axes.size()),
                                            lengths.data(), strides.data(), data, flags, nullptr));
  if (!made) return nullptr;
  auto* made_array = reinterpret_cast<PyArrayObject*>(made.get());
  if (PyArray_SetBaseObject(made_array, base.release()) < 0) return nullptr;
  return made.release();
}

int ResultBuilder::traverse(visitproc visit, void* arg) {
  for (const Node& node : nodes_) Py_VISIT(node.object.get());
  return 0;
}

}  // namespace numeta::call
