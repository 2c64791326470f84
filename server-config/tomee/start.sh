#!/usr/bin/env bash
# Runs the WAR, which must have been built, on TomEE in the foreground: see ../servers.sh.
set -euo pipefail
. "$(dirname -- "${BASH_SOURCE[0]}")/../servers.sh"

version=10.0.0-M2
install_server tomee "pom:tomee:$version"
[ "${1:-}" = --install ] && exit

check_settings "$@"
fresh_instance tomee
# The archive is unpacked beside itself.
cp -- "$war" "$instance/"
cd -- "$instance"
exec "$JAVA_HOME/bin/java" "${java_options[@]}" \
    "-javaagent:$server_home/openejb-javaagent-$version.jar" \
    -Djava.awt.headless=true \
    "-Dhttp.port=$port" \
    "-Djava.util.logging.config.file=$project_root/server-config/tomee/logging.properties" \
    "$@" \
    -cp "$server_home/*" org.apache.tomee.embedded.Main \
    --path "$instance/python-executor.war" --context / --directory "$instance/tomee" \
    --serverxml "$project_root/server-config/tomee/server.xml" --port "$port" --shutdown -1
