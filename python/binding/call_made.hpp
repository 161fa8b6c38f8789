// Arrays that a kernel makes and returns: NumPy's own memory, one new array for each call.
//
// An early array (its lengths follow from the arguments) is made before the kernel runs: the stub
// is asked for the lengths first. Any other is made when the kernel asks for it, from inside the
// stub. The frame words of an array are described in emit_fortran/stub.hpp. A kernel that fails, or
// leaves by an exception, leaves nothing behind.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "call_numpy.hpp"

namespace numeta::call {

struct MadeArray {
  int typenum = -1;
  int ndim = 0;
  bool fortran = false;  // the first axis is contiguous
  bool early = false;
  std::uint32_t word = 0;  // its first word, counted from the start of the frame
};

inline constexpr std::uint32_t kMadeWords = 2;  // before the lengths

// The arrays of one call, owned by it; all but the making of a late one needs the GIL.
class Making {
 public:
  using Entry = std::int32_t (*)(std::int64_t* frame);

  Making(std::span<const MadeArray> arrays, std::int64_t* frame);
  ~Making();
  Making(const Making&) = delete;
  Making& operator=(const Making&) = delete;

  // Where there is no memory the kernel says so when it comes to it.
  void make_early(Entry entry);
  // The thread's state while the kernel runs without the GIL; null where it keeps it.
  void set_thread(PyThreadState* state);

 private:
  // What the words of a late array point to.
  struct Request {
    void* (*make)(std::int64_t* words);  // first: all that the stub knows of it
    const MadeArray* array;
    PyThreadState* state;
  };
  static void* make_late(std::int64_t* words);

  std::span<const MadeArray> arrays_;
  std::int64_t* frame_;
  std::vector<Request> requests_;
};

}  // namespace numeta::call
