// SPDX-License-Identifier: Apache-2.0
// Everything that a guest's access may find, as `emulate` (emulate.h), wherever the access arrives: one emulation for all
// paths. A VMM without a disk has `emulate` itself under this name (Makefile).

#ifndef DEVICES_H
#define DEVICES_H

#include <stdbool.h>
#include <stdint.h>

uint64_t device_access(uint64_t gpa, unsigned size, bool is_write, uint64_t data);

#endif
