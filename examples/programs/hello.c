// SPDX-License-Identifier: Apache-2.0
// The smallest program: a line on the UART, and an end.

#include "platform.h"

int main(void) {
    put_text("Hello from M-mode.\n");
    return 0;
}
