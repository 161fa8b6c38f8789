// trace_module.cpp - the module _trace: traces and operations by name. pybind11 binds what
// is not on the hot path of tracing; the traced values are C types of their own.
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <map>
#include <optional>

#include "core/merge.hpp"
#include "core/passes.hpp"
#include "python/binding/trace_arrays.hpp"
#include "python/binding/trace_emission.hpp"
#include "python/binding/trace_pybind.hpp"
#include "python/binding/trace_returned.hpp"
#include "python/binding/trace_syntax.hpp"

namespace py = pybind11;

namespace numeta::binding {
namespace {

using core::DType;
using core::NodeId;
using core::Op;

struct NamedOp {
  Op op;
  bool swapped;  // a > b is b < a
};

NamedOp op_by_name(const std::string& name) {
  static const std::map<std::string, NamedOp, std::less<>> known = [] {
    std::map<std::string, NamedOp, std::less<>> out;
    for (const core::OpRow& entry : core::kOps) {
      if (!core::is_structural(entry.id)) out[std::string(entry.name)] = {entry.id, false};
    }
    out["gt"] = {Op::lt, true};
    out["ge"] = {Op::le, true};
    out["and"] = {Op::bit_and, false};
    out["or"] = {Op::bit_or, false};
    out["xor"] = {Op::bit_xor, false};
    return out;
  }();
  const auto found = known.find(name);
  if (found == known.end()) throw py::value_error("no operation " + name);
  return found->second;
}

NodeId node_in(py::handle scalar) { return reinterpret_cast<ScalarObject*>(scalar.ptr())->node; }

class Trace {
 public:
  Trace(const std::string& name, bool exact, bool checks, bool fast, bool overlap,
        py::object caller)
      : state_(new TraceState(name, {exact, fast, overlap}, checks,
                              caller.is_none() ? nullptr : caller.cast<Trace&>().state_)) {}
  ~Trace() { release(state_); }
  Trace(const Trace&) = delete;
  Trace& operator=(const Trace&) = delete;

  /// Makes this the trace of the thread; `self` is the Python object that holds it.
  void enter(PyObject* self) {
    outer_ = current_state();
    outer_object_ = current_object();
    current_state() = state_;
    current_object() = self;
  }
  void exit() {
    current_state() = outer_;
    current_object() = outer_object_;
  }
  /// The Trace object that the thread is in, borrowed; `with` keeps it alive.
  static PyObject*& current_object() {
    thread_local PyObject* object = nullptr;
    return object;
  }

  py::object add_array(const std::string& name, const std::string& dtype, std::size_t ndim,
                       const std::string& layout,
                       const std::vector<std::optional<std::int64_t>>& shape,
                       const std::vector<std::int64_t>& actual) {
    auto fixed = shape;
    fixed.resize(ndim);
    core::Layout kind = core::Layout::Strided;
    if (layout == "C") kind = core::Layout::C;
    if (layout == "F") kind = core::Layout::F;
    const auto buffer = state_->graph.buffer(name, dtype_by_code(dtype), kind, std::move(fixed));
    state_->graph.set_actual(buffer, actual);
    return py::reinterpret_steal<py::object>(new_array(state_, buffer));
  }

  /// How many buffers there are: the number of the next one.
  std::size_t buffers() const { return state_->graph.buffers().size(); }
  /// By axis of a parameter: from which length on the code holds, and whether not for 1.
  std::vector<std::pair<std::int64_t, bool>> limits(core::BufferId number) const {
    const core::Buffer& buffer = state_->graph.buffers().at(number);
    std::vector<std::pair<std::int64_t, bool>> out(buffer.rank());
    for (std::size_t axis = 0; axis < out.size(); ++axis) {
      if (axis < buffer.least.size()) out[axis].first = buffer.least[axis];
      if (axis < buffer.compared.size()) out[axis].second = buffer.compared[axis];
    }
    return out;
  }

  /// ("C", "F" or "S", the fixed lengths or None) of a traced array; None of a part of one.
  py::object layout(py::handle array) const {
    if (!is_array(array.ptr())) throw py::type_error("a traced array is expected");
    const auto* object = reinterpret_cast<ArrayObject*>(array.ptr());
    if (!object->view->layers.empty()) return py::none();
    const core::Buffer& buffer = object->state->graph.buffers()[object->view->buffer];
    constexpr const char* names[] = {"C", "F", "S"};
    return py::make_tuple(names[static_cast<std::size_t>(buffer.layout)],
                          py::tuple(py::cast(buffer.fixed_shape)));
  }

