// SPDX-License-Identifier: Apache-2.0
// Two harts of different configuration in one design: what their trap units are is in soc.core.
`include "application.vh"
`include "controller.vh"

module soc (
    input  wire       clk,
    input  wire       rst_n,
    output wire [2:0] application_mode,
    output wire [2:0] controller_mode
);

  application application_unit (
      .clk(clk),
      .rst(!rst_n),
      .hartid(64'd0),
      .commit_op(`APPLICATION_OP_NONE),
      .hart_mode(application_mode)
  );

  controller controller_unit (
      .clk(clk),
      .rst_n(rst_n),
      .hartid(32'd1),
      .commit_op(`CONTROLLER_OP_NONE),
      .hart_mode(controller_mode)
  );

endmodule
