"""The CSR table: every CSR of a configuration, field by field, each with its rule; no hardware language."""
