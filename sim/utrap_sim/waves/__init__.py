"""Named sequences of traps on the generated Verilog in a simulator, and the waves that they leave.

- `hart`: a hart plays a sequence on the golden model, event by event, as a
  small core would: a user's own function is given one (docs/waves.md).
- `scenario` says what a scenario is, `library` has those with a name, `own` a
  user's.
- `run` plays what a hart has collected on the Verilog, compares every cycle
  with the model, and gives the dump; `gtkw` writes GTKWave's save file for it,
  `join` its timeline.
"""
