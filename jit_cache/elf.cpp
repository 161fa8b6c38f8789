// Symbol tables of objects, hash tables of libraries (System V ABI; GNU hash as in glibc).
//
// Every offset is checked against the size of the file before it is read.
#include "jit_cache/elf.hpp"

#include <elf.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <cstring>

#include "jit_cache/file.hpp"

namespace numeta::jit_cache {
namespace {

class Image {
 public:
  explicit Image(std::string_view bytes) : bytes_(bytes) {}

  template <typename T>
  bool read(uint64_t offset, T& out) const {
    if (offset > bytes_.size() || bytes_.size() - offset < sizeof(T)) return false;
    std::memcpy(&out, bytes_.data() + offset, sizeof(T));
    return true;
  }

  std::string_view text(uint64_t offset) const {
    if (offset >= bytes_.size()) return {};
    const std::string_view rest = bytes_.substr(offset);
    return rest.substr(0, rest.find('\0'));
  }

  std::optional<Elf64_Ehdr> header() const {
    Elf64_Ehdr ehdr;
    if (!read(0, ehdr) || std::memcmp(ehdr.e_ident, ELFMAG, SELFMAG) != 0) return std::nullopt;
    if (ehdr.e_ident[EI_CLASS] != ELFCLASS64 || ehdr.e_ident[EI_DATA] != ELFDATA2LSB) {
      return std::nullopt;
    }
    return ehdr;
  }

  // The first section of a type.
  std::optional<Elf64_Shdr> section(const Elf64_Ehdr& ehdr, uint32_t type) const {
    Elf64_Shdr shdr;
    for (uint64_t i = 0; i < ehdr.e_shnum; ++i) {
      if (!read(ehdr.e_shoff + i * sizeof shdr, shdr)) return std::nullopt;
      if (shdr.sh_type == type) return shdr;
    }
    return std::nullopt;
  }

 private:
  std::string_view bytes_;
};

// A file mapped for reading.
class Mapped {
 public:
  explicit Mapped(const std::string& path) {
    const FileDescriptor fd(open(path.c_str(), O_RDONLY | O_CLOEXEC));
    struct stat info {};
    if (!fd || fstat(fd.get(), &info) != 0 || info.st_size == 0) return;
    void* at =
        mmap(nullptr, static_cast<size_t>(info.st_size), PROT_READ, MAP_PRIVATE, fd.get(), 0);
    if (at == MAP_FAILED) return;
    bytes_ = {static_cast<const char*>(at), static_cast<size_t>(info.st_size)};
  }
  Mapped(const Mapped&) = delete;
  Mapped& operator=(const Mapped&) = delete;
  ~Mapped() {
    if (!bytes_.empty()) munmap(const_cast<char*>(bytes_.data()), bytes_.size());
  }
  std::string_view bytes() const { return bytes_; }

