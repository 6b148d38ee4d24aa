#!/usr/bin/env bash
# Run once, when Gradescope builds the image of the assignment: a Python of gradgate's own, and gradgate as it was where
# this zip was made. The system's python3 stays as it is: Gradescope's harness runs on it.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

find_python() {
    for version in 3.13 3.12 3.11; do
        if "python$version" -c 'import ensurepip, venv' 2>/dev/null; then
            echo "python$version"
            return
        fi
    done
    python3 -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo python3
}

if ! python=$(find_python); then
    apt-get update -qq
    for version in 3.13 3.12 3.11; do
        if apt-get install -y -qq "python$version" "python$version-venv"; then
            break
        fi
    done
    python=$(find_python) || {
        echo "gradgate needs Python 3.11 or newer: choose a newer base image for the assignment" >&2
        exit 1
    }
fi

"$python" -m venv ../venv
../venv/bin/pip install --quiet --constraint constraints.txt @WHEEL@
../venv/bin/gradgate --help >/dev/null
chmod -R go-rwx . # the rubric and the seeds are nobody's but the grader's
