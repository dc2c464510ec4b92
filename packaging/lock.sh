#!/bin/sh
# Makes packaging/requirements.lock and packaging/build.lock anew: exact versions with the hashes of
# every file published for them, for all systems and Python 3.11 to 3.13. Needs uv (pip install uv)
# and the network. With --upgrade newer versions are taken, else only what has to change changes.
set -eu
cd "$(dirname "$0")/.."
uv=.venv/bin/uv
[ -x "$uv" ] || uv=uv

# lock TARGET SOURCES AND OPTIONS…
lock() {
    target=$1
    shift
    new=$target.part
    cp "$target" "$new" 2>/dev/null || : > "$new"
    "$uv" --no-config pip compile \
        --universal --python-version 3.11 --generate-hashes \
        --no-emit-index-url --no-emit-find-links --no-header --no-annotate \
        --quiet --output-file "$new" "$@"
    if grep -n '://' "$new"; then
        echo "a lock file must not name a host" >&2
        exit 1
    fi
    {
        echo "# Exact versions with hashes, made by: sh packaging/lock.sh"
        echo "# Installed with: pip install --require-hashes -r $target"
        grep -v '^#' "$new"
    } > "$target"
    rm "$new"
}

lock packaging/requirements.lock pyproject.toml packaging/lock.in --extra dev "$@"
lock packaging/build.lock packaging/build.in --constraint packaging/requirements.lock "$@"
