#!/usr/bin/env bash
# The browser tests drive Debian's Chromium: installs it when root, else names the command.
set -euo pipefail
command -v chromium >/dev/null 2>&1 && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
  echo "· installing Debian's chromium for the browser tests"
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium fonts-noto-cjk >/dev/null
else
  echo "expected Debian's 'chromium' on PATH for the browser tests, found none. Install it: sudo apt-get install chromium fonts-noto-cjk" >&2
  exit 1
fi
