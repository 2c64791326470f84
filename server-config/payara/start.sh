#!/usr/bin/env bash
# Runs the WAR, which must have been built, on Payara Server in the foreground: see ../servers.sh.
set -euo pipefail
. "$(dirname -- "${BASH_SOURCE[0]}")/../domain.sh"

run_domain payara fish.payara.distributions:payara:6.2025.10:zip "$@"
