"""Two-stage address translation: page tables, the walk, the TLB."""