  py::object add_scalar(const std::string& name, const std::string& dtype, bool weak) {
    return py::reinterpret_steal<py::object>(
        new_scalar(state_, state_->graph.scalar(name, dtype_by_code(dtype), weak)));
  }

  py::object begin_loop(py::object start, py::object stop, py::object step, std::string name) {
    return run(state_, [&] {
      state_->note_origin();
      const NodeId bounds[] = {require_node(state_, start.ptr(), "the start of a loop"),
                               require_node(state_, stop.ptr(), "the stop of a loop"),
                               require_node(state_, step.ptr(), "the step of a loop")};
      const core::RegionId region =
          state_->lowering.begin_loop(bounds[0], bounds[1], bounds[2], std::move(name));
      return new_scalar(state_, state_->graph.regions()[region].index);
    });
  }

  /// Of the loop that was begun last: its iterations may run at the same time.
  void set_parallel(bool disjoint) {
    state_->graph.set_parallel(disjoint ? core::Parallel::Disjoint : core::Parallel::Yes);
  }
  void begin_repeat(std::string name) {
    state_->note_origin();
    state_->graph.begin_repeat(std::move(name));
  }
  void begin_block(std::string name) {
    state_->note_origin();
    state_->graph.begin_block(std::move(name));
  }
  void begin_branch(py::object condition) {
    run(state_, [&] {
      state_->note_origin();
      const NodeId node = require_node(state_, condition.ptr(), "a condition");
      state_->graph.begin_branch(state_->lowering.convert(node, DType::b1, true));
      return Py_NewRef(Py_None);
    });
  }
  void begin_otherwise() { state_->graph.begin_otherwise(); }
  void end() { state_->graph.end(); }
  bool end_block() { return state_->graph.end_block(); }
  void leave(core::RegionId region) {
    state_->note_origin();
    state_->graph.leave(region);
  }
  void cycle(core::RegionId region) { state_->graph.cycle(region); }
  core::RegionId region() const { return state_->graph.current_region(); }
  bool alive() const { return state_->graph.reachable(); }
  void set_alive(bool alive) {
    if (!alive) state_->graph.set_unreachable();
  }
  bool growing() const { return state_->lowering.growing(); }
  void set_growing(bool growing) { state_->lowering.set_growing(growing); }
  std::size_t statements() const {
    return state_->graph.regions()[state_->graph.current_region()].body.size();
  }
  std::size_t mark() {
    marks_.push_back(state_->graph.mark());
    return marks_.size() - 1;
  }
  void rollback(std::size_t mark) { state_->graph.rollback(marks_.at(mark)); }

  core::BufferId variable(std::string name, const std::string& dtype, bool weak) {
    return state_->graph.variable(std::move(name), dtype_by_code(dtype), weak);
  }
  py::object read(core::BufferId variable) {
    return run(state_, [&] {
      state_->note_origin();
      return new_scalar(state_, state_->graph.load(variable, {}));
    });
  }
  /// The value as the variable holds it.
  NodeId held(core::BufferId variable, const py::object& value) {
    const NodeId node = require_node(state_, value.ptr(), "an assignment");
    return state_->lowering.coerce(node, state_->graph.buffers()[variable].type);
  }
  /// Where the value has to be converted that is done at the end of the region, too: what belongs
  /// to a loop cannot be used after it, and what a conversion checks is asked on that way alone.
  void write_at_end(core::RegionId region, core::BufferId variable, py::object value) {
    run(state_, [&] {
      const NodeId node = require_node(state_, value.ptr(), "an assignment");
      const core::DType type = state_->graph.buffers()[variable].type;
      NodeId kept = node;
      if (state_->lowering.type(node).dtype != type) {
        core::Resumed resumed = state_->graph.resume(region);
        kept = state_->lowering.coerce(node, type);
        state_->graph.suspend(std::move(resumed));
      }
      state_->graph.store_at_end(region, variable, kept);
      return Py_NewRef(Py_None);
    });
  }
  void write_before(core::RegionId region, core::BufferId variable, py::object value) {
    run(state_, [&] {
      state_->graph.store_before(region, variable, held(variable, value));
      return Py_NewRef(Py_None);
    });
  }
  void new_version(core::BufferId variable) { state_->graph.new_version(variable); }
  py::object join(const py::sequence& values) {
    return run(state_, [&]() -> PyObject* {
      std::vector<NodeId> nodes;
      for (const py::handle value : values) {
        nodes.push_back(require_node(state_, value.ptr(), "a merged value"));
      }
      const auto type = core::merged_type(state_->graph, nodes);
      if (!type) return Py_NewRef(Py_None);
      return py::make_tuple(std::string(core::row(type->dtype).code), type->weak).release().ptr();
    });
  }
  py::object select(py::object condition, py::object a, py::object b) {
    return run(state_, [&]() -> PyObject* {
      state_->note_origin();
      const NodeId values[] = {require_node(state_, a.ptr(), "a choice"),
                               require_node(state_, b.ptr(), "a choice")};
      const auto type = core::merged_type(state_->graph, values);
      if (!type) return Py_NewRef(Py_None);
      const NodeId operands[] = {
          state_->lowering.convert(require_node(state_, condition.ptr(), "a choice"), DType::b1,
                                   true),
          state_->lowering.coerce(values[0], type->dtype),
          state_->lowering.coerce(values[1], type->dtype)};
      return new_scalar(state_, state_->graph.pure(Op::select, type->dtype, type->weak, operands));
    });
  }

