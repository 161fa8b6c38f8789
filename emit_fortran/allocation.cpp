// allocation.cpp - the memory of the kernel's own arrays, as statements. Each time control comes to
// such a statement the array has memory of undefined content. One that is executed again keeps the
// memory it has, where that is large enough and not far too large: an array whose length changes
// from one iteration to the next is not given back and asked for each time. Its last bound then is
// no length of the array, which is why nothing that asks Fortran for its shape may keep memory.
#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "emit_fortran/body.hpp"

namespace numeta::emit_fortran {

using core::BufferId;
using core::kNone;
using core::Node;
using core::NodeId;

namespace {

/// Memory that is more than this many times as large as what is needed is given back.
constexpr int kMostTooLarge = 4;

}  // namespace

void Body::allocate(NodeId id) {
  const Node& n = g_.node(id);
  const auto array = static_cast<BufferId>(n.bits[0]);
  const core::Buffer& b = g_.buffers()[array];
  if (!symbols_.made[array].empty()) return expect_memory(id);
  if (is_on_stack(b)) return;
  const std::string& name = symbols_.buffers[array];
  const auto operands = g_.operands(id);
  std::vector<NodeId> lengths(operands.begin(), operands.end());  // in Fortran's order
  if (b.layout == core::Layout::C) std::ranges::reverse(lengths);
  text_.from(n.origin);
  if (symbols_.asked.contains(array)) return ask(id, lengths);
  if (allocated_.empty()) locals_.push_back({"no_memory", core::DType::i4});
  const bool is_again = !allocated_.insert(array).second;
  if (moves_.needless.contains(id)) return;
  const bool is_repeated = is_again || core::innermost_loop(g_, n.region) != 0;
  const bool keeps = is_repeated && !is_handed_over(g_, array) && !g_.is_constant(lengths.back());
  if (keeps) {
    drop_unfit(name, lengths);
    text_.line(fmt::format("if (.not. allocated({})) then", name));
    text_.deeper();
  } else if (is_repeated) {
    text_.line(fmt::format("if (allocated({0})) deallocate({0})", name));
  }
  std::vector<std::string> bounds;
  for (const NodeId length : lengths) bounds.push_back("0:" + last_index(length, kNone));
  // One that grows step by step is moved to new memory every now and then only.
  if (keeps) {
    bounds.back() = fmt::format("0:max({0}, {0} + shifta({0}, 3_c_int64_t)) - 1",
                                expressions_.index(lengths.back()));
  }
  text_.line(fmt::format("allocate({}({}), stat=no_memory)", name, fmt::join(bounds, ", ")));
  text_.line("if (no_memory /= 0) then");
  text_.deeper();
  leave_failed(n.bits[1], {});
  text_.shallower();
  text_.line("end if");
  if (!keeps) return;
  text_.shallower();
  text_.line("end if");
}

/// The caller makes the array that it is given, of these lengths in Fortran's order.
void Body::ask(NodeId allocation, std::span<const NodeId> lengths) {
  const Node& n = g_.node(allocation);
  const HandedOver& names = symbols_.asked.at(static_cast<BufferId>(n.bits[0]));
  std::vector<std::string> shape;
  for (const NodeId length : lengths) shape.push_back(expressions_.value(length));
  const std::vector<std::string> bounds(lengths.size(), "0:");
  std::vector<std::string> words = shape;  // in NumPy's order
  if (g_.buffers()[n.bits[0]].layout == core::Layout::C) std::ranges::reverse(words);
  text_.line(fmt::format("{}(2:{}) = [{}]", names.words, shape.size() + 1, fmt::join(words, ", ")));
  text_.line(fmt::format("{} = numeta_new_array({})", names.memory, names.words));
  text_.line(fmt::format("if (.not. c_associated({})) then", names.memory));
  text_.deeper();
  leave_failed(n.bits[1], {});
  text_.shallower();
  text_.line("end if");
  text_.line(fmt::format("call c_f_pointer({}, {}, [{}])", names.memory, names.array,
                         fmt::join(shape, ", ")));
  text_.line(fmt::format("{}({}) => {}", symbols_.buffers[n.bits[0]], fmt::join(bounds, ", "),
                         names.array));
}

/// An array comes to have the memory of another one, which, where it needs some again, gets what
/// the first one had.
void Body::move(NodeId nest, const Move& what) {
  const std::string& from = symbols_.buffers[what.from];
  const std::string& to = symbols_.buffers[what.to];
  text_.from(g_.node(nest).origin);
  if (core::innermost_loop(g_, g_.node(nest).region) == 0) {
    text_.line(fmt::format("call move_alloc({}, {})", from, to));
    return;
  }
  const core::Buffer& b = g_.buffers()[what.to];
  const std::string held = names_.claim("held");
  locals_.push_back({held, stored_type(b), declared_shape(b)});
  text_.line(fmt::format("call move_alloc({}, {})", to, held));
  text_.line(fmt::format("call move_alloc({}, {})", from, to));
  text_.line(fmt::format("call move_alloc({}, {})", held, from));
}

/// Gives back memory that an array of these lengths, in Fortran's order, cannot have, or not well.
/// The elements lie where they have to if all axes but the last have their very lengths.
void Body::drop_unfit(const std::string& name, std::span<const NodeId> lengths) {
  const std::size_t last = lengths.size();
  std::vector<std::string> reasons;
  for (std::size_t k = 1; k < last; ++k) {
    reasons.push_back(
        fmt::format("size({}, {}, c_int64_t) /= {}", name, k, expressions_.index(lengths[k - 1])));
  }
  const std::string size = fmt::format("size({}, {}, c_int64_t)", name, last);
  const std::string length = expressions_.index(lengths.back());
  reasons.push_back(fmt::format("{} < {}", size, length));
  reasons.push_back(fmt::format("{} / {} > {}", size, kMostTooLarge, length));
  text_.line(fmt::format("if (allocated({})) then", name));
  text_.deeper();
  text_.line(fmt::format("if ({}) deallocate({})", fmt::join(reasons, " .or. "), name));
  text_.shallower();
  text_.line("end if");
}

/// The caller has made the memory, or could not.
void Body::expect_memory(NodeId allocation) {
  const Node& n = g_.node(allocation);
  text_.from(n.origin);
  text_.line(fmt::format("if (.not. {}) then", symbols_.made[n.bits[0]]));
  text_.deeper();
  leave_failed(n.bits[1], {});
  text_.shallower();
  text_.line("end if");
}

}  // namespace numeta::emit_fortran
