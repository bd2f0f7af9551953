#!/bin/sh
# Hands over to bootstrap.py by a Python that is new enough; the tested ones first. TRADESEAL_PYTHON names another.
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd) || exit 1
found=none
for name in ${TRADESEAL_PYTHON:-python3.12 python3.11 python3.13 python3 python3.14 python}; do
    command -v "$name" >/dev/null 2>&1 || continue
    # A name on PATH may be an empty shell of a version manager: only one that answers counts.
    version=$("$name" -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null) || continue
    found="only Python $version"
    if "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
        exec "$name" "$here/bootstrap.py" "$@"
    fi
done
echo "Tradeseal needs Python 3.11 or newer; $found was found on PATH." >&2
echo "Install one (Debian, Ubuntu: sudo apt-get install python3 python3-venv), or name it: TRADESEAL_PYTHON=..." >&2
exit 1
