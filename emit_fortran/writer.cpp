// writer.cpp - see writer.hpp.
#include "emit_fortran/writer.hpp"

#include <algorithm>

namespace numeta::emit_fortran {
namespace {
constexpr std::size_t kColumns = 100;
}

void Writer::line(std::string_view statement) {
  std::size_t indent = indent_;
  const bool is_directive = statement.starts_with("!$omp");  // broken where it was written
  while (!is_directive && indent + statement.size() > kColumns) {
    const std::size_t room = kColumns - indent - 2;
    auto blank = statement.rfind(' ', room);
    std::size_t next = blank + 1;
    if (blank == std::string_view::npos || blank == 0) {
      // Calls in calls have no blank: the line ends behind a parenthesis.
      blank = statement.rfind('(', room - 1);
      if (blank == std::string_view::npos) blank = statement.find(' ', room);
      if (blank == std::string_view::npos) break;
      next = blank + 1;
      if (statement[blank] == '(') ++blank;
    }
    text_.append(indent, ' ');
    text_ += statement.substr(0, blank);
    text_ += " &\n";
    ++lines_;
    statement.remove_prefix(next);
    indent = indent_ + 4;
  }
  text_.append(indent, ' ');
  text_ += statement;
  text_ += '\n';
  ++lines_;
}

void Writer::insert(Place place, std::string_view text) {
  text_.insert(place.offset, text);
  const auto added = static_cast<std::uint32_t>(std::count(text.begin(), text.end(), '\n'));
  lines_ += added;
  for (LineOrigin& origin : origins) {
    if (origin.line > place.lines) origin.line += added;
  }
}

void Writer::directive(std::string_view words) {
  constexpr std::string_view sentinel = "!$omp ";
  std::string next = std::string(sentinel);
  while (indent_ + next.size() + words.size() > kColumns) {
    const auto blank = words.rfind(' ', kColumns - indent_ - next.size() - 2);
    if (blank == std::string_view::npos) break;
    text_.append(indent_, ' ');
    text_ += next;
    text_ += words.substr(0, blank);
    text_ += " &\n";
    ++lines_;
    words.remove_prefix(blank + 1);
    next = "!$omp   ";
  }
  text_.append(indent_, ' ');
  text_ += next;
  text_ += words;
  text_ += '\n';
  ++lines_;
}

void Writer::block(std::string_view text) {
  while (!text.empty()) {
    const auto end = text.find('\n');
    const std::string_view whole = text.substr(0, end);
    const std::size_t inner = std::min(whole.find_first_not_of(' '), whole.size());
    indent_ += inner;
    line(whole.substr(inner));
    indent_ -= inner;
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
}

void Writer::from(core::Origin origin) {
  if (origin.code == core::kNone) return;
  origins.push_back({lines_ + 1, origin});
}

void Writer::count(std::string_view text) {
  lines_ += static_cast<std::uint32_t>(std::count(text.begin(), text.end(), '\n'));
}

}  // namespace numeta::emit_fortran
