#!/usr/bin/env bash
# The browser tests drive Debian's Chromium, and its headless shell where there is one, since a tab takes that a third of
# the time. Installs both when root, else names the command.
set -euo pipefail
command -v chromium-headless-shell >/dev/null 2>&1 && exit 0
install="DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends"
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
  echo "· installing Debian's chromium for the browser tests"
  if apt-get update -qq && eval "$install chromium chromium-headless-shell fonts-noto-cjk" >/dev/null; then exit 0; fi
fi
if ! command -v chromium >/dev/null 2>&1; then
  echo "expected Debian's 'chromium' on PATH for the browser tests, found none. Install it: sudo apt-get install chromium chromium-headless-shell fonts-noto-cjk" >&2
  exit 1
fi
