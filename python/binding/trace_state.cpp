// trace_state.cpp - see trace_state.hpp.
#include "python/binding/trace_state.hpp"

#include <fmt/args.h>
#include <fmt/format.h>

#include <algorithm>

namespace numeta::binding {
namespace {

PyObject* g_error_factory = nullptr;
PyObject* g_unit_axis = nullptr;
std::string& own_folder() {
  static std::string folder;
  return folder;
}

bool is_own(PyCodeObject* code) {
  const char* name = PyUnicode_AsUTF8(code->co_filename);
  if (name == nullptr) {
    PyErr_Clear();
    return false;
  }
  return !own_folder().empty() && std::string_view(name).starts_with(own_folder());
}

std::string fill(std::string_view text, const std::vector<std::string>& values) {
  fmt::dynamic_format_arg_store<fmt::format_context> store;
  for (const std::string& value : values) store.push_back(value);
  return fmt::vformat(text, store);
}

}  // namespace

Program::~Program() {
  for (PyCodeObject* code : codes) Py_DECREF(code);
  for (PyObject* type : exceptions) Py_DECREF(type);
}

const std::vector<Program::LineEnd>& Program::lines_of(std::uint32_t code) const {
  const auto [entry, is_new] = lines_.try_emplace(code);
  std::vector<LineEnd>& out = entry->second;
  if (!is_new) return out;
  PyObject* found = PyObject_CallMethod(reinterpret_cast<PyObject*>(codes[code]), "co_lines", "");
  PyObject* ranges = found == nullptr ? nullptr : PySequence_Fast(found, "");
  Py_XDECREF(found);
  for (Py_ssize_t k = 0; ranges != nullptr && k < PySequence_Fast_GET_SIZE(ranges); ++k) {
    PyObject* range = PySequence_Fast_GET_ITEM(ranges, k);
    PyObject* line = PyTuple_GET_ITEM(range, 2);
    out.push_back({static_cast<int>(PyLong_AsLong(PyTuple_GET_ITEM(range, 1))),
                   line == Py_None ? -1 : static_cast<int>(PyLong_AsLong(line))});
  }
  Py_XDECREF(ranges);
  PyErr_Clear();
  return out;
}

std::pair<std::string, int> Program::place(core::Origin origin) const {
  if (origin.code == core::kNone) return {"", 0};
  const char* name = PyUnicode_AsUTF8(codes[origin.code]->co_filename);
  if (name == nullptr) PyErr_Clear();
  const std::vector<LineEnd>& lines = lines_of(origin.code);
  const int offset = static_cast<int>(origin.offset);
  const auto after = std::ranges::upper_bound(lines, offset, {}, &LineEnd::end);
  const int line =
      offset < 0 || after == lines.end() ? codes[origin.code]->co_firstlineno : after->line;
  return {name == nullptr ? "" : name, line};
}

TraceState::~TraceState() {
  if (number > 0) return;
  for (std::size_t k = 1; k < program->procedures.size(); ++k) release(program->procedures[k]);
}

void release(TraceState* state) {
  if (--state->references == 0) delete state;
}

TraceState*& current_state() {
  thread_local TraceState* current = nullptr;
  return current;
}

std::uint32_t TraceState::code_number(PyCodeObject* code) {
  if (code == last_code_) return last_number_;
  auto& known = program->code_numbers;
  const auto found = known.find(code);
  std::uint32_t number = core::kNone;
  if (found != known.end()) {
    number = found->second;
  } else {
    if (!is_own(code)) number = static_cast<std::uint32_t>(program->codes.size());
    if (number != core::kNone) {
      Py_INCREF(code);
      program->codes.push_back(code);
      known.emplace(code, number);
    }
  }
  if (number != core::kNone) {
    last_code_ = code;
    last_number_ = number;
  }
  return number;
}

void TraceState::note_origin() {
  PyFrameObject* frame = PyThreadState_GetFrame(PyThreadState_Get());
  lowering.set_users(true);
  while (frame != nullptr) {
    PyCodeObject* code = PyFrame_GetCode(frame);
    const std::uint32_t number = code_number(code);
    Py_DECREF(code);
    if (number != core::kNone) {
      graph.set_origin({number, static_cast<std::uint32_t>(PyFrame_GetLasti(frame))});
      Py_DECREF(frame);
      return;
    }
    lowering.set_users(false);
    PyFrameObject* back = PyFrame_GetBack(frame);
    Py_DECREF(frame);
    frame = back;
  }
}

void set_error_factory(PyObject* factory) {
  Py_INCREF(factory);
  Py_XSETREF(g_error_factory, factory);
}

void set_unit_axis(PyObject* callable) {
  Py_INCREF(callable);
  Py_XSETREF(g_unit_axis, callable);
}

void raise_unit_axis(const core::UnitAxis& fault) {
  Py_XDECREF(PyObject_CallFunction(g_unit_axis, "II", fault.buffer, fault.axis));
}

void set_own_folder(const std::string& folder) { own_folder() = folder; }

namespace {

void raise_at(const std::pair<std::string, int>& where, core::Diag diag,
              const std::vector<std::string>& arguments) {
  const core::DiagRow& entry = core::row(diag);
  const std::string message = fill(entry.text, arguments);
  const std::string hint = fill(entry.hint, arguments);
  PyObject* error = PyObject_CallFunction(g_error_factory, "isssi", entry.number, message.c_str(),
                                          hint.c_str(), where.first.c_str(), where.second);
  if (error == nullptr) return;
  PyErr_SetObject(reinterpret_cast<PyObject*>(Py_TYPE(error)), error);
  Py_DECREF(error);
}

}  // namespace

void raise_fault(const TraceState* state, const core::TraceFault& fault) {
  if (PyErr_Occurred() != nullptr) return;  // the operand has explained itself
  std::pair<std::string, int> where{"", 0};
  if (state != nullptr) {
    const_cast<TraceState*>(state)->note_origin();
    where = state->place(state->graph.origin());
  }
  raise_at(where, fault.diag, fault.arguments);
}

void raise_fault(const TraceState& state, const core::ParallelFault& fault) {
  std::vector<std::string> arguments = fault.arguments;
  arguments.push_back(std::to_string(state.place(fault.loop).second));
  raise_at(state.place(fault.origin), fault.diag, arguments);
}

void raise_fault(const TraceState& state, const core::AliasFault& fault) {
  const std::string seen = fault.seen ? "in line " + std::to_string(state.place(*fault.seen).second)
                                      : "by the caller, when the kernel has ended";
  raise_at(state.place(fault.origin), fault.diag,
           {fault.name, fault.other, std::to_string(state.place(fault.copied).second), seen});
}

void raise_fault(const core::PythonFault& fault) {
  PyErr_SetString(python_exception(fault.exception), fault.what());
}

PyObject* python_exception(core::Exception exception) {
  switch (exception) {
    case core::Exception::OverflowError: return PyExc_OverflowError;
    case core::Exception::ValueError: return PyExc_ValueError;
    case core::Exception::TypeError: return PyExc_TypeError;
    case core::Exception::IndexError: return PyExc_IndexError;
    case core::Exception::MemoryError: return PyExc_MemoryError;
    case core::Exception::ZeroDivisionError: return PyExc_ZeroDivisionError;
  }
  return PyExc_RuntimeError;
}

}  // namespace numeta::binding
