"""HTIF as the bench offers it, in Verilog: what a program asks of its host through `tohost` and `fromhost`.

`tohost` is a doubleword at a multiple of 4. When it has been written the host
reads it, clears it, and does what it says; a store of one half alone is looked
at some cycles later, so that the other half may follow.

    device 0, command 0, odd    the program ends; bits 47:1 are its code
    device 0, command 0, even   a system call: the address of its number, its arguments and, afterwards,
                                its result; `fromhost` becomes 1. Offered: 64, `write` to 1 and 2; 93, `exit`
    device 1, command 1         bits 7:0 are a character for the console
"""

from __future__ import annotations

__all__ = ["HTIF"]

#: What a system call gives that is not offered, whose file is not open, whose buffer is not in memory: Linux' numbers.
_ENOSYS, _EBADF, _EFAULT = -38, -9, -14
#: Cycles in which the second half of a request may follow the first.
_HALF = 64

#: Stands in the bench after its memory; `htif_ends` with `htif_code` is the end.
HTIF = f"""\
  localparam [63:0] UPPER = 64'hffffffff_00000000;
  wire [55:0] tohost_offset = tohost - BASE;
  wire [52:0] tohost_word = tohost_offset[55:3];
  wire [52:0] tohost_next = tohost_word + {{52'd0, tohost[2]}};
  wire stores = memory_valid && !memory_ready && is_inside && memory_write && tohost != 56'd0;
  wire stores_lower = stores && word == tohost_word && |(tohost[2] ? memory_wmask[7:4] : memory_wmask[3:0]);
  wire stores_upper = stores && word == tohost_next && |(tohost[2] ? memory_wmask[3:0] : memory_wmask[7:4]);
  reg [7:0] htif_wait = 8'd0;
  wire htif_acts = htif_wait == 8'd1 && !stores;
  reg [63:0] tohost_at, tohost_behind;
  always @* begin
    tohost_at = 64'd0;
    tohost_behind = 64'd0;
    if (htif_acts) begin
      tohost_at = memory.read(tohost_word);
      tohost_behind = memory.read(tohost_next);
    end
  end
  wire [63:0] htif_request = tohost[2] ? {{tohost_behind[31:0], tohost_at[63:32]}} : tohost_at;

  wire [55:0] call_offset = htif_request[55:0] - BASE;
  wire [52:0] call = call_offset[55:3];
  wire htif_calls = htif_acts && htif_request[63:48] == 16'd0 && htif_request[2:0] == 3'd0 &&
    call_offset < size - 56'd56;
  reg [63:0] call_number, call_file, call_buffer, call_length;
  always @* begin
    call_number = 64'd0;
    call_file = 64'd0;
    call_buffer = 64'd0;
    call_length = 64'd0;
    if (htif_calls) begin
      call_number = memory.read(call);
      call_file = memory.read(call + 53'd1);
      call_buffer = memory.read(call + 53'd2) - {{8'd0, BASE}};
      call_length = memory.read(call + 53'd3);
    end
  end
  wire call_is_in_memory = call_buffer < {{8'd0, size}} && call_length <= {{8'd0, size}} - call_buffer;

  wire htif_leaves = htif_calls && call_number == 64'd93;
  wire htif_ends = htif_leaves || htif_acts && htif_request[63:48] == 16'd0 && htif_request[0];
  wire [63:0] htif_code = htif_leaves ? call_file : htif_request >> 1;

  wire [55:0] fromhost_offset = fromhost - BASE;
  wire [52:0] fromhost_word = fromhost_offset[55:3];
  reg [63:0] place;

  always @(posedge clk) begin
    if (stores_lower && stores_upper) htif_wait <= 8'd1;
    else if (stores_lower || stores_upper) htif_wait <= 8'd{_HALF};
    else if (htif_wait > 8'd1 || htif_acts) htif_wait <= htif_wait - 8'd1;
    if (htif_acts && !htif_ends) begin
      if (htif_request == 64'd0) ;
      else if (htif_request[63:48] == 16'h0101) begin
        $fwrite(stream, "H %0d %h\\n", cycle, htif_request[7:0]);
        $fflush(stream);
      end
      else if (htif_calls && call_number == 64'd64) begin
        if ((call_file == 64'd1 || call_file == 64'd2) && call_is_in_memory) begin
          for (place = call_buffer; place < call_buffer + call_length; place = place + 64'd1)
            $fwrite(stream, "H %0d %h\\n", cycle, (memory.read(place[55:3]) >> {{place[2:0], 3'd0}}) & 64'hff);
          $fflush(stream);
        end
      end
      else $fwrite(stream, "Q %0d %h %h\\n", cycle, htif_request, call_number);
    end
  end
"""

#: Stands in the bench where nothing is stored in memory: what the host writes there.
HTIF_WRITES = f"""\
    if (htif_acts) begin
      if (tohost[2]) begin
        memory.write(tohost_word, 64'd0, UPPER);
        memory.write(tohost_next, 64'd0, ~UPPER);
      end
      else memory.write(tohost_word, 64'd0, ~64'd0);
      if (htif_calls) begin
        memory.write(call, call_number != 64'd64 ? -64'd{-_ENOSYS} : call_file != 64'd1 && call_file != 64'd2 ?
          -64'd{-_EBADF} : call_is_in_memory ? call_length : -64'd{-_EFAULT}, ~64'd0);
        if (fromhost != 56'd0 && fromhost[2]) begin
          memory.write(fromhost_word, 64'd1 << 32, UPPER);
          memory.write(fromhost_word + 53'd1, 64'd0, ~UPPER);
        end
        else if (fromhost != 56'd0) memory.write(fromhost_word, 64'd1, ~64'd0);
      end
    end
"""
