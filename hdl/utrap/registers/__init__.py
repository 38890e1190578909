"""The register file over the CSR table: storage, what each CSR reads, what a write does."""
