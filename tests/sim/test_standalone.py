"""Benches that run by themselves: a build for long runs is of what a training run showed."""

from pathlib import Path

import pytest

from utrap.command_line.errors import UserError
from utrap_sim.simulators.installed import find_simulator
from utrap_sim.simulators.standalone import Training, build_alone, run_alone

# Says what it is told, and whether a file was there.
TOP = """\
module top;
  reg [63:0] word;
  integer file;
  initial begin
    if (!$value$plusargs("word=%s", word)) word = "none";
    file = $fopen("beside", "r");
    $display("word %0s, file %0d", word, file != 0);
    if (word == "bad") $fatal;
    $finish;
  end
endmodule
"""


@pytest.fixture
def built(simulator, tmp_path, monkeypatch):
    """Builds the bench in a cache of its own."""
    monkeypatch.setenv("UTRAP_SIM_CACHE", str(tmp_path / "cache"))

    def built(name: str, training: Training | None) -> Path:
        return build_alone(
            find_simulator(simulator(name), for_cocotb=False), "top", {"top.v": TOP}, "-", training=training
        )

    return built


def test_verilators_program_is_trained_with_its_files_before_it_is_kept(built, tmp_path):
    plain = built("verilator", None)
    trained = built("verilator", Training(("+word=train",), {"beside": "something"}))
    assert plain.parent != trained.parent
    assert "word" not in (plain.parent / "build.log").read_text()
    assert "word train, file 1" in (trained.parent / "build.log").read_text()
    assert sorted(path.name for path in trained.parent.iterdir()) == ["build.log", "top", "top.v"]
    with (tmp_path / "log").open("wb") as log:
        simulator = find_simulator("verilator", for_cocotb=False)
        with run_alone(simulator, trained, ["+word=run"], tmp_path, output=log) as process:
            assert process.wait() == 0
    # Neither does it count any more, which would leave a file, nor does it want the training's.
    assert (tmp_path / "log").read_text().startswith("word run, file 0")
    assert not list(tmp_path.rglob("*.gcda"))


def test_icarus_has_nothing_to_train(built):
    assert built("icarus", Training(("+word=train",))) == built("icarus", None)


def test_a_training_run_that_fails_is_a_build_that_fails(built):
    with pytest.raises(UserError, match=r"^verilator could not build the bench; its messages are in "):
        built("verilator", Training(("+word=bad",)))
