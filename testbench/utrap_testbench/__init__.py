"""What checks the trap unit: the golden model and the testbench around the Verilog."""
