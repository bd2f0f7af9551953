#!/bin/sh
# Every check of Tradeseal. `./test.sh --help` lists the parts; without a part: all that fits a quarter of an hour.
exec "$(dirname "$0")/scripts/python.sh" test "$@"
