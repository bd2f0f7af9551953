#!/bin/sh
# Writes all locks from requirements*.in: every version pinned, every file hashed, no address of a registry.
# For maintainers, after a change of requirements*.in. Needs uv (pip install uv); arguments such as --upgrade go to it.
set -eu
cd "$(dirname "$0")/.."
uv=$(command -v uv || echo .venv/bin/uv)
for name in requirements requirements-dev requirements-prove; do
    constraint=
    [ "$name" != requirements-dev ] || constraint="--constraint requirements.txt"
    # shellcheck disable=SC2086
    "$uv" pip compile --quiet --generate-hashes --no-emit-index-url --universal --python-version 3.11 \
        --custom-compile-command scripts/relock.sh $constraint "$@" "$name.in" --output-file "$name.txt"
done
