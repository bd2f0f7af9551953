#!/bin/sh
# Every check of Tradeseal. `./test.sh --help` lists the parts; without a part: all but the long loops.
exec "$(dirname "$0")/scripts/python.sh" test "$@"
