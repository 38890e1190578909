# Exceptions of every kind, refused accesses and returns, what traps write, what mstatus and mtvec take.
#include "harness.S"

# Every CSR of M-mode that Ibex has and a program may read at any time.
.macro machine_csrs apply
  .irp csr, 0x300, 0x301, 0x304, 0x305, 0x306, 0x30a, 0x310, 0x31a, 0x320, 0x323, 0x33f, 0x340, 0x341, 0x342, 0x343, 0x344
  \apply \csr
  .endr
  .irp csr, 0x7c0, 0x7c1, 0xb00, 0xb02, 0xb03, 0xb1f, 0xb80, 0xb82, 0xf11, 0xf12, 0xf13, 0xf14, 0xf15
  \apply \csr
  .endr
.endm

.macro may_read csr
  check
  csrr t0, \csr
.endm

.macro refuses_user csr
  raises_in_user 2, insn, csrr t0, \csr
  raises_in_user 2, insn, csrw \csr, t0
  raises_in_user 2, insn, csrrci t0, \csr, 1
.endm

# Of other modes, of extensions that are not there, of Debug Mode, of nobody.
.macro missing_csrs apply
  .irp csr, 0x003, 0x040, 0x100, 0x180, 0x200, 0x302, 0x303, 0x312, 0x3a0, 0x3b0, 0x600, 0x640, 0x747, 0x7a0, 0x7a1
  \apply \csr
  .endr
  .irp csr, 0x7a8, 0x7b0, 0x7b1, 0x7b2, 0x7b3, 0x7c2, 0xb01, 0xb81, 0xc00, 0xc01, 0xc02, 0xc80, 0xda0, 0xe12, 0xf10, 0xf16
  \apply \csr
  .endr
.endm

.macro refuses csr
  raises 2, insn, csrr t0, \csr
  raises 2, insn, csrw \csr, t0
.endm

.macro refuses_write csr
  check
  csrr t0, \csr
  csrrsi t1, \csr, 0
  bne t0, t1, fail
  raises 2, insn, csrw \csr, t0
  raises 2, insn, csrrs t1, \csr, t0
  raises 2, insn, csrrci t1, \csr, 1
.endm

main:
  # The CSRs that hold what is written, with every operation.
  check
  li t0, 0x12345678
  csrw mscratch, t0
  li t1, 0x0f
  csrrs t2, mscratch, t1
  equals t2, 0x12345678
  csrrc t2, mscratch, t1
  equals t2, 0x1234567f
  csrrwi t2, mscratch, 9
  equals t2, 0x12345670
  csrrsi t2, mscratch, 6
  equals t2, 9
  csrrci t2, mscratch, 1
  equals t2, 15
  reads mscratch, 14
  check
  li t0, -1
  csrw mepc, t0
  reads mepc, 0xfffffffe
  csrw mtval, t0
  reads mtval, 0xffffffff

  # What takes a part, or nothing.
  li t0, -1
  csrw mie, t0
  reads mie, 0x7fff0888
  csrw mie, zero
  li t0, -1
  csrw mip, t0
  reads mip, 0
  csrw 0x306, t0
  reads 0x306, 0
  csrw 0x310, t0
  reads 0x310, 0
  reads misa, 0x40101104
  csrw misa, zero
  reads misa, 0x40101104
  reads mhartid, 5
  reads marchid, 22
  check
  li t0, MPP | MPIE | MPRV | TW
  csrw mstatus, t0
  reads mstatus, MPP | MPIE | MPRV | TW
  li t0, 0x0800  # S does not exist: U
  csrw mstatus, t0
  reads mstatus, 0
  li t0, 0x1000  # nor does mode 2
  csrw mstatus, t0
  reads mstatus, 0
  li t0, MPP
  csrw mstatus, t0

  # mtvec is vectored and aligned, whatever is written.
  la t0, other_vectors
  csrw mtvec, t0
  check
  csrr t1, mtvec
  ori t0, t0, 1
  bne t0, t1, fail
  raises 11, 0, ecall
  check
  la t0, vectors + 0x3e
  csrw mtvec, t0
  la t0, vectors + 1
  csrr t1, mtvec
  bne t0, t1, fail

  # Exceptions in M-mode.
  raises 11, 0, ecall
  raises 3, 0, ebreak
  raises 2, insn, .word 0xffffffff
  raises 2, insn, .word 0x0000707f
  raises 2, insn, .word 0x7b200073  # DRET
  raises 2, insn, .word 0x10200073  # SRET
  raises 2, insn, .word 0x00200073  # URET
  raises 2, insn, .word 0x12000073  # SFENCE.VMA
  raises 2, 0, .word 0              # compressed: 16 bits
  raises 2, 0x9c41, .word 0x00019c41
  .option rvc
  raises 3, 0, c.ebreak
  .option norvc
  .balign 4
  li t0, 0x40000000
  raises 5, 0x40000001, lb t1, 1(t0)
  raises 5, 0x40000002, lbu t1, 2(t0)
  raises 5, 0x40000002, lh t1, 2(t0)
  raises 5, 0x40000000, lhu t1, 0(t0)
  raises 5, 0x40000004, lw t1, 4(t0)
  raises 7, 0x40000003, sb t1, 3(t0)
  raises 7, 0x40000002, sh t1, 2(t0)
  raises 7, 0x40000008, sw t1, 8(t0)

  # An instruction that cannot be fetched, whole or in its second half.
  check
  li s0, 1
  li s1, 0x00200000
  la s2, 1f
  mv s3, s1
  li s4, FROM_M
  jr s1
