"""The rules, one a module: who may access, where a trap goes, what it writes, where a return leads."""