 private:
  std::string_view bytes_;
};

uint32_t gnu_hash(std::string_view name) {
  uint32_t hash = 5381;
  for (const char c : name) hash = hash * 33 + static_cast<unsigned char>(c);
  return hash;
}

struct DynamicTables {
  Elf64_Shdr hash;
  Elf64_Shdr symbols;
  uint64_t strings = 0;
  std::optional<Elf64_Shdr> versions;
};

std::optional<DynamicTables> dynamic_tables(const Image& image) {
  const auto ehdr = image.header();
  if (!ehdr || ehdr->e_type != ET_DYN) return std::nullopt;
  const auto hash = image.section(*ehdr, SHT_GNU_HASH);
  const auto symbols = image.section(*ehdr, SHT_DYNSYM);
  if (!hash || !symbols) return std::nullopt;
  Elf64_Shdr strings;
  if (!image.read(ehdr->e_shoff + symbols->sh_link * sizeof strings, strings)) return std::nullopt;
  return DynamicTables{*hash, *symbols, strings.sh_offset, image.section(*ehdr, SHT_GNU_versym)};
}

bool usable_definition(const Image& image, const DynamicTables& tables, uint32_t index,
                       std::string_view name) {
  Elf64_Sym symbol;
  if (!image.read(tables.symbols.sh_offset + index * sizeof symbol, symbol)) return false;
  if (symbol.st_shndx == SHN_UNDEF || image.text(tables.strings + symbol.st_name) != name) {
    return false;
  }
  if (!tables.versions) return true;
  uint16_t version = 0;
  if (!image.read(tables.versions->sh_offset + index * sizeof version, version)) return false;
  return (version & 0x8000U) == 0 && version != 0;  // neither a hidden version nor local
}

bool defines(const Image& image, const DynamicTables& tables, std::string_view name) {
  struct Head {
    uint32_t buckets, first, bloom_words, shift;
  } head;
  const uint64_t at = tables.hash.sh_offset;
  if (!image.read(at, head) || head.buckets == 0) return false;
  const uint64_t buckets = at + sizeof head + uint64_t{head.bloom_words} * 8;
  const uint64_t chains = buckets + uint64_t{head.buckets} * 4;
  const uint32_t hash = gnu_hash(name);
  uint32_t index = 0;
  if (!image.read(buckets + uint64_t{hash % head.buckets} * 4, index) || index < head.first) {
    return false;
  }
  while (true) {
    uint32_t chained = 0;
    if (!image.read(chains + uint64_t{index - head.first} * 4, chained)) return false;
    if ((chained | 1U) == (hash | 1U) && usable_definition(image, tables, index, name)) return true;
    if ((chained & 1U) != 0) return false;
    ++index;
  }
}

}  // namespace

std::optional<ObjectSymbols> object_symbols(std::string_view object) {
  const Image image(object);
  const auto ehdr = image.header();
  if (!ehdr || ehdr->e_type != ET_REL) return std::nullopt;
  const auto table = image.section(*ehdr, SHT_SYMTAB);
  if (!table) return std::nullopt;
  Elf64_Shdr strings;
  if (!image.read(ehdr->e_shoff + table->sh_link * sizeof strings, strings)) return std::nullopt;
  ObjectSymbols symbols;
  Elf64_Sym symbol;
  for (uint64_t i = 1; i < table->sh_size / sizeof symbol; ++i) {
    if (!image.read(table->sh_offset + i * sizeof symbol, symbol)) return std::nullopt;
    if (ELF64_ST_BIND(symbol.st_info) == STB_LOCAL) continue;
    std::string name(image.text(strings.sh_offset + symbol.st_name));
    auto& list = symbol.st_shndx == SHN_UNDEF ? symbols.undefined : symbols.defined;
    list.push_back(std::move(name));
  }
  return symbols;
}

std::optional<std::vector<bool>> defined_in_library(const std::string& path,
                                                    const std::vector<std::string>& names) {
  const Mapped mapped(path);
  const Image image(mapped.bytes());
  const auto tables = dynamic_tables(image);
  if (!tables) return std::nullopt;
  std::vector<bool> found;
  for (const std::string& name : names) found.push_back(defines(image, *tables, name));
  return found;
}

std::string soname_of(const std::string& path) {
  const Mapped mapped(path);
  const Image image(mapped.bytes());
  const auto ehdr = image.header();
  if (!ehdr) return {};
  const auto dynamic = image.section(*ehdr, SHT_DYNAMIC);
  Elf64_Shdr strings;
  if (!dynamic || !image.read(ehdr->e_shoff + dynamic->sh_link * sizeof strings, strings))
    return {};
  Elf64_Dyn tag;
  for (uint64_t i = 0; i < dynamic->sh_size / sizeof tag; ++i) {
    if (!image.read(dynamic->sh_offset + i * sizeof tag, tag)) break;
    if (tag.d_tag == DT_SONAME) return std::string(image.text(strings.sh_offset + tag.d_un.d_val));
  }
  return {};
}

}  // namespace numeta::jit_cache
