"""What is made from the trap unit's own tables: Verilog, port list, C header, core file, CSR map, documents."""
