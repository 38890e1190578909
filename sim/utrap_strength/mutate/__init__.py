"""Random mistakes in the netlist of the unit: which of them the regression catches, and which nothing could."""
