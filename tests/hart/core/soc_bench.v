// Runs a program on the module `soc`, and writes down each instruction that retires and each trap, in hexadecimal:
//
//   R PC INSN MODE RD VALUE                    RD is 0 where no register is written
//   E CAUSE PC TVAL GVA TVAL2 TINST            an exception
//   I CAUSE PC                                 an interrupt
//   X CODE                                     the program ended
//   G VALUE                                    x1, x2 to x31 then
//
// +image=FILE is the memory, +lines=FILE what is written down, +max=N the most cycles, +slow: memory answers after 0
// to 3 cycles, else in the next one. What has no meaning is unknown: whoever looks at it is found out.

`timescale 1ns / 1ns

module bench;
  reg clk = 0;
  reg rst = 1;
  always #5 clk = ~clk;

  wire valid, write, uart_valid, exit_valid, retire_valid;
  wire [55:0] address;
  wire [63:0] wdata, exit_code, retire_pc;
  wire [7:0] wmask, uart_data;
  wire [31:0] retire_insn;
  wire [2:0] retire_mode;

  reg [63:0] ram [0:`RAM_WORDS-1];
  reg [7:0] noise = 1;
  reg [1:0] waited = 0;
  reg is_slow;
  wire ready = valid && waited >= (is_slow ? noise[1:0] : 2'd1);
  wire [55:0] offset = address - 56'h80000000;
  wire is_ram = address >= 56'h80000000 && offset[55:3] < `RAM_WORDS;
  // A doubleword that nothing was written to is 0; to write zeros to all of them would take long.
  wire [63:0] held = ram[offset[55:3]] === 64'bx ? 64'd0 : ram[offset[55:3]];

  soc soc (
    .clk(clk), .rst(rst), .reset_pc(64'h80000000),
    .memory_valid(valid), .memory_write(write), .memory_address(address), .memory_wdata(wdata), .memory_wmask(wmask),
    .memory_ready(ready), .memory_rdata(ready && is_ram && !write ? held : 64'bx),
    .memory_error(ready ? !is_ram : 1'bx),
    .uart_valid(uart_valid), .uart_data(uart_data), .received(1'b0), .received_data(8'd0), .takes(),
    .exit_valid(exit_valid), .exit_code(exit_code),
    .retire_valid(retire_valid), .retire_pc(retire_pc), .retire_insn(retire_insn), .retire_mode(retire_mode)
  );

  integer lines, cycles, most, lane, got;
  reg [2047:0] image, lines_name;
  reg [63:0] written;
  reg was_waiting = 0;
  reg [55:0] address_before = 0;

  task stop(input [639:0] why);
    begin
      $fdisplay(lines, "%0s", why);
      $finish;
    end
  endtask

  always @(posedge clk) begin
    waited <= valid && !ready ? waited + 1 : 0;
    if (ready) noise <= {noise[6:0], noise[7] ^ noise[5] ^ noise[4] ^ noise[3]};
    was_waiting <= valid && !ready;
    address_before <= address;
    if (!rst) begin
      if (valid && address[2:0] != 0) stop("an address between doublewords");
      if (was_waiting && (!valid || address != address_before)) stop("an access that was not held until ready");
      if (ready && write && is_ram) begin
        written = held;
        for (lane = 0; lane < 8; lane = lane + 1)
          if (wmask[lane]) written[8 * lane +: 8] = wdata[8 * lane +: 8];
        ram[offset[55:3]] <= written;
      end
      cycles <= cycles + 1;
      if (retire_valid !== 1'b0)
        $fdisplay(lines, "R %h %h %h %h %h", retire_pc, retire_insn, retire_mode,
          soc.hart.core.writes_rd ? retire_insn[11:7] : 5'd0,
          soc.hart.core.writes_rd && retire_insn[11:7] != 0 ? soc.hart.core.result : 64'd0);
      if (soc.hart.unit.commit_op == 3'd2)
        $fdisplay(lines, "E %h %h %h %h %h %h", soc.hart.unit.commit_cause, soc.hart.unit.commit_pc,
          soc.hart.unit.commit_tval, soc.hart.unit.commit_gva, soc.hart.unit.commit_tval2,
          soc.hart.unit.commit_tinst);
      if (soc.hart.unit.commit_op == 3'd3)
        $fdisplay(lines, "I %h %h", soc.hart.unit.interrupt_cause, soc.hart.unit.commit_pc);
      if (exit_valid !== 1'b0) begin
        $fdisplay(lines, "X %h", exit_code);
        for (lane = 1; lane < 32; lane = lane + 1) $fdisplay(lines, "G %h", soc.hart.core.x[lane]);
        $finish;
      end
      if (cycles == most) $finish;
    end
  end

  initial begin
    cycles = 0;
    is_slow = $test$plusargs("slow") != 0;
    got = $value$plusargs("image=%s", image) && $value$plusargs("lines=%s", lines_name)
      && $value$plusargs("max=%d", most);
    $readmemh(image, ram);
    lines = $fopen(lines_name, "w");
    repeat (2) @(posedge clk);
    #1 rst = 0;
  end
endmodule
