#!/usr/bin/env bash
# Runs the WAR, which must have been built, on GlassFish in the foreground: see ../servers.sh.
set -euo pipefail
. "$(dirname -- "${BASH_SOURCE[0]}")/../domain.sh"

run_domain glassfish org.glassfish.main.distributions:glassfish:7.0.21:zip "$@"
