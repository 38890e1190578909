"""Families that the unit cannot have, and why."""

from __future__ import annotations

from utrap_strength.faults.fault import Impossible

__all__ = ["IMPOSSIBLE"]

_OF_THE_CORE = (
    "The core says the cause and the trap value of an exception together, on `commit_cause` and `commit_tval`"
)
_MISA = "misa is read-only: S and H are there or not for as long as the hart is"
_USER = "U-mode always exists"

IMPOSSIBLE = tuple(
    Impossible(family=family, why=why)
    for family, why in {
        "misa-h-clear": f"{_MISA}.",
        "misa-s-deleg": f"{_MISA}.",
        "mpp-least-priv": f"{_USER}, so the least privileged mode is U; a hart without S holds MPP in one bit, which"
        " has no value for an absent mode.",
        "mpp-reset": f"{_USER}, so MPP may hold it.",
        "tval-ecall": f"{_OF_THE_CORE}; the unit sees no instruction that it could write.",
        "tval-wrong-hfence": f"{_OF_THE_CORE}; the unit does not know which instruction raised it.",
        "exc-prio-tval-order": f"{_OF_THE_CORE}; the unit never sees two exceptions.",
        "deleg-reduce-or": "One event is committed a cycle, and an exception has one cause: no vector of causes is"
        " there that could be ORed.",
        "dest-recomputed": "The number of an interrupt and the mode that takes it are made in one cycle from one state;"
        " nothing is kept between.",
        "vien-wrong-gate": "The unit has no AIA, and so neither mvien nor hvien.",
        "sd-raw-fs": "FS and VS take every value that is written, so what is written and what is stored are the same.",
        "vsepc-lsb": "All xepc are rows of one column with one width, and the CSR table refuses a row that stores"
        " a trap's pc in other bits than its neighbours.",
    }.items()
)
