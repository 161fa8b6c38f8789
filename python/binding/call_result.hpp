// Results: from the result words of a frame to the Python object that the kernel returns.
//
// A template says how the object is made: None; an int k for result k; ('tuple', t, ...) and
// ('list', t, ...) of templates; ('const', object) for that very object; ('arg', k) for the object
// passed as bound value k; ('array', k) for array k that the kernel made; ('view', t, starts, axes)
// for a view of the array that t gives; ('choice', number, t, ...) for the template with that
// number. A number is an int k for result k, or ('const', number). `starts` has a number for each
// axis of the viewed array: the index of the view's first element. `axes` has for each axis of the
// view (length, ((axis, step), ...)): how many indices it has, and by how much the next one moves
// along the axes of the viewed array.
// Each result is (typenum, weak), a Python number or a NumPy scalar; each array (typenum, ndim,
// whether it is in Fortran order, whether it is made early).
#pragma once

#include <cstdint>
#include <vector>

#include "call_made.hpp"
#include "call_reference.hpp"

namespace numeta::call {

struct Result {
  int typenum = -1;
  bool weak = false;
  std::uint32_t word = 0;  // its first word, counted from the start of the frame
};

class ResultBuilder {
 public:
  // Results begin at `first_word`, arrays come after them; false with a Python exception.
  bool parse(PyObject* results, PyObject* arrays, PyObject* shape, std::uint32_t first_word,
             std::size_t bound_count);
  std::uint32_t end_word() const { return end_word_; }
  const std::vector<MadeArray>& arrays() const { return arrays_; }
  // A new reference.
  PyObject* build(const std::int64_t* frame, PyObject* const* values) const {
    const Node& root = nodes_.front();
    if (root.kind == Node::Kind::constant) return Py_NewRef(root.object.get());
    return build_node(0, frame, values);
  }
  int traverse(visitproc visit, void* arg);
  void clear() { const std::vector<Node> dropped = std::move(nodes_); }

 private:
  // Nodes in preorder; `index` is a result, a bound value, an array, a view, or the first of
  // `count` places in `children_`; of a choice the first of them is a place in `choices_`.
  struct Node {
    enum class Kind : std::uint8_t { constant, result, argument, array, view, choice, tuple, list };
    Kind kind;
    std::uint32_t index = 0;
    std::uint32_t count = 0;
    Reference object;  // constant: itself; tuple: the class of a named one
  };

  struct Number {
    bool is_word = false;
    std::int64_t value = 0;  // or the word that holds it
  };
  struct Move {
    std::uint32_t axis;
    Number step;
  };
  struct ViewAxis {
    Number length;
    std::vector<Move> moves;
  };
  struct View {
    std::uint32_t base = 0;  // a node
    std::vector<Number> starts;
    std::vector<ViewAxis> axes;
    int read_only = 0;
  };

  bool parse_results(PyObject* results);
  bool parse_arrays(PyObject* arrays);
  bool parse_node(PyObject* shape, std::size_t bound_count, std::uint32_t& place);
  bool parse_tuple(PyObject* shape, std::size_t bound_count, Node& node);
  bool parse_children(PyObject* shape, Py_ssize_t first, std::size_t bound_count, Node& node);
  bool parse_number(PyObject* number, Number& out) const;
  bool parse_view(PyObject* shape, std::size_t bound_count, Node& node);
  bool parse_axis(PyObject* axis, View& view) const;
  PyObject* build_node(std::uint32_t place, const std::int64_t* frame,
                       PyObject* const* values) const;
  PyObject* build_sequence(const Node& node, const std::int64_t* frame,
                           PyObject* const* values) const;
  PyObject* build_view(const View& view, const std::int64_t* frame, PyObject* const* values) const;
  static std::int64_t value_of(const Number& number, const std::int64_t* frame) {
    return number.is_word ? frame[number.value] : number.value;
  }

  std::vector<Result> results_;
  std::vector<MadeArray> arrays_;
  std::vector<View> views_;
  std::vector<Number> choices_;
  std::vector<Node> nodes_;
  std::vector<std::uint32_t> children_;
  std::uint32_t end_word_ = 0;
};

}  // namespace numeta::call
