// Plays a list of operations on the module `translate`, and writes down what it answers.
//
// One operation a line, in hexadecimal:
//   0 ADDRESS DATA                    the doubleword at an address of the RAM
//   1 SATP VSATP HGATP ENABLES        what the CSRs read; ENABLES: sum, mxr, vs_sum, vs_mxr from bit 0
//   2                                 a fence
//   3 MODE ACCESS IS_HLVX ADDRESS     a translation; the answer is one line:
//                                     FAULT CAUSE PHYSICAL GPA IS_IMPLICIT CYCLES READS
// The RAM is 1 MiB at 0x80000000; elsewhere there is nothing. It answers in the next cycle.
// +slow: it answers after 0 to 3 cycles.
// +qemu: 128 MiB of RAM, all 0 but for 1 MiB at 0x82800000.

`timescale 1ns / 1ns

module bench;
  reg clk = 0;
  reg rst = 1;
  always #5 clk = ~clk;

  reg request = 0, is_hlvx = 0, flush = 0;
  reg [1:0] access = 0;
  reg [2:0] mode = 3;
  reg [63:0] address = 0, satp = 0, vsatp = 0, hgatp = 0;
  reg [3:0] enables = 0;
  wire done, fault, is_implicit;
  wire [5:0] cause;
  wire [55:0] physical;
  wire [`GPA_BITS-3:0] gpa;

  wire valid, write;
  wire [55:0] bus_address;
  reg [63:0] ram [0:131071];
  reg [7:0] noise = 1;
  reg [1:0] waited = 0;
  reg is_slow, is_qemu;
  wire ready = valid && waited >= (is_slow ? noise[1:0] : 2'd1);
  wire is_ram = is_qemu ? bus_address[55:27] == 29'h10 : bus_address[55:20] == 36'h800;
  wire is_zero = is_qemu && bus_address[26:20] != 7'h28;
  wire [63:0] word = is_zero ? 64'd0 : ram[bus_address[19:3]];

  translate dut (
    .clk(clk), .rst(rst),
    .core__request(request), .core__access(access), .core__address(address), .core__mode(mode),
    .core__is_hlvx(is_hlvx), .core__done(done), .core__fault(fault), .core__cause(cause),
    .core__physical(physical), .core__gpa(gpa), .core__is_implicit(is_implicit),
    .bus__valid(valid), .bus__write(write), .bus__address(bus_address), .bus__wdata(), .bus__wmask(),
    // What has no meaning now is unknown: whoever looks at it is found out.
    .bus__ready(ready), .bus__rdata(!ready || !is_ram ? 64'bx : word[0] === 1'bx ? 64'd0 : word),
    .bus__error(ready ? !is_ram : 1'bx),
    .sum(enables[0]), .mxr(enables[1]), .vs_sum(enables[2]), .vs_mxr(enables[3]),
    .satp(satp), .vsatp(vsatp), .hgatp(hgatp), .flush(flush)
  );

  reg was_waiting = 0;
  reg [55:0] address_before = 0;
  always @(posedge clk) begin
    if (valid && (write || bus_address[2:0] != 0)) stop("a write, or an address between doublewords");
    if (was_waiting && (!valid || bus_address != address_before)) stop("an access that was not held until ready");
    if (valid && !request) stop("an access without a request");
    was_waiting <= valid && !ready;
    address_before <= bus_address;
    waited <= valid && !ready ? waited + 1 : 0;
    if (ready) noise <= {noise[6:0], noise[7] ^ noise[5] ^ noise[4] ^ noise[3]};
  end

  integer operations, answers, got, operation, cycles, reads;
  reg [63:0] a, b, c, d;
  reg [1023:0] operations_name, answers_name;

  task stop(input [639:0] why);
    begin
      $fdisplay(answers, "%0s", why);
      $finish;
    end
  endtask

  task tick;
    begin
      @(posedge clk);
      #1;
    end
  endtask

  initial begin
    is_qemu = $test$plusargs("qemu") != 0;
    is_slow = $test$plusargs("slow") != 0;
    got = $value$plusargs("operations=%s", operations_name) && $value$plusargs("answers=%s", answers_name);
    operations = $fopen(operations_name, "r");
    answers = $fopen(answers_name, "w");
    tick;
    rst = 0;
    tick;
    while ($fscanf(operations, "%h", operation) == 1)
      case (operation)
        0: begin
          got = $fscanf(operations, "%h %h", a, b);
          ram[a[19:3]] = b;
        end
        1: begin
          got = $fscanf(operations, "%h %h %h %h", satp, vsatp, hgatp, enables);
          tick;
        end
        2: begin
          flush = 1;
          tick;
          flush = 0;
        end
        default: begin
          got = $fscanf(operations, "%h %h %h %h", a, b, c, address);
          mode = a;
          access = b;
          is_hlvx = c;
          request = 1;
          cycles = 0;
          reads = 0;
          #1;
          while (!done && cycles < 1000) begin
            reads = reads + ready;
            cycles = cycles + 1;
            tick;
            #1;
          end
          if (done !== 1) stop("no answer");
          $fdisplay(answers, "%h %h %h %h %h %0d %0d", fault, cause, physical, gpa, is_implicit, cycles, reads);
          tick;
          request = 0;
        end
      endcase
    $finish;
  end
endmodule
