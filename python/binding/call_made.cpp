// See call_made.hpp.

#include "call_made.hpp"

#include <array>

namespace numeta::call {

namespace {

// A new array of undefined content with the lengths in its words, which come to own it; false, with
// nothing raised, if there is no memory.
bool make(const MadeArray& array, std::int64_t* words) {
  std::array<npy_intp, NPY_MAXDIMS> lengths;
  for (int axis = 0; axis < array.ndim; ++axis) {
    lengths[static_cast<std::size_t>(axis)] = words[kMadeWords + static_cast<std::size_t>(axis)];
  }
  PyObject* made = PyArray_New(&PyArray_Type, array.ndim, lengths.data(), array.typenum, nullptr,
                               nullptr, 0, array.fortran ? NPY_ARRAY_F_CONTIGUOUS : 0, nullptr);
  if (made == nullptr) PyErr_Clear();
  words[0] = reinterpret_cast<std::int64_t>(made);
  return made != nullptr;
}

void* data_of(const std::int64_t* words) {
  return PyArray_DATA(reinterpret_cast<PyArrayObject*>(words[0]));
}

}  // namespace

Making::Making(std::span<const MadeArray> arrays, std::int64_t* frame)
    : arrays_(arrays), frame_(frame) {
  requests_.reserve(arrays.size());  // words point to them
  for (const MadeArray& array : arrays) {
    std::int64_t* words = frame + array.word;
    words[0] = words[1] = 0;
    if (array.early) continue;
    requests_.push_back({make_late, &array, nullptr});
    words[1] = reinterpret_cast<std::int64_t>(&requests_.back());
  }
}

Making::~Making() {
  for (const MadeArray& array : arrays_) {
    Py_XDECREF(reinterpret_cast<PyObject*>(frame_[array.word]));
  }
}

void Making::make_early(Entry entry) {
  if (requests_.size() == arrays_.size()) return;
  frame_[1] = 1;
  entry(frame_);
  frame_[1] = 0;
  for (const MadeArray& array : arrays_) {
    std::int64_t* words = frame_ + array.word;
    if (array.early && make(array, words))
      words[1] = reinterpret_cast<std::int64_t>(data_of(words));
  }
}

void Making::set_thread(PyThreadState* state) {
  for (Request& request : requests_) request.state = state;
}

void* Making::make_late(std::int64_t* words) {
  const auto& request = *reinterpret_cast<const Request*>(words[1]);
  if (request.state != nullptr) PyEval_RestoreThread(request.state);
  void* data = make(*request.array, words) ? data_of(words) : nullptr;
  if (request.state != nullptr) PyEval_SaveThread();
  return data;
}

}  // namespace numeta::call