  std::uint32_t number() const { return state_->number; }
  /// Runs procedure `number` on scalars and whole arrays; gives its results, of types (dtype,
  /// weak).
  py::list call(std::uint32_t number, const py::sequence& arguments, const py::sequence& results) {
    py::list out;
    run(state_, [&] {
      state_->note_origin();
      std::vector<NodeId> scalars;
      std::vector<core::Parameter> given;
      for (const py::handle argument : arguments) {
        if (is_array(argument.ptr())) {
          given.push_back({true, reinterpret_cast<ArrayObject*>(argument.ptr())->view->buffer});
        } else {
          given.push_back({false, static_cast<std::uint32_t>(scalars.size())});
          scalars.push_back(require_node(state_, argument.ptr(), "an argument"));
        }
      }
      std::vector<core::BufferId> variables;
      for (const py::handle item : results) {
        const auto type = py::reinterpret_borrow<py::tuple>(item);
        const std::string name = state_->program->procedures.at(number)->graph.name() + "_result";
        variables.push_back(state_->graph.variable(name, dtype_by_code(type[0].cast<std::string>()),
                                                   type[1].cast<bool>()));
      }
      state_->graph.call(number, scalars, std::move(given), variables);
      ++state_->effects;
      for (const core::BufferId variable : variables) {
        out.append(py::reinterpret_steal<py::object>(
            new_scalar(state_, state_->graph.load(variable, {}))));
      }
      return Py_NewRef(Py_None);
    });
    return out;
  }

  /// A site that raises `exception`, and the nodes of the values that its message shows.
  core::Site site(const py::object& exception, std::string message, const py::args& values,
                  std::vector<NodeId>& nodes) {
    for (const py::handle value : values) {
      const NodeId node = require_node(state_, value.ptr(), "a check");
      nodes.push_back(core::is_float(state_->lowering.type(node).dtype)
                          ? node
                          : state_->graph.cast(node, DType::i8, true));
    }
    const auto custom = static_cast<int>(state_->program->exceptions.size());
    state_->program->exceptions.push_back(py::object(exception).release().ptr());
    return {core::Exception::ValueError, custom, std::move(message), {}};
  }
  void check(py::object condition, py::object exception, std::string message, py::args values) {
    run(state_, [&] {
      state_->note_origin();
      std::vector<NodeId> nodes;
      core::Site made = site(exception, std::move(message), values, nodes);
      const NodeId truth = state_->lowering.convert(
          require_node(state_, condition.ptr(), "a check"), DType::b1, true);
      state_->lowering.check(truth, std::move(made), nodes);
      return Py_NewRef(Py_None);
    });
  }
  void fail(py::object exception, std::string message, py::args values) {
    run(state_, [&] {
      state_->note_origin();
      std::vector<NodeId> nodes;
      core::Site made = site(exception, std::move(message), values, nodes);
      state_->lowering.fail(std::move(made), nodes);
      return Py_NewRef(Py_None);
    });
  }

  void say(py::object what, py::args values) {
    run(state_, [&] {
      state_->note_origin();
      const core::Graph& graph = state_->graph;
      for (core::RegionId r = graph.current_region(); r != 0; r = graph.regions()[r].parent) {
        if (graph.regions()[r].parallel == core::Parallel::No) continue;
        const core::Origin origin = graph.node(graph.regions()[r].owner).origin;
        const int line = state_->place(origin).second;
        throw core::TraceFault(core::Diag::parallel_print, {std::to_string(line)});
      }
      std::vector<NodeId> nodes;
      core::Site made = site(what, "", values, nodes);
      state_->lowering.say(std::move(made), nodes);
      ++state_->effects;
      return Py_NewRef(Py_None);
    });
  }

