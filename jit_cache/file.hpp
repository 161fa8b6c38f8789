// Files as the cache sees them: owned descriptors, whole reads, identities, private folders.
//
// Every function reports failure through its result; none throws on an I/O error. Nothing follows
// a symbolic link in the last component unless it says so.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace numeta::jit_cache {

class FileDescriptor {
 public:
  FileDescriptor() = default;
  explicit FileDescriptor(int fd) : fd_(fd) {}
  FileDescriptor(FileDescriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  FileDescriptor& operator=(FileDescriptor&& other) noexcept;
  FileDescriptor(const FileDescriptor&) = delete;
  ~FileDescriptor();
  int get() const { return fd_; }
  explicit operator bool() const { return fd_ >= 0; }

 private:
  int fd_ = -1;
};

// What says that a program or library is still the same one.
struct FileIdentity {
  std::string path;  // resolved
  uint64_t size = 0;
  int64_t mtime_ns = 0;

  std::string text() const;  // "path\nsize\nmtime"
};

// Follows links (a compiler is usually one); nothing if there is no such regular file.
std::optional<FileIdentity> identify(const std::string& path);
bool still_same(std::string_view identity_text);

// What a name stands for now, links followed, in one question; all zero where that is nothing.
struct FileTag {
  uint64_t device = 0;
  uint64_t inode = 0;
  uint64_t size = 0;
  int64_t mtime_ns = 0;

  bool operator==(const FileTag&) const = default;
};
FileTag tag_of(const std::string& path);

// Reads a regular file that is no link, of at most kLargestFile bytes. nullopt and errno on
// failure; never opens a FIFO or device.
inline constexpr uint64_t kLargestFile = uint64_t{1} << 30;
std::optional<std::string> read_regular(const std::string& path);
// A part of a file that is open; shorter where the file ends. nullopt on failure.
std::optional<std::string> read_part(int fd, uint64_t offset, uint64_t size);
// Reads any file, links followed (libraries, linker scripts).
std::optional<std::string> read_through_links(const std::string& path);

// Writes all of it; an errno value on failure. The file must not exist yet (EEXIST: it does and is
// left alone); `mode` is exact, whatever the umask.
int write_new(const std::string& path, std::string_view bytes, unsigned mode, bool sync);

// Where private folders may be made, in the order of preference: memory first or last, $TMPDIR, the
// user's runtime folder, /tmp, /var/tmp, the home folder.
std::vector<std::string> private_places(bool prefer_memory);
// A new folder of mode 0700 in a place; empty when that cannot be had.
std::string make_folder_in(const std::string& place);
// The same in the first place that allows it.
std::string make_private_folder(bool prefer_memory);
// Removes what processes that died left in a place more than an hour ago.
void remove_left_folders(const std::string& place);
void remove_folder(const std::string& path);  // what a private folder holds, one level deep

// The program `name` on PATH (or itself, if it has a slash); empty when there is none.
std::string find_program(std::string_view name);

std::string describe_errno(int error);

}  // namespace numeta::jit_cache
