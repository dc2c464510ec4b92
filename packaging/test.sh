#!/bin/sh
# Every check, one after the other; all are run, and the first failure gives the exit code.
set -eu
cd "$(dirname "$0")/.."
. packaging/setup.sh
set_up

export QT_QPA_PLATFORM=offscreen
failed=0

step() {
    name=$1
    shift
    say ""
    say "== $name"
    begin=$(date +%s)
    code=0
    "$@" || code=$?
    say "== $name：$(($(date +%s) - begin)) 秒，$([ $code = 0 ] && echo 通过 || echo "未通过（$code）")"
    [ $failed != 0 ] || failed=$code
}

bin=.venv/bin
step "ruff check" $bin/python -m ruff check .
step "ruff format" $bin/python -m ruff format --check .
step "mypy" $bin/python -m mypy
step "import-linter" $bin/lint-imports --no-cache
step "pytest" $bin/python -m pytest -q -n "${ZHUCUN_TEST_WORKERS:-2}" --timeout 300
exit $failed
