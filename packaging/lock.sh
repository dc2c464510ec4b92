#!/bin/sh
# Makes packaging/requirements.lock anew: exact versions with the hashes of every file published
# for them, for all systems and Python 3.11 to 3.13. Needs uv (pip install uv) and the network.
# With --upgrade newer versions are taken, else only what has to change changes.
set -eu
cd "$(dirname "$0")/.."
uv=.venv/bin/uv
[ -x "$uv" ] || uv=uv
new=packaging/requirements.lock.part
cp packaging/requirements.lock "$new" 2>/dev/null || : > "$new"
"$uv" --no-config pip compile pyproject.toml packaging/lock.in --extra dev \
    --universal --python-version 3.11 --generate-hashes \
    --no-emit-index-url --no-emit-find-links --no-header --no-annotate \
    --quiet "$@" --output-file "$new"
if grep -n '://' "$new"; then
    echo "the lock file must not name a host" >&2
    exit 1
fi
{
    echo "# Exact versions with hashes; made from pyproject.toml and packaging/lock.in by: sh packaging/lock.sh"
    echo "# Installed by packaging/setup.sh with: pip install --require-hashes -r packaging/requirements.lock"
    grep -v '^#' "$new"
} > packaging/requirements.lock
rm "$new"