  /// `arrays`: whole arrays of the kernel's own.
  void set_result(py::sequence values, py::sequence arrays) {
    run(state_, [&] {
      state_->note_origin();
      state_->graph.results.clear();
      state_->graph.returned.clear();
      for (const py::handle array : arrays) {
        if (!is_array(array.ptr())) throw py::type_error("a traced array is expected");
        state_->graph.returned.push_back(view_of(array.ptr()).buffer);
      }
      for (const py::handle item : values) {
        const auto entry = py::reinterpret_borrow<py::tuple>(item);
        NodeId node = require_node(state_, py::object(entry[0]).ptr(), "a returned value");
        const bool weak = entry[2].cast<bool>();
        if (!entry[1].is_none()) {
          node = state_->lowering.coerce(node, dtype_by_code(entry[1].cast<std::string>()));
        }
        if (!state_->graph.is_open(node)) throw core::ScopeError(node);
        state_->graph.results.push_back({node, weak});
      }
      return Py_NewRef(Py_None);
    });
  }

  EmissionObject emit() const {
    try {
      return emitted(*state_);
    } catch (const core::ParallelFault& fault) {
      raise_fault(*state_, fault);
      throw py::error_already_set();
    } catch (const core::AliasFault& fault) {
      raise_fault(*state_, fault);
      throw py::error_already_set();
    }
  }

  /// What each pass would do now: its name, its milliseconds, the graph that it made or None.
  py::list passes() const {
    py::list out;
    const auto note = [&](const core::Pass& pass, double milliseconds, const core::Graph* made) {
      py::object text = py::none();
      if (made != nullptr) text = py::str(core::print(*made));
      out.append(py::make_tuple(pass.name, milliseconds, text));
    };
    core::run_passes(state_->graph, note);
    return out;
  }

  std::string dump() const { return core::print(state_->graph); }
  long effects() const { return state_->effects; }
  std::size_t nodes() const { return state_->graph.size(); }
  std::size_t regions() const { return state_->graph.regions().size(); }
  bool checks() const { return state_->checks; }
  bool exact() const { return state_->options.exact; }
  bool fast() const { return state_->options.fast; }
  bool overlap() const { return state_->options.overlap; }

