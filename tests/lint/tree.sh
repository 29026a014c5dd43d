#!/usr/bin/env bash
# The house rules, as tests, where nobody would call `make lint`.
if [ -z "${CI:-}" ]; then
    echo "skip lint: not in continuous integration; type make lint"
    exit 0
fi
exec tests/lint/lint
