// returned_arrays.cpp - the arrays that a kernel returns, in its Fortran procedure. An early one is
// an explicit-shape dummy in memory that the caller has made; a flag says where the statement that
// allocates it stands whether there is any. For one that each call allocates once the stub is asked
// there, and it is a pointer, of which no element may stand for the array that begins with it: what
// a library's procedure is given. Any other is an allocatable, copied when the kernel ends into
// memory that the stub is asked for then.
#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "emit_fortran/procedure.hpp"
#include "emit_fortran/spelling.hpp"

namespace numeta::emit_fortran {

using core::Returned;

namespace {

bool is_given_to_a_library(const core::Graph& graph, core::BufferId array) {
  return std::ranges::any_of(graph.foreign_calls(), [&](const core::ForeignCall& call) {
    return call.result == array || std::ranges::find(call.buffers, array) != call.buffers.end();
  });
}

}  // namespace

void Procedure::name_returned() {
  symbols_.made.assign(g_.buffers().size(), "");
  for (const Returned& one : returned_) {
    const std::string& name = g_.buffers()[one.array].name;
    HandedOver& names = handed_over_.emplace_back();
    if (one.early) {
      symbols_.buffers[one.array] = names_.claim(name);
      symbols_.shapes[one.array] = names_.claim(name + "_shape");
      symbols_.made[one.array] = names_.claim(name + "_made");
      continue;
    }
    names = {names_.claim(name + "_words"), names_.claim(name + "_memory"),
             names_.claim(name + "_returned")};
    const bool is_pointer =
        one.once && !is_on_stack(g_.buffers()[one.array]) && !is_given_to_a_library(g_, one.array);
    if (is_pointer) symbols_.asked[one.array] = names;
  }
}

std::vector<std::string> Procedure::returned_dummies() const {
  std::vector<std::string> out;
  for (std::size_t k = 0; k < returned_.size(); ++k) {
    const core::BufferId id = returned_[k].array;
    if (!returned_[k].early) {
      out.push_back(handed_over_[k].words);
      continue;
    }
    out.push_back(symbols_.buffers[id]);
    if (needs_.shape[id]) out.push_back(symbols_.shapes[id]);
    out.push_back(symbols_.made[id]);
  }
  return out;
}

void Procedure::declare_returned(Writer& out) const {
  for (std::size_t k = 0; k < returned_.size(); ++k) {
    const core::BufferId id = returned_[k].array;
    const core::Buffer& b = g_.buffers()[id];
    if (!returned_[k].early) {
      out.line(fmt::format("integer(c_int64_t), intent(inout) :: {}(0:{})", handed_over_[k].words,
                           b.rank() + 1));
      continue;
    }
    if (needs_.shape[id]) {
      out.line(fmt::format("integer(c_int64_t), intent(in) :: {}(0:{})", symbols_.shapes[id],
                           b.rank() - 1));
    }
    out.line(fmt::format("{}, intent(out) :: {}{}", declared(stored_type(b)), symbols_.buffers[id],
                         extents(id)));
    out.line(fmt::format("logical(c_bool), value :: {}", symbols_.made[id]));
  }
}

void Procedure::declare_handing_over(Writer& out) const {
  for (std::size_t k = 0; k < returned_.size(); ++k) {
    if (returned_[k].early) continue;
    const core::Buffer& b = g_.buffers()[returned_[k].array];
    std::string bounds;
    for (std::size_t axis = 0; axis < b.rank(); ++axis) bounds += axis == 0 ? "(:" : ", :";
    if (b.rank() > 0) bounds += ")";
    out.line(fmt::format("type(c_ptr) :: {}", handed_over_[k].memory));
    const bool is_asked = symbols_.asked.contains(returned_[k].array);
    out.line(fmt::format("{}, pointer{} :: {}{}{}", declared(stored_type(b)),
                         is_asked ? ", contiguous" : "", handed_over_[k].array, bounds,
                         is_asked ? ", " + symbols_.buffers[returned_[k].array] + bounds : ""));
  }
}

void Procedure::hand_over() {
  for (std::size_t k = 0; k < returned_.size(); ++k) {
    const Returned& one = returned_[k];
    if (one.early || one.statement == core::kNone || symbols_.asked.contains(one.array)) continue;
    const core::Buffer& b = g_.buffers()[one.array];
    const HandedOver& names = handed_over_[k];
    const std::string& name = symbols_.buffers[one.array];
    const core::Node& statement = g_.node(one.statement);
    symbols_.homes.see(name);
    text().from(statement.origin);
    const bool always = statement.region == 0 || is_on_stack(b);
    if (!always) {
      text().line(fmt::format("if (allocated({})) then", name));
      text().deeper();
    }
    if (b.rank() > 0) {
      text().line(
          fmt::format("{}(2:{}) = {}", names.words, b.rank() + 1, body_.shape_of(one.array)));
    }
    text().line(fmt::format("{} = numeta_new_array({})", names.memory, names.words));
    text().line(fmt::format("if (.not. c_associated({})) then", names.memory));
    text().deeper();
    text().line(fmt::format("status = {}", statement.bits[1] + 1));
    text().line("return");
    text().shallower();
    text().line("end if");
    text().line(fmt::format("call c_f_pointer({}, {}{})", names.memory, names.array,
                            b.rank() > 0 ? fmt::format(", shape({})", name) : std::string()));
    text().line(fmt::format("{} = {}", names.array, name));
    if (always) continue;
    text().shallower();
    text().line("end if");
  }
}

}  // namespace numeta::emit_fortran
