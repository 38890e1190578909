"""The farm that docs/regress.md describes: its text is run, with a stand-in for the batch system."""

import os
import re
import select
import subprocess
import sys
import xml.etree.ElementTree as ET

import pytest

from ..waiting import processes, wait_for  # noqa: TID252 (the tests are no package)

pytest.importorskip("dask_jobqueue")

#: A batch system that starts every job at once, in a session of its own.
SUBMIT = """#!/bin/sh
cat {script} > {folder}/script.$$
setsid sh {folder}/script.$$ > {folder}/log.$$ 2>&1 &
echo $! >> {folder}/jobs
echo "{answer}"
"""
#: The commands to submit and to cancel, where the job's script comes from, and the answer.
SYSTEMS = {
    "SLURM": ("sbatch", "scancel", '"$1"', "Submitted batch job $!"),
    "LSF": ("bsub", "bkill", "-", "Job <$!> is submitted to default queue."),
}


def documented(root, system):
    """The program in the document, for the batch system, with two workers."""
    text = (root / "docs" / "regress.md").read_text()
    [program] = re.findall(r"((?:^    .*\n|^\n)*^    from dask_jobqueue (?:.*\n)(?:    .*\n|\n)*)", text, re.MULTILINE)
    program = re.sub(r"^    ", "", program, flags=re.MULTILINE)
    assert "jobs=40" in program
    program = program.replace("jobs=40", "jobs=2")
    if system == "LSF":
        [other] = re.findall(r"`(LSFCluster\(.*?\))`", text)
        program = re.sub(r"SLURMCluster\(.*?\)", other, program).replace("SLURMCluster", "LSFCluster")
    return program


@pytest.fixture
def batch_system(request, tmp_path, monkeypatch):
    """A folder that is first in PATH, with the commands of a batch system."""
    submit, cancel, script, answer = SYSTEMS[request.param]
    folder = tmp_path / "batch"
    folder.mkdir()
    for name, text in (
        (submit, SUBMIT.format(folder=folder, script=script, answer=answer)),
        (cancel, '#!/bin/sh\nfor job; do kill -TERM -"$job"; done\n'),
    ):
        (folder / name).write_text(text)
        (folder / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    return request.param, folder


@pytest.mark.parametrize("batch_system", SYSTEMS, indirect=True)
def test_a_farm_as_documented_runs_a_regression(batch_system, root, utrap, installed, environment, simulator, tmp_path):
    simulator("icarus")
    system, folder = batch_system
    (tmp_path / "farm.py").write_text(documented(root, system))
    with subprocess.Popen(
        [sys.executable, "farm.py"], cwd=tmp_path, env=environment(installed), text=True, start_new_session=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    ) as farm:  # fmt: skip
        assert farm.stdout is not None
        assert select.select([farm.stdout], [], [], 120)[0]
        [address] = re.findall(r"tcp://[^\s]+", farm.stdout.readline())
        seeds = ("--sim", "icarus", "--profile", "mu", "--xlen", "64", "--seeds", "4", "--steps", "300")
        result = utrap(
            "regress", *seeds, "--scheduler", address, "-o", str(tmp_path / "out"), path=[installed], timeout=150
        )
        assert result.returncode == 0, result.stderr
        assert result.stderr in ("", f"utrap: --scheduler {address}: no worker is there yet; waiting\n")
        _, errors = farm.communicate("\n", timeout=60)
    assert farm.returncode == 0, errors
    cases = list(ET.parse(tmp_path / "out" / "junit.xml").getroot().iter("testcase"))
    assert [len(case) for case in cases] == [0, 0, 0, 0]
    assert len((folder / "jobs").read_text().split()) == 2
    wait_for(lambda: not processes(address), 30)
