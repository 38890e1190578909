"""The trap CSRs: the table, the legalisers, the judgement of accesses, the file."""
