// body.cpp - see body.hpp.
#include "emit_fortran/body.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "emit_fortran/frame.hpp"

namespace numeta::emit_fortran {

using core::kNone;
using core::Node;
using core::NodeId;
using core::Op;
using core::RegionId;

namespace {

constexpr std::int64_t kMostBytesOnStack = 16384;

}  // namespace

bool is_on_stack(const core::Buffer& array) {
  std::int64_t bytes = core::bits(array.type) / 8;
  for (const auto& length : array.fixed_shape) {
    if (!length || *length > kMostBytesOnStack) return false;
    bytes *= *length;
    if (bytes > kMostBytesOnStack) return false;
  }
  return true;
}

/// As an array of the kernel's own is declared: its bounds, reversed, or how many axes it has.
std::string declared_shape(const core::Buffer& b) {
  if (b.rank() == 0) return "";
  std::string out;
  for (std::size_t k = 0; k < b.rank(); ++k) {
    const std::size_t axis = b.layout == core::Layout::C ? b.rank() - 1 - k : k;
    out += k == 0 ? "(" : ", ";
    out += is_on_stack(b) ? fmt::format("0:{}", *b.fixed_shape[axis] - 1) : ":";
  }
  return out + ")";
}

void Body::name_things() {
  symbols_.temporaries.assign(g_.size(), "");
  for (core::BufferId k = 0; k < g_.buffers().size(); ++k) {
    const core::Buffer& b = g_.buffers()[k];
    if (core::may_overlap(b) || !(plan_.live.loaded[k] || plan_.live.stored[k])) continue;
    if (!symbols_.made[k].empty()) continue;  // a dummy argument
    symbols_.buffers[k] = names_.claim(b.name);
    if (symbols_.asked.contains(k)) continue;  // declared with what it is handed over by
    locals_.emplace_back(symbols_.buffers[k], stored_type(b), declared_shape(b));
  }
  symbols_.indices.assign(g_.regions().size(), "");
  for (RegionId r = 1; r < g_.regions().size(); ++r) {
    const NodeId owner = g_.regions()[r].owner;
    if (g_.node(owner).op == Op::loop && plan_.form[owner] == Form::Statement) name_index(r);
  }
  name_labels();
}

/// Loops that do not enclose one another may share the name of their index.
void Body::name_index(RegionId r) {
  const std::string& wanted = g_.regions()[r].name;
  for (const std::string& known : indices_) {
    const bool is_wanted = known == wanted || known.starts_with(wanted + "_");
    if (is_wanted && !encloses_with_index(r, known)) {
      symbols_.indices[r] = known;
      return;
    }
  }
  symbols_.indices[r] = names_.claim(wanted);
  indices_.push_back(symbols_.indices[r]);
}

bool Body::encloses_with_index(RegionId region, const std::string& index) const {
  for (RegionId r = g_.regions()[region].parent; r != kNone; r = g_.regions()[r].parent) {
    if (symbols_.indices[r] == index) return true;
  }
  return false;
}

void Body::name_labels() {
  symbols_.labels.assign(g_.regions().size(), "");
  for (NodeId id = 0; id < g_.size(); ++id) {
    const Node& n = g_.node(id);
    if ((n.op != Op::leave && n.op != Op::cycle) || plan_.form[id] != Form::Statement) continue;
    const auto target = static_cast<RegionId>(n.bits[0]);
    if (core::innermost_loop(g_, n.region) == target || !symbols_.labels[target].empty()) continue;
    const bool is_block = g_.node(g_.regions()[target].owner).op == Op::block;
    const std::string& name = g_.regions()[target].name;
    symbols_.labels[target] = names_.claim(is_block ? name : "loop_" + name);
  }
  for (const auto& [region, shape] : parallel_) {
    if (!shape.fails || !symbols_.labels[region].empty()) continue;
    symbols_.labels[region] = names_.claim("loop_" + g_.regions()[region].name);
  }
}

void Body::emit() { region(0); }

/// Statements go into pieces, as many as make some 200 lines; what jumps out stands between them.
void Body::cut_region(RegionId r) {
  const auto& body = g_.regions()[r].body;
  const auto& waiting = plan_.temporaries[r];
  std::size_t next = 0;
  bool is_open = false;
  const auto open = [&] {
    if (!is_open) begin_piece(r);
    is_open = true;
  };
  const auto close = [&] {
    if (is_open) end_piece();
    is_open = false;
  };
  for (std::uint32_t k = 0; k <= body.size(); ++k) {
    for (; next < waiting.size() && waiting[next].first == k; ++next) {
      open();
      assign(waiting[next].second);
      if (text_.lines() >= kLinesOfPiece) close();
    }
    if (k == body.size() || plan_.form[body[k]] != Form::Statement) continue;
    if (jumps_out(g_, body[k])) {
      close();
      statement(body[k]);
      continue;
    }
    open();
    statement(body[k]);
    if (text_.lines() >= kLinesOfPiece) close();
  }
  close();
}

void Body::begin_piece(RegionId r) {
  Homes& homes = symbols_.homes;
  outer_.push_back({std::exchange(text_, Writer(4)), homes.piece, homes.repeats, returns_});
  homes.piece = ++last_piece_;
  homes.repeats = core::innermost_loop(g_, r) != 0;
  returns_ = false;
  pieces_.emplace_back();
}

void Body::end_piece() {
  Outer outer = std::move(outer_.back());
  outer_.pop_back();
  Section& piece = pieces_[symbols_.homes.piece - 1];
  piece.name = names_.claim("piece");
  piece.origins = std::move(text_.origins);
  piece.text = text_.take();
  text_ = std::move(outer.text);
  symbols_.homes.piece = outer.piece;
  symbols_.homes.repeats = outer.repeats;
  text_.line(fmt::format("call {}()", piece.name));
  if (returns_) text_.line("if (status /= 0) return");
  returns_ = returns_ || outer.returns;
}

std::size_t Body::weight() const {
  const bool is_long = std::find(is_long_.begin(), is_long_.end(), true) != is_long_.end();
  if (!is_internal_ || !is_long) return pieces_.size();
  return text_.lines() / kLinesOfPiece;
}

void Body::region(RegionId r) {
  // What is private to a thread is not what a piece would see.
  if (is_long_[r] && !is_internal_ && around_ == kNone) return cut_region(r);
  const auto& body = g_.regions()[r].body;
  const auto& waiting = plan_.temporaries[r];
  std::size_t next = 0;
  for (std::uint32_t k = 0; k <= body.size(); ++k) {
    for (; next < waiting.size() && waiting[next].first == k; ++next) assign(waiting[next].second);
    if (k < body.size()) statement(body[k]);
  }
}

void Body::indented(RegionId r) {
  text_.deeper();
  region(r);
  text_.shallower();
}

void Body::assign(NodeId id) {
  const std::string text = expressions_.operation(id);
  const std::string name = names_.claim(fmt::format("t{}", ++temporaries_));
  symbols_.temporaries[id] = name;
  symbols_.homes.see(name);
  locals_.push_back({name, g_.node(id).type});
  text_.from(g_.node(id).origin);
  text_.line(fmt::format("{} = {}", name, text));
}

void Body::statement(NodeId id) {
  if (plan_.form[id] != Form::Statement) return;
  const Node& n = g_.node(id);
  switch (n.op) {
    case Op::load: return assign(id);
    case Op::store: {
      if (around_ != kNone) {
        const auto& atomics = parallel_.at(around_).atomics;
        const auto found = atomics.find(id);
        if (found != atomics.end()) return atomic_update(id, found->second);
      }
      const auto operands = g_.operands(id);
      const auto buffer = static_cast<core::BufferId>(n.bits[0]);
      const std::string value = expressions_.stored(buffer, operands[0]);
      const std::string element = expressions_.element(buffer, operands.subspan(1));
      if (value == element) return;  // a variable that keeps what it holds
      text_.from(n.origin);
      text_.line(fmt::format("{} = {}", element, value));
      return;
    }
    case Op::check: return check(id);
    case Op::say: return say(id);
    case Op::allocate: return allocate(id);
    case Op::call: return call(id);
    case Op::foreign: return foreign(id);
    case Op::loop: return loop(id);
    case Op::repeat: return repeat(id);
    case Op::block: return block(id);
    case Op::branch: return branch(id);
    default: text_.line(jump(id));
  }
}

/// The condition that does not hold, with as few `.not.` as may be.
std::string Body::denial(NodeId condition) {
  const bool denied =
      g_.node(condition).op == Op::logical_not && plan_.form[condition] == Form::Inline;
  if (denied) return expressions_.value(g_.operands(condition)[0]);
  return fmt::format(".not. ({})", expressions_.value(condition));
}

void Body::check(NodeId id) {
  const auto operands = g_.operands(id);
  text_.from(g_.node(id).origin);
  const bool always = g_.is_constant(operands[0]);
  if (!always) {
    text_.line(fmt::format("if ({}) then", denial(operands[0])));
    text_.deeper();
  }
  leave_failed(g_.node(id).bits[0], operands.subspan(1));
  if (always) return;
  text_.shallower();
  text_.line("end if");
}

void Body::leave_failed(std::uint64_t site, std::span<const NodeId> values) {
  if (around_ != kNone) return fail_in_parallel(site, values);
  failure(site, values);
  text_.line("return");
  returns_ = true;
}

static_assert(kDeclined == core::kDeclines + 1);

/// What says which check failed, and on which values.
void Body::failure(std::uint64_t site, std::span<const NodeId> values) {
  values_of(values);
  text_.line(fmt::format("status = {}", site + 1));
}

/// The values that Python is told, and which of them are floats.
void Body::values_of(std::span<const NodeId> values) {
  std::uint64_t reals = 0;
  for (std::size_t k = 0; k < values.size(); ++k) {
    const core::DType type = g_.node(values[k]).type;
    const std::string value = expressions_.value(values[k]);
    if (core::is_float(type)) {
      reals |= std::uint64_t{1} << k;
      text_.line(
          fmt::format("error_values({}) = transfer(real({}, c_double), 0_c_int64_t)", k, value));
    } else {
      text_.line(fmt::format("error_values({}) = {}", k, value));
    }
  }
  text_.line(fmt::format("error_values({}) = {}", kErrorValues, reals));
}

void Body::say(NodeId id) {
  text_.from(g_.node(id).origin);
  values_of(g_.operands(id));
  text_.line(fmt::format("status = numeta_say({}_c_int64_t, error_values)", g_.node(id).bits[0]));
  text_.line("if (status /= 0) return");
  returns_ = true;
}

bool takes_shape(const core::Buffer& buffer) {
  const auto& shape = buffer.fixed_shape;
  return std::any_of(shape.begin(), shape.end(), [](const auto& length) { return !length; });
}

std::string Body::shape_of(core::BufferId array) const {
  const core::Buffer& b = g_.buffers()[array];
  std::string out;
  for (std::size_t axis = 0; axis < b.rank(); ++axis) {
    const std::size_t place = b.layout == core::Layout::C ? b.rank() - axis : axis + 1;
    out += fmt::format("{}size({}, {}, c_int64_t)", axis == 0 ? "[" : ", ", symbols_.buffers[array],
                       place);
  }
  return out + "]";
}

void Body::call(NodeId id) {
  const core::Call& call = g_.calls()[g_.node(id).bits[0]];
  const Interface& callee = callees_[call.procedure];
  std::vector<std::string> arguments;
  for (const core::Parameter& argument : call.arguments) {
    if (!argument.is_buffer) {
      arguments.push_back(expressions_.value(g_.operands(id)[argument.number]));
      continue;
    }
    const core::Buffer& buffer = g_.buffers()[argument.number];
    arguments.push_back(symbols_.buffers[argument.number]);
    if (takes_shape(buffer)) {
      arguments.push_back(buffer.allocated ? shape_of(argument.number)
                                           : symbols_.shapes[argument.number]);
    }
    if (buffer.layout != core::Layout::Strided) continue;
    arguments.push_back(symbols_.strides[argument.number]);
    arguments.push_back(symbols_.offsets[argument.number]);
  }
  text_.from(g_.node(id).origin);
  std::vector<std::string> results;
  for (const core::BufferId result : call.results) {
    results.push_back(symbols_.buffers[result]);
    symbols_.homes.see(results.back(), true);
  }
  if (callee.is_function) {
    text_.line(fmt::format("{} = {}({})", results[0], callee.name, fmt::join(arguments, ", ")));
  } else {
    arguments.insert(arguments.end(), results.begin(), results.end());
    text_.line(fmt::format("call {}({})", callee.name, fmt::join(arguments, ", ")));
  }
  if (!callee.checked) return;
  text_.line("if (status /= 0) return");
  returns_ = true;
}

/// The last index of range(start, stop, step), as Fortran counts; kNone is a step of 1.
std::string Body::last_index(NodeId stop, NodeId step) {
  if (step == kNone || g_.is_constant(step)) {
    const std::int64_t toward = step == kNone || g_.integer_value(step) > 0 ? -1 : 1;
    if (g_.is_constant(stop)) return fmt::format("{}", g_.integer_value(stop) + toward);
    // start + 1 as a stop gives start back, so that range(a, b + 1) reads as a, b.
    const Node& n = g_.node(stop);
    if (n.op == Op::add && g_.is_integer_constant(g_.operands(stop)[1], -toward) &&
        plan_.form[stop] == Form::Inline) {
      return expressions_.index(g_.operands(stop)[0]);
    }
    // range(a, n - 1) reads as a, n - 2.
    const bool shifted = n.op == Op::sub && plan_.form[stop] == Form::Inline &&
                         g_.is_constant(g_.operands(stop)[1]) &&
                         g_.range(g_.operands(stop)[1]).within(1, INT32_MAX);
    if (shifted && toward < 0) {
      return fmt::format("{} - {}", expressions_.index(g_.operands(stop)[0]),
                         g_.integer_value(g_.operands(stop)[1]) + 1);
    }
    return fmt::format("{} {} 1", expressions_.index(stop), toward < 0 ? "-" : "+");
  }
  const std::string before =
      g_.is_integer_constant(stop, 0) ? "-" : expressions_.index(stop) + " - ";
  return fmt::format("{}sign(1_c_int64_t, {})", before, expressions_.value(step));
}

namespace {

std::string labelled(const std::string& label, const std::string& text) {
  return label.empty() ? text : label + ": " + text;
}

std::string closing(const std::string& what, const std::string& label) {
  return label.empty() ? what : what + " " + label;
}

}  // namespace

std::string Body::loop_head(RegionId r, const std::string& start, const std::string& last,
                            const std::string& step) const {
  std::string head = fmt::format("do {} = {}, {}", symbols_.indices[r], start, last);
  if (step != "1") head += ", " + step;
  return labelled(symbols_.labels[r], head);
}

/// Is a value the same text, of the same meaning, all through a loop? What was read from memory is,
/// if it has a name.
bool Body::keeps_its_text(NodeId id) const {
  if (plan_.form[id] == Form::Temporary || plan_.form[id] == Form::Statement) return true;
  const auto operands = g_.operands(id);
  return g_.node(id).op != Op::load &&
         std::ranges::all_of(operands, [&](NodeId operand) { return keeps_its_text(operand); });
}

/// Would gfortran only lose time by finding out how often a loop runs? By a step that is no
/// constant it has to divide for that, whether the loop runs or not; a loop that does nothing but
/// store elements that are all the same has no use for the number. The index must not leave int64.
bool Body::counts_by_itself(NodeId id) const {
  const NodeId stop = g_.operands(id)[1];
  const NodeId step = g_.operands(id)[2];
  const core::Interval by = g_.range(step);
  const bool is_safe = by.low >= 1 && g_.range(stop).high < INT64_MAX - by.high;
  if (g_.is_constant(step) || !is_safe || around_ != kNone) return false;
  if (!keeps_its_text(stop) || !keeps_its_text(step)) return false;
  const auto r = static_cast<RegionId>(g_.node(id).bits[0]);
  return std::ranges::all_of(g_.regions()[r].body, [&](NodeId inner) {
    if (plan_.form[inner] == Form::Unused) return true;
    const Node& n = g_.node(inner);
    return n.op == Op::store && g_.node(g_.operands(inner)[0]).region != r;
  });
}

void Body::loop(NodeId id) {
  const auto moved = moves_.instead.find(id);
  if (moved != moves_.instead.end()) return move(id, moved->second);
  const auto operands = g_.operands(id);
  const auto r = static_cast<RegionId>(g_.node(id).bits[0]);
  if (const auto found = parallel_.find(r); found != parallel_.end()) {
    return parallel_loop(id, found->second);
  }
  symbols_.homes.see(symbols_.indices[r]);
  text_.from(g_.node(id).origin);
  if (counts_by_itself(id)) {
    const std::string& index = symbols_.indices[r];
    text_.line(fmt::format("{} = {}", index, expressions_.index(operands[0])));
    text_.line(fmt::format("do while ({} < {})", index, expressions_.index(operands[1])));
    indented(r);
    text_.deeper();
    const std::string step = expressions_.index(operands[2]);
    const bool is_signed = step.starts_with('-');
    text_.line(fmt::format("{0} = {0} + {1}{2}{3}", index, is_signed ? "(" : "", step,
                           is_signed ? ")" : ""));
    text_.shallower();
    text_.line("end do");
    return;
  }
  if (has_sums_[r]) text_.line("!GCC$ novector");
  text_.line(loop_head(r, expressions_.index(operands[0]), last_index(operands[1], operands[2]),
                       expressions_.index(operands[2])));
  indented(r);
  text_.line(closing("end do", symbols_.labels[r]));
}

void Body::repeat(NodeId id) {
  const auto r = static_cast<RegionId>(g_.node(id).bits[0]);
  text_.from(g_.node(id).origin);
  text_.line(labelled(symbols_.labels[r], "do"));
  indented(r);
  text_.line(closing("end do", symbols_.labels[r]));
}

void Body::block(NodeId id) {
  const auto r = static_cast<RegionId>(g_.node(id).bits[0]);
  if (symbols_.labels[r].empty()) return region(r);  // nothing leaves it
  text_.line(labelled(symbols_.labels[r], "block"));
  indented(r);
  text_.line(closing("end block", symbols_.labels[r]));
}

std::string Body::jump(NodeId id) const {
  const Node& n = g_.node(id);
  const auto target = static_cast<RegionId>(n.bits[0]);
  const std::string word = n.op == Op::leave ? "exit" : "cycle";
  return core::innermost_loop(g_, n.region) == target ? word : word + " " + symbols_.labels[target];
}

NodeId Body::only_jump(RegionId region) const {
  const auto& body = g_.regions()[region].body;
  if (!plan_.temporaries[region].empty()) return kNone;
  NodeId found = kNone;
  for (const NodeId id : body) {
    if (plan_.form[id] != Form::Statement) continue;
    const Op op = g_.node(id).op;
    if (found != kNone || (op != Op::leave && op != Op::cycle)) return kNone;
    found = id;
  }
  return found;
}

void Body::branch(NodeId id) { arms(id, "if"); }

void Body::arms(NodeId id, const char* opening) {
  const NodeId condition = g_.operands(id)[0];
  const auto then = static_cast<RegionId>(g_.node(id).bits[0]);
  const auto other = static_cast<RegionId>(g_.node(id).bits[1]);
  const bool has_other = other != kNone && !is_empty(g_, plan_, other);
  const bool starts = std::string_view(opening) == "if";
  text_.from(g_.node(id).origin);
  if (is_empty(g_, plan_, then)) {
    text_.line(fmt::format("{} ({}) then", opening, denial(condition)));
    if (has_other) indented(other);
    text_.line("end if");
    return;
  }
  const std::string question = expressions_.value(condition);
  if (!has_other && starts && only_jump(then) != kNone) {
    text_.line(fmt::format("if ({}) {}", question, jump(only_jump(then))));
    return;
  }
  text_.line(fmt::format("{} ({}) then", opening, question));
  indented(then);
  if (has_other) {
    NodeId only = kNone;
    bool chains = plan_.temporaries[other].empty();
    for (const NodeId inner : g_.regions()[other].body) {
      if (plan_.form[inner] != Form::Statement) continue;
      chains = chains && only == kNone && g_.node(inner).op == Op::branch;
      only = inner;
    }
    if (chains) return arms(only, "else if");
    text_.line("else");
    indented(other);
  }
  text_.line("end if");
}

}  // namespace numeta::emit_fortran
