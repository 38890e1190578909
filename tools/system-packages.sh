#!/bin/sh
# Installs what system-packages.txt, or another list, names and this machine lacks, or says in one line what to install:
#     tools/system-packages.sh [LIST]
# A line of a list has a package, and a command or a file with its whole path that shows it is there.
set -eu
cd "$(dirname "$0")/.."
list=${1-system-packages.txt}

missing() {
    while read -r package command _; do
        case $package in '' | '#'*) continue ;; esac
        [ -f "$command" ] || command -v "$command" >/dev/null 2>&1 || printf ' %s' "$package"
    done <"$list"
}

packages=$(missing)
[ -n "$packages" ] || exit 0

if ! command -v apt-get >/dev/null 2>&1; then
    echo "utrap: install these with the system's package manager (their Debian names):$packages" >&2
    exit 2
elif [ "$(id -u)" = 0 ]; then
    as_root=env
elif sudo -n true 2>/dev/null; then
    as_root="sudo -n env"
else
    echo "utrap: install what is missing: sudo apt-get install$packages" >&2
    exit 2
fi

# Unquoted below: the lists are split into words.
set -x
$as_root DEBIAN_FRONTEND=noninteractive apt-get update -qq </dev/null
$as_root DEBIAN_FRONTEND=noninteractive apt-get install -qq --no-install-recommends $packages </dev/null >/dev/null
{ set +x; } 2>/dev/null

packages=$(missing)
if [ -n "$packages" ]; then
    echo "utrap: apt-get has installed these, but their commands are not in PATH:$packages" >&2
    exit 2
fi
