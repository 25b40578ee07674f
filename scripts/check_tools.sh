#!/usr/bin/env bash
# Says which of the named commands are missing, and the Debian command that installs each.
set -u
declare -A package=([python3]="python3 python3-venv" [cc]="build-essential" [cargo]="rustup, then: rustup default stable" [node]="nodejs" [npm]="npm" [chromium]="chromium")
missing=0
for tool in "$@"; do
  command -v "$tool" >/dev/null 2>&1 && continue
  echo "expected the command '$tool' on PATH, found none. Install it, for example: apt-get install ${package[$tool]:-$tool}" >&2
  missing=1
done
exit $missing
