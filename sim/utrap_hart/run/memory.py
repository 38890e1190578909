"""The hart's memory in a simulation: how large it is, and the module that holds it.

Icarus holds it in an array, made for its size. Verilator's program asks the
operating system for it, at any size and page by page as it is touched: an
array of a gibibyte would be written once before the first cycle.
"""

from __future__ import annotations

import re

from utrap.command_line.errors import UserError

__all__ = ["BASE", "DEFAULT_SIZE", "MEMORY", "memory_files", "memory_range", "memory_size"]

#: The module's name.
MEMORY = "hart_memory"
#: Memory's first address.
BASE = 0x8000_0000
DEFAULT_SIZE = 16 << 20
_LARGEST = 1 << 30
_PAGE = 4096
_UNITS = {"K": 1 << 10, "M": 1 << 20, "G": 1 << 30}


def memory_size(text: str) -> int:
    """Bytes, as a user says them: 64M.

    Raises:
        UserError: When it is no size, or none that the hart can have.
    """
    matched = re.fullmatch(r"(\d+)([KMG]?)(?:iB)?", text)
    if matched is None:
        raise UserError(f"--memory {text}: not a size; say it in bytes, or with K, M or G behind: 64M")
    size = int(matched[1]) * _UNITS.get(matched[2], 1)
    if not _PAGE <= size <= _LARGEST or size % _PAGE:
        raise UserError(f"--memory {text}: the hart has 4K to 1G of memory, in whole pages of 4K")
    return size


def memory_range(size: int = DEFAULT_SIZE) -> range:
    """The addresses of memory."""
    return range(BASE, BASE + size)


def memory_files(simulator: str, size: int) -> dict[str, str]:
    """The sources of the module `hart_memory` for a simulator, by name.

    The module has `read(word)`, `write(word, data, mask)` and `load(path)`,
    which reads what `Image.hexadecimal` wrote; words are doublewords from the
    start of memory. Its reader keeps to the size.
    """
    if simulator == "verilator":
        return {f"{MEMORY}.v": _BY_PAGES, f"{MEMORY}.cpp": _PAGES.format(limit=_LARGEST)}
    return {f"{MEMORY}.v": _BY_ARRAY.format(words=size // 8)}


_BY_ARRAY = """\
module hart_memory;
  reg [63:0] words [0:{words} - 1];
  integer index;

  function [63:0] read(input [52:0] word);
    read = words[word];
  endfunction

  task write(input [52:0] word, input [63:0] data, input [63:0] mask);
    words[word] = (words[word] & ~mask) | (data & mask);
  endtask

  task load(input [8191:0] path);
    begin
      for (index = 0; index < {words}; index = index + 1) words[index] = 64'd0;
      $readmemh(path, words);
    end
  endtask
endmodule
"""

_BY_PAGES = """\
module hart_memory;
  import "DPI-C" function longint unsigned hart_memory_read(input longint unsigned word);
  import "DPI-C" function void hart_memory_write(input longint unsigned word, input longint unsigned data,
                                                 input longint unsigned mask);
  import "DPI-C" function void hart_memory_load(input string path);

  function automatic [63:0] read(input [52:0] word);
    read = hart_memory_read({11'd0, word});
  endfunction

  task automatic write(input [52:0] word, input [63:0] data, input [63:0] mask);
    hart_memory_write({11'd0, word}, data, mask);
  endtask

  task automatic load(input string path);
    hart_memory_load(path);
  endtask
endmodule
"""

# What is mapped without a file is zero, and takes no memory until it is touched.
_PAGES = """\
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <sys/mman.h>

namespace {{
constexpr uint64_t LIMIT = {limit}ull / 8;

uint64_t *words() {{
    static void *const mapped =
        mmap(nullptr, LIMIT * 8, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (mapped == MAP_FAILED) {{
        std::perror("the hart's memory");
        std::exit(2);
    }}
    return static_cast<uint64_t *>(mapped);
}}
}} // namespace

extern "C" unsigned long long hart_memory_read(unsigned long long word) {{ return word < LIMIT ? words()[word] : 0; }}

extern "C" void hart_memory_write(unsigned long long word, unsigned long long data, unsigned long long mask) {{
    if (word < LIMIT)
        words()[word] = (words()[word] & ~mask) | (data & mask);
}}

// Lines of $readmemh: "@" and a number of a doubleword, or the next doubleword.
extern "C" void hart_memory_load(const char *path) {{
    std::FILE *file = std::fopen(path, "r");
    if (!file) {{
        std::perror(path);
        std::exit(2);
    }}
    char line[32];
    for (uint64_t word = 0; std::fgets(line, sizeof line, file);) {{
        if (line[0] == '@')
            word = std::strtoull(line + 1, nullptr, 16);
        else
            hart_memory_write(word++, std::strtoull(line, nullptr, 16), ~0ull);
    }}
    std::fclose(file);
}}
"""
