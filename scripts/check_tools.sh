#!/usr/bin/env bash
# Says which of the named commands are missing or too old, and the command that installs each.
set -u
cd "$(dirname "$0")/.."
apt="$([ "$(id -u)" = 0 ] || echo "sudo ")apt-get install"

declare -A oldest=(
  [python3]=3.11
  [cargo]=$(sed -n 's/^rust-version = "\(.*\)"/\1/p' Cargo.toml)
  [node]=20.19
)
declare -A install=(
  [python3]="$apt python3 python3-venv"
  [cc]="$apt build-essential"
  [cargo]="curl --proto '=https' -sSf https://sh.rustup.rs | sh"
  [node]="$apt nodejs (Debian 13 or newer; before, from https://nodejs.org/en/download)"
  [npm]="$apt npm"
)
failed=0

complain() { # name, expected, found
  echo "expected $2, found $3. Install it: ${install[$1]}" >&2
  failed=1
}

for tool in "$@"; do
  at=$(command -v "$tool") || {
    complain "$tool" "the command '$tool'${oldest[$tool]:+ ${oldest[$tool]} or newer} on PATH" none
    continue
  }
  [ -n "${oldest[$tool]:-}" ] || continue
  version=$("$tool" --version 2>/dev/null | grep -oE -m1 '[0-9]+(\.[0-9]+)+')
  if [ "$(printf '%s\n' "${oldest[$tool]}" "$version" | sort -V | head -n 1)" != "${oldest[$tool]}" ]; then
    complain "$tool" "$tool ${oldest[$tool]} or newer" "${version:-none that runs} at $at"
  elif [ "$tool" = python3 ] && ! python3 -c 'import ensurepip, venv' 2>/dev/null; then
    complain "$tool" "python3 with its module venv" "$at without it"
  fi
done
exit $failed
