# shellcheck shell=bash
# Sourced by the start scripts of Payara and GlassFish, whose domains are alike.
# shellcheck source=servers.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/servers.sh"

# run_domain NAME ARTIFACT [ARGUMENT OF THE SCRIPT ...]
run_domain() {
    local name=$1
    install_server "$name" "$2"
    shift 2
    [ "${1:-}" = --install ] && exit

    check_settings "$@"
    fresh_instance "$name"
    cp -r -- "$server_home/glassfish/domains/domain1" "$instance/"
    local domain="$instance/domain1"
    # The administrator's port as well, so that several servers can run at once.
    sed -i -e "s/port=\"8080\"/port=\"$port\"/" -e "s/port=\"4848\"/port=\"$(free_port)\"/" "$domain/config/domain.xml"
    cp -- "$war" "$domain/autodeploy/"

    local line
    local -a command=()
    while read -r line; do
        command+=("$line")
    done < <(asadmin start-domain --verbose --dry-run --domaindir "$instance" domain1 | sed -n '/^\/.*\/java$/,/^$/p')
    exec "${command[@]}"
}

free_port() {
    "$PYTHON" -I -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

asadmin() {
    "$JAVA_HOME/bin/java" -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -jar "$server_home/glassfish/lib/client/appserver-cli.jar" "$@"
}

# Called once, by install_server.
configure() {
    asadmin start-domain domain1
    local said
    said=$(asadmin multimode --file "$project_root/server-config/$name/configure.asadmin")
    asadmin stop-domain domain1
    # It ends well whatever became of its commands.
    case $said in *failed*) die "$said" ;; esac
}
