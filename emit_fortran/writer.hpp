// writer.hpp - lines of Fortran: indentation, continuation before column 100, and where in the
// user's Python each line comes from.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "emit_fortran/emit.hpp"

namespace numeta::emit_fortran {

class Writer {
 public:
  explicit Writer(std::size_t indent) : indent_(indent) {}
  /// One statement; broken at blanks with `&` where it is too long.
  void line(std::string_view statement);
  void raw(std::string_view text) {
    text_ += text;
    count(text);
  }
  /// Lines that are written already, each moved in by the indentation.
  void block(std::string_view text);
  std::string take() { return std::exchange(text_, {}); }
  /// A place in the text, for what turns out to be needed there.
  struct Place {
    std::size_t offset;
    std::uint32_t lines;
  };
  Place here() const { return {text_.size(), lines_}; }
  std::string_view since(Place place) const { return std::string_view(text_).substr(place.offset); }
  void insert(Place place, std::string_view text);
  /// `!$omp ...`, broken at blanks where it is too long.
  void directive(std::string_view words);
  std::size_t indent() const { return indent_; }
  void deeper() { indent_ += 2; }
  void shallower() { indent_ -= 2; }
  void from(core::Origin origin);

  const std::string& text() const { return text_; }
  std::uint32_t lines() const { return lines_; }
  std::vector<LineOrigin> origins;

 private:
  void count(std::string_view text);
  std::string text_;
  std::size_t indent_;
  std::uint32_t lines_ = 0;
};

}  // namespace numeta::emit_fortran
