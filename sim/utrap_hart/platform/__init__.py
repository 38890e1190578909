"""The platform around the hart: bus, devices, and its Verilog."""