 private:
  TraceState* state_;
  TraceState* outer_ = nullptr;
  PyObject* outer_object_ = nullptr;
  std::vector<core::Mark> marks_;
};

bool same(py::handle a, py::handle b) {
  if (!is_scalar(a.ptr()) || !is_scalar(b.ptr())) return a.is(b);
  return node_in(a) == node_in(b);
}

py::object apply(const std::string& name, py::tuple arguments, bool python) {
  TraceState* state = required_current(name.c_str());
  const NamedOp named = op_by_name(name);
  return run(state, [&] {
    state->note_origin();
    std::vector<NodeId> operands;
    for (const py::handle argument : arguments) {
      operands.push_back(require_node(state, argument.ptr(), name.c_str()));
    }
    if (static_cast<int>(operands.size()) != core::row(named.op).arity) {
      throw core::PythonFault(core::Exception::TypeError, name + ": wrong number of arguments");
    }
    if (named.swapped) std::swap(operands[0], operands[1]);
    return new_scalar(state, state->lowering.function(named.op, operands, python));
  });
}

py::object cast(py::object value, const std::string& dtype, bool weak) {
  TraceState* state = required_current("a conversion");
  return run(state, [&] {
    state->note_origin();
    const NodeId node = require_node(state, value.ptr(), "a conversion");
    return new_scalar(state, state->lowering.convert(node, dtype_by_code(dtype), weak));
  });
}

std::string kind_name(core::Kind kind) {
  static constexpr const char* names[] = {"bool", "int", "uint", "float", "complex"};
  return names[static_cast<std::size_t>(kind)];
}

py::list dtypes() {
  py::list out;
  for (const core::DTypeRow& entry : core::kDTypes) {
    py::dict one;
    one["short"] = entry.code;
    one["name"] = entry.name;
    one["typenum"] = entry.numpy_number;
    one["kind"] = kind_name(entry.kind);
    one["bits"] = entry.bits;
    out.append(one);
  }
  return out;
}

py::list ops() {
  py::list out;
  for (const core::OpRow& entry : core::kOps) {
    if (core::is_structural(entry.id)) continue;
    py::dict one;
    one["name"] = entry.name;
    one["arity"] = entry.arity;
    py::list kinds;
    for (std::size_t k = 0; k < 5; ++k) {
      if (!entry.spelling[k].empty()) kinds.append(kind_name(static_cast<core::Kind>(k)));
    }
    one["kinds"] = kinds;
    one["meaning"] = entry.meaning;
    out.append(one);
  }
  return out;
}

py::list diagnostics() {
  py::list out;
  for (const core::DiagRow& entry : core::kDiags) {
    out.append(py::make_tuple(entry.number, entry.text, entry.hint));
  }
  return out;
}

void bind_trace(py::module_& m) {
  py::class_<Trace>(m, "Trace")
      .def(py::init<const std::string&, bool, bool, bool, bool, py::object>(), py::arg("name"),
           py::kw_only(), py::arg("exact") = false, py::arg("checks") = false,
           py::arg("fast") = false, py::arg("overlap") = false, py::arg("caller") = py::none())
      .def("__enter__",
           [](py::object self) {
             self.cast<Trace&>().enter(self.ptr());
             return self;
           })
      .def("__exit__", [](Trace& self, const py::args&) { self.exit(); })
      .def("add_array", &Trace::add_array, py::arg("name"), py::arg("dtype"), py::arg("ndim"),
           py::arg("layout"), py::arg("fixed_shape"),
           py::arg("actual") = std::vector<std::int64_t>())
      .def_property_readonly("buffers", &Trace::buffers)
      .def("limits", &Trace::limits)
      .def("layout", &Trace::layout)
      .def("add_scalar", &Trace::add_scalar)
      .def("begin_loop", &Trace::begin_loop)
      .def("set_parallel", &Trace::set_parallel)
      .def("begin_repeat", &Trace::begin_repeat)
      .def("begin_block", &Trace::begin_block)
      .def("begin_branch", &Trace::begin_branch)
      .def("begin_otherwise", &Trace::begin_otherwise)
      .def("end", &Trace::end)
      .def("end_block", &Trace::end_block)
      .def("leave", &Trace::leave)
      .def("cycle", &Trace::cycle)
      .def("mark", &Trace::mark)
      .def("rollback", &Trace::rollback)
      .def("variable", &Trace::variable)
      .def("read", &Trace::read)
      .def("write_at_end", &Trace::write_at_end)
      .def("write_before", &Trace::write_before)
      .def("new_version", &Trace::new_version)
      .def("join", &Trace::join)
      .def("select", &Trace::select)
      .def("call", &Trace::call)
      .def("check", &Trace::check)
      .def("fail", &Trace::fail)
      .def("say", &Trace::say)
      .def("set_result", &Trace::set_result, py::arg("values"), py::arg("arrays") = py::tuple())
      .def("emit", &Trace::emit)
      .def("dump", &Trace::dump)
      .def("passes", &Trace::passes)
      .def_property_readonly("number", &Trace::number)
      .def_property_readonly("region", &Trace::region)
      .def_property_readonly("statements", &Trace::statements)
      .def_property("alive", &Trace::alive, &Trace::set_alive)
      .def_property("growing", &Trace::growing, &Trace::set_growing)
      .def_property_readonly("effects", &Trace::effects)
      .def_property_readonly("nodes", &Trace::nodes)
      .def_property_readonly("regions", &Trace::regions)
      .def_property_readonly("checks", &Trace::checks)
      .def_property_readonly("exact", &Trace::exact)
      .def_property_readonly("fast", &Trace::fast)
      .def_property_readonly("overlap", &Trace::overlap);
}

}  // namespace
}  // namespace numeta::binding

PYBIND11_MODULE(_trace, m) {
  using namespace numeta::binding;
  if (import_numpy() < 0 || add_value_types(m.ptr()) < 0 || add_syntax(m.ptr()) < 0) {
    throw py::error_already_set();
  }
  bind_emission(m);
  bind_trace(m);
  bind_arrays(m);
  bind_merges(m);
  bind_foreign(m);
  bind_returned(m);
  m.def("current", [] {
    PyObject* object = Trace::current_object();
    return py::reinterpret_borrow<py::object>(object != nullptr ? object : Py_None);
  });
  m.def("apply", &apply, py::arg("op"), py::arg("args"), py::kw_only(), py::arg("python"));
  m.def("cast", &numeta::binding::cast);
  m.def("is_traced",
        [](py::handle value) { return is_scalar(value.ptr()) || is_array(value.ptr()); });
  m.def("same", &numeta::binding::same);
  m.def("dtypes", &dtypes);
  m.def("ops", &ops);
  m.def("diagnostics", &diagnostics);
  m.def("set_error_type", [](py::object factory) { set_error_factory(factory.ptr()); });
  m.def("set_own_folder", &set_own_folder);
  m.def("set_unit_axis", [](py::object callable) { set_unit_axis(callable.ptr()); });
}
