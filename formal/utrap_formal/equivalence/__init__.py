"""The RTL and the golden model are the same machine: proved for every state and every event.

The state is architectural, so one step is the whole theorem: no bound, no
reachability. `netlist` makes z3 terms of the Verilog; `symbolic` and
`explorer` run the model's plain Python on all values at once;
`correspondence` says which register is which field, the rows of
`utrap_testbench.boundary` what is compared when, `cases` what events there
are, `invariants` what is known of reachable states; `prover` asks the solver,
and `counterexample` makes numbers and a record of what it finds.
"""
