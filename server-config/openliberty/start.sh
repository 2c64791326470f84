#!/usr/bin/env bash
# Runs the WAR, which must have been built, on Open Liberty in the foreground: see ../servers.sh.
set -euo pipefail
. "$(dirname -- "${BASH_SOURCE[0]}")/../servers.sh"

prepare_server openliberty io.openliberty:openliberty-runtime:26.0.0.3:zip "$@"
export WLP_USER_DIR=$instance
server="$instance/servers/defaultServer"
mkdir -p -- "$server/apps"
cp -- "$project_root/server-config/openliberty/server.xml" "$server/"
cp -- "$war" "$server/apps/"
printf '%s\n' "${java_options[@]}" "$@" > "$server/jvm.options"
# No port for commands: signals do.
printf 'command.port=-1\n' > "$server/bootstrap.properties"
exec bash "$server_home/bin/server" run defaultServer
