#!/usr/bin/env bash
# Runs every fuzz target for the given number of seconds. libFuzzer's flags need a nightly compiler.
set -euo pipefail
seconds=${1:-60}
cd "$(dirname "$0")/.."
if ! cargo fuzz --version >/dev/null 2>&1; then
  echo "expected cargo-fuzz, found none. Install it: cargo install cargo-fuzz" >&2
  exit 1
fi
if ! cargo +nightly --version >/dev/null 2>&1; then
  echo "expected a nightly Rust toolchain, found none. Install it: rustup toolchain install nightly" >&2
  exit 1
fi
for target in $(cargo +nightly fuzz list); do
  echo "· $target, ${seconds} s"
  mkdir -p "fuzz/corpus/$target"
  cargo +nightly fuzz run "$target" "fuzz/corpus/$target" "fuzz/seeds/$target" -- -max_total_time="$seconds" -print_final_stats=1
done
