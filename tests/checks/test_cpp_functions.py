"""The function finder sees functions where C++ has them, and measures them right."""

from tools.checks.cpp_functions import Function, functions


def test_functions_of_namespaces_and_classes_are_found() -> None:
    source = """namespace a {
struct S {
  int x = {1};
  int get() const noexcept { return x; }
  S() : x{2} {
  }
};

template <typename T>
T f(T a)
{
  auto inner = [&](int b) { return b; };
  if (a) {
    return inner(1);
  }
  return a;
}
}  // namespace a
"""
    assert functions(source) == [Function("get", 4, 1), Function("S", 5, 2), Function("f", 9, 9)]


def test_braces_in_literals_comments_and_macros_do_not_count() -> None:
    source = """#define OPEN \\
  if (x) {
// }
const char* text = R"({{{)";
void f() {
  g('{', "}", 1'000); /* } */
}
"""
    assert functions(source) == [Function("f", 5, 3)]


def test_tables_and_initialisers_are_no_functions() -> None:
    source = """constexpr int kRows[] = {
  row(1),
};
enum class Op : unsigned char { a, b };
extern "C" {
int f(void) { return 1; }
}
"""
    assert functions(source) == [Function("f", 6, 1)]
