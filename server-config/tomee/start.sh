#!/usr/bin/env bash
# Runs the WAR, which must have been built, on TomEE in the foreground: see ../servers.sh.
set -euo pipefail
. "$(dirname -- "${BASH_SOURCE[0]}")/../servers.sh"

version=$(sed -n '/<artifactId>tomee-embedded</ { n; s/.*<version>\(.*\)<.*/\1/p; }' \
    "$(dirname -- "${BASH_SOURCE[0]}")/pom.xml")
prepare_server tomee "pom:tomee:$version" "$@"
# The archive is unpacked beside itself.
cp -- "$war" "$instance/"
exec "$JAVA_HOME/bin/java" "${java_options[@]}" \
    "-javaagent:$server_home/openejb-javaagent-$version.jar" \
    -Djava.awt.headless=true \
    "-Dhttp.port=$port" \
    "-Djava.util.logging.config.file=$project_root/server-config/tomee/logging.properties" \
    "$@" \
    -cp "$server_home/*" org.apache.tomee.embedded.Main \
    --path "$instance/python-executor.war" --context / --directory "$instance/tomee" \
    --serverxml "$project_root/server-config/tomee/server.xml" --port "$port" --shutdown -1
