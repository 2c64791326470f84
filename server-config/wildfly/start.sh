#!/usr/bin/env bash
# Runs the WAR, which must have been built, on WildFly in the foreground: see ../servers.sh.
set -euo pipefail
. "$(dirname -- "${BASH_SOURCE[0]}")/../servers.sh"

configure() {
    bash "$server_home/bin/jboss-cli.sh" "--file=$project_root/server-config/wildfly/configure.cli"
}

prepare_server wildfly org.wildfly:wildfly-dist:39.0.1.Final:zip "$@"
cp -r -- "$server_home/standalone/configuration" "$instance/configuration"
mkdir -- "$instance/deployments"
cp -- "$war" "$instance/deployments/"

# WildFly's own script knows which modules of Java it has to open.
set +euo pipefail
JAVA="$JAVA_HOME/bin/java" GREP=grep DIRNAME="$server_home/bin"
. "$server_home/bin/common.sh"
setDefaultModularJvmOptions
set -euo pipefail
# shellcheck disable=SC2086 # these are several options
exec "$JAVA" "${java_options[@]}" $DEFAULT_MODULAR_JVM_OPTIONS \
    -Djava.awt.headless=true \
    -Djboss.modules.system.pkgs=org.jboss.byteman \
    "-Dorg.jboss.boot.log.file=$instance/log/server.log" \
    "-Dlogging.configuration=file:$instance/configuration/logging.properties" \
    "-Djboss.home.dir=$server_home" \
    "-Djboss.server.base.dir=$instance" \
    -Djboss.bind.address=127.0.0.1 \
    "-Djboss.http.port=$port" \
    -Djboss.bind.address.management=127.0.0.1 \
    -Djboss.management.http.port=0 \
    "$@" \
    -jar "$server_home/jboss-modules.jar" -mp "$server_home/modules" org.jboss.as.standalone
