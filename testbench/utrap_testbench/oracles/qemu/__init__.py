"""The second oracle: random bare-metal programs under QEMU, every trap and every CSR compared with the golden model.

A program (`program`) is a list of steps that `generate` draws from a seed.
Each step writes CSRs in M-mode, goes to a mode with MRET and executes a few
instructions there; whatever traps, the step ends in M-mode, where the runtime
dumps every trap CSR. `source` writes the program as assembly, `tools` assembles
and runs it, `core` executes the same steps on the golden model. What the
program dumped and the trap log that QEMU wrote are compared by `compare` with
what the model says, in which `deviations` has put what QEMU 7.2 is known to do
otherwise: by name, event by event.
"""
