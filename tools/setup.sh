#!/bin/sh
# Makes .venv/ and installs this checkout into it, editable: tools/setup.sh run|dev
#
# `run` is what `utrap generate` needs, `dev` everything. A stamp .venv/.utrap-run (-dev) is written
# last and holds the checkout's place; the Makefile calls this when it is older than pyproject.toml or
# holds another place. A setup that was cut short leaves .venv/.utrap-unfinished and starts from nothing
# the next time.
set -eu
cd "$(dirname "$0")/.."
here=$(pwd -P)
python=${PYTHON:-python3}

fail() {
    echo "utrap: $*" >&2
    exit 2
}

case ${1-} in
run) what=. ;;
dev) what=".[dev]" ;;
*) fail "usage: tools/setup.sh run|dev" ;;
esac

recent_enough() {
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
}

usable() {
    [ ! -e .venv/.utrap-unfinished ] && recent_enough .venv/bin/python || return 1
    [ ! -e .venv/.utrap-run ] || [ "$(cat .venv/.utrap-run)" = "$here" ]
}

if ! usable; then
    other="say which Python to use with: make PYTHON=/path/to/python3"
    command -v "$python" >/dev/null 2>&1 || fail "there is no $python; install Python 3.11 or later, or $other"
    recent_enough "$python" ||
        fail "Python 3.11 or later is needed, and $python is $("$python" --version 2>&1 | tail -n 1); $other"
    "$python" -c 'import ensurepip, venv' 2>/dev/null ||
        fail "$python cannot make virtual environments; on Debian: apt-get install python3-venv; or $other"
    echo "making .venv/ with $("$python" --version)"
    rm -rf .venv
    mkdir .venv
    : >.venv/.utrap-unfinished
    "$python" -m venv .venv
fi

: >.venv/.utrap-unfinished
rm -f .venv/.utrap-run .venv/.utrap-dev
echo "installing $what into .venv/ (about a minute the first time)"
# A user's pip may be set to install elsewhere, which pip refuses inside an environment.
export PIP_USER=0 PIP_NO_INPUT=1 PIP_DISABLE_PIP_VERSION_CHECK=1
.venv/bin/python -m pip --version >/dev/null 2>&1 || .venv/bin/python -m ensurepip >/dev/null
.venv/bin/python -m pip install -qq -e "$what" </dev/null ||
    fail "pip could not install what pyproject.toml names; the lines above say why. Run make again afterwards"

printf '%s\n' "$here" >.venv/.utrap-run
[ "$1" = run ] || cp .venv/.utrap-run .venv/.utrap-dev
rm .venv/.utrap-unfinished
