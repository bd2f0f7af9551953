#!/bin/sh
# Tradeseal: prepares what is missing, then trades on http://127.0.0.1:8000. `./run.sh --help` lists the options.
exec "$(dirname "$0")/scripts/python.sh" run "$@"
