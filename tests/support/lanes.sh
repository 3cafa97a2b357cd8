# Lanes: runs of pytest beside each other, whose failed tests run once more, alone (decision 63). script/test sources this,
# and makes the folder $lanes.

# Runs pytest, and keeps which tests failed, and how it ended, in a folder of $lanes.
lane() {
    local folder status=0
    folder=$(mktemp -d -p "$lanes")
    printf '%s\n' "$@" >"$folder/command"
    "$@" -o cache_dir="$folder/cache" || status=$?
    echo "$status" >"$folder/status"
    return "$status"
}

# After all lanes have ended: runs the few tests that failed, and says at the end which passed now. Fails if one did not.
again() {
    local folder failed=0
    for folder in "$lanes"/*; do
        .venv/bin/python "$(dirname "${BASH_SOURCE[0]}")/alone.py" "$folder" || failed=1
    done
    cat "$lanes"/*/passed-alone 2>/dev/null || true
    rm -r "$lanes"
    return "$failed"
}
