// trace_emission.cpp - see trace_emission.hpp.
#include "python/binding/trace_emission.hpp"

#include <pybind11/stl.h>

#include <optional>
#include <span>

#include "core/aliases.hpp"
#include "core/live.hpp"
#include "core/passes.hpp"
#include "core/returned.hpp"

namespace py = pybind11;

namespace numeta::binding {
namespace {

// A kernel of no more nodes and without loops keeps the GIL.
constexpr std::size_t kFewNodes = 256;

/// The graphs of a kernel's procedures after the passes.
struct Improved {
  std::vector<std::optional<core::Graph>> made;  // where a pass changed something
  std::vector<const core::Graph*> graphs;
  std::vector<bool> used;
};

Improved improved(const std::vector<TraceState*>& procedures) {
  Improved out;
  for (TraceState* procedure : procedures) {
    core::check_aliases(procedure->graph);
    procedure->graph.drop_aliases();
    const bool has_nests = procedure->graph.regions().size() > 2;
    if (has_nests) procedure->graph.memory_site = procedure->lowering.memory_site();
  }
  // A procedure that is called, by itself too, has no other variant.
  core::Graph& first = procedures.front()->graph;
  first.may_decline = procedures.size() == 1 && first.calls().empty();
  for (const TraceState* procedure : procedures) out.graphs.push_back(&procedure->graph);
  out.used = core::reachable(out.graphs);
  for (std::size_t k = 0; k < procedures.size(); ++k) {
    if (out.used[k]) core::verify(*out.graphs[k]);
    out.made.push_back(out.used[k] ? core::run_passes(*out.graphs[k]) : std::nullopt);
  }
  for (std::size_t k = 0; k < procedures.size(); ++k) {
    if (out.made[k]) out.graphs[k] = &*out.made[k];
  }
  return out;
}

py::list sites_of(const TraceState& kernel) {
  py::list out;
  for (const core::Site& site : kernel.program->sites.all()) {
    const auto [file, line] = kernel.place(site.origin);
    PyObject* type = site.custom >= 0
                         ? kernel.program->exceptions[static_cast<std::size_t>(site.custom)]
                         : python_exception(site.exception);
    out.append(py::make_tuple(py::reinterpret_borrow<py::object>(type), site.message, file, line));
  }
  return out;
}

std::vector<std::pair<int, std::string>> notes_of(const TraceState& kernel, const Improved& code,
                                                  const emit_fortran::Emission& made) {
  std::vector<std::pair<int, std::string>> out;
  for (std::size_t k = 0; k < code.graphs.size(); ++k) {
    if (!code.used[k]) continue;
    for (const core::Note& note : code.graphs[k]->notes) {
      out.emplace_back(kernel.place(note.origin).second, note.text);
    }
  }
  for (const core::Returned& one : core::returned_arrays(*code.graphs.front())) {
    if (one.early || one.statement == core::kNone) continue;
    const core::Graph& graph = *code.graphs.front();
    out.emplace_back(kernel.place(graph.node(one.statement).origin).second,
                     graph.buffers()[one.array].name +
                         " is copied when it is returned, since its shape is not known before");
  }
  if (made.pieces > 0) {
    const int line = made.lines.empty() ? 0 : kernel.place(made.lines.front().origin).second;
    out.emplace_back(line, "long code was cut into " + std::to_string(made.pieces) + " procedures");
  }
  return out;
}

py::list arrays_of(const core::Graph& graph, const std::vector<bool>& early) {
  py::list out;
  for (std::size_t k = 0; k < graph.returned.size(); ++k) {
    const core::Buffer& b = graph.buffers()[graph.returned[k]];
    const bool fortran = b.layout == core::Layout::F;
    out.append(py::make_tuple(core::row(b.type).code, b.rank(), fortran, bool{early[k]}));
  }
  return out;
}

}  // namespace

EmissionObject emitted(const TraceState& kernel) {
  const Improved code = improved(kernel.program->procedures);
  emit_fortran::Emission made = emit_fortran::emit(code.graphs, kernel.options);
  EmissionObject out;
  out.notes = notes_of(kernel, code, made);
  out.fortran = std::move(made.fortran);
  out.stub = std::move(made.stub);
  out.symbol = std::move(made.symbol);
  out.flags = std::move(made.flags);
  out.libraries = std::move(made.libraries);
  out.brief = !made.loops && kernel.graph.size() <= kFewNodes;
  out.recursive = made.recursive;
  out.interruptible = made.interruptible;
  out.written = std::move(made.written);
  out.sites = sites_of(kernel);
  out.arrays = arrays_of(*code.graphs.front(), made.early);
  for (const core::Result& result : kernel.graph.results) {
    out.results.emplace_back(core::row(kernel.graph.node(result.value).type).code, result.weak);
  }
  out.lines = std::move(made.lines);
  out.program = kernel.program;
  return out;
}

py::dict EmissionObject::line_map() const {
  py::dict out;
  for (const emit_fortran::LineOrigin& origin : lines) {
    const auto [file, line] = program->place(origin.origin);
    out[py::int_(origin.line)] = py::make_tuple(file, line);
  }
  return out;
}

void bind_emission(py::module_& m) {
  py::class_<EmissionObject>(m, "Emission")
      .def_readonly("fortran", &EmissionObject::fortran)
      .def_readonly("stub", &EmissionObject::stub)
      .def_readonly("symbol", &EmissionObject::symbol)
      .def_readonly("flags", &EmissionObject::flags)
      .def_readonly("libraries", &EmissionObject::libraries)
      .def_readonly("written", &EmissionObject::written)
      .def_readonly("sites", &EmissionObject::sites)
      .def_readonly("results", &EmissionObject::results)
      .def_readonly("arrays", &EmissionObject::arrays)
      .def_property_readonly("line_map", &EmissionObject::line_map)
      .def_readonly("notes", &EmissionObject::notes)
      .def_readonly("brief", &EmissionObject::brief)
      .def_readonly("recursive", &EmissionObject::recursive)
      .def_readonly("interruptible", &EmissionObject::interruptible);
}

}  // namespace numeta::binding
