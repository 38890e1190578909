"""Prints utrap_csr.h for the hart's configuration: what firmware, VMM and guest are compiled with."""

from utrap.products.c_header import c_header
from utrap_hart.hart import hart_config

if __name__ == "__main__":
    print(c_header(hart_config()), end="")