1: check
  li s1, 0x0013fffe
  li s3, 0x00140000
  li t0, 0x0013
  sh t0, 0(s1)
  la s2, 1f
  jr s1
1:

  # The same from U-mode, where MPP is U.
  raises_in_user 8, 0, ecall
  raises_in_user 3, 0, ebreak
  raises_in_user 2, insn, .word 0xffffffff
  raises_in_user 2, insn, mret
  raises_in_user 2, insn, .word 0x7b200073
  raises_in_user 2, insn, .word 0x10200073
  raises_in_user 2, insn, .word 0x00200073
  li t0, 0x40000000
  raises_in_user 5, 0x40000004, lw t1, 4(t0)
  raises_in_user 7, 0x40000008, sw t1, 8(t0)
  check
  li s0, 1
  li s1, 0x00200000
  la s2, 1f
  mv s3, s1
  li s4, FROM_U
  to_user s1
1:

  # Accesses: what is there, what is not, what only M-mode may, what nobody may write.
  machine_csrs may_read
  missing_csrs refuses
  .irp csr, 0xf11, 0xf12, 0xf13, 0xf14, 0xf15
  refuses_write \csr
  .endr
  machine_csrs refuses_user
  .irp csr, 0x003, 0x100, 0x302, 0x600, 0xc00, 0xc02
  raises_in_user 2, insn, csrr t0, \csr
  .endr
  # A refused access changes nothing.
  check
  li t0, 0x5a5a
  csrw mscratch, t0
  raises_in_user 2, insn, csrw mscratch, zero
  reads mscratch, 0x5a5a

  # TW lets no WFI pass in U-mode, and does not matter in M-mode; the line is high, so that it ends at once.
  li t0, TW
  csrs mstatus, t0
  raises_in_user 2, insn, wfi
  li t0, 8
  csrw mie, t0
  li t0, 1
  sw t0, 0(s6)
  wfi
  sw zero, 0(s6)
  csrw mie, zero
  li t0, TW
  csrc mstatus, t0

  # What traps and returns do to the status: MIE and MPIE, MPP, MPRV.
  check
  csrsi mstatus, MIE
  li s0, 11
  la s1, 1f
  la s2, 2f
  li s3, 0
  li s4, FROM_M_ENABLED
1: ecall
  j fail
2: csrr t0, mstatus
  li t1, MPP | MPIE | MIE  # MRET: MIE was MPIE, which the handler had cleared; MPIE is set; MPP is U
  and t0, t0, t1
  equals t0, MPIE
  check  # MRET to U-mode clears MPRV; U-mode with MIE set
  li t0, MPRV
  csrs mstatus, t0
  li s0, 8
  la s1, 1f
  la s2, 2f
  li s4, FROM_U_ENABLED
  csrw mepc, s1
  li t0, MPP
  csrc mstatus, t0
  li t0, MPIE
  csrs mstatus, t0
  mret
1: ecall
2: csrr t0, mstatus
  li t1, MPRV
  and t0, t0, t1
  bnez t0, fail
  check  # MRET to M-mode does not
  li t0, MPRV | MPP
  csrs mstatus, t0
  la t0, 1f
  csrw mepc, t0
  mret
1: csrr t0, mstatus
  li t1, MPRV
  and t0, t0, t1
  beqz t0, fail
  check  # loads and stores are as those of the mode in MPP; there is no PMP to tell
  la t0, tohost
  lw t1, 0(t0)
  li t0, MPRV | MPIE | MIE
  csrc mstatus, t0

  # Many in a row.
  li s7, 100
1: raises 11, 0, ecall
  addi s7, s7, -1
  bnez s7, 1b
  j pass
