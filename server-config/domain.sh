# shellcheck shell=bash
# Sourced by the start scripts of Payara and GlassFish, whose domains are alike.
# shellcheck source=servers.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/servers.sh"

# run_domain NAME ARTIFACT [OPTION OF JAVA ...]
run_domain() {
    prepare_server "$@"
    shift 2
    cp -r -- "$server_home/glassfish/domains/domain1" "$instance/"
    local domain="$instance/domain1"
    # The administrator's port as well, so that several servers can run at once. Ours is opened when the application is there:
    # until then the server would answer a 404 with a page of its own.
    local admin_port
    admin_port=$(free_port)
    sed -i -e "s/port=\"8080\"/port=\"$port\" enabled=\"false\"/" -e "s/port=\"4848\"/port=\"$admin_port\"/" \
        "$domain/config/domain.xml"
    cp -- "$war" "$domain/autodeploy/"

    # One argument a line, from the path of java to an empty line or another headline; GlassFish says it twice. The main class is
    # the first that is no option. Not from a process substitution: its end, unseen, would be a zombie of the server's.
    local said
    local -a command
    said=$(asadmin start-domain --verbose --dry-run --domaindir "$instance" domain1)
    mapfile -t command <<< "$(awk '/^\/.*\/java$/ { seen++ } seen && (/^$/ || /^Dump /) { exit } seen' <<< "$said")"
    local main=3 # after java -cp PATH
    while [ "$main" -lt ${#command[@]} ] && [[ ${command[main]} == -* ]]; do
        main=$((main + 1))
    done
    (open_port_of_application "$domain" "$admin_port" $$ &) # in a subshell, so that it is no child of the server's
    # With its option -read-stdin the server waits for passwords until the end of its standard input, which a terminal never sends.
    exec "${command[@]:0:main}" -XX:+ExitOnOutOfMemoryError "$@" "${command[@]:main}" < /dev/null
}

# open_port_of_application DOMAIN PORT_OF_ADMINISTRATOR SERVER: waits for the application, and ends a server that does not get it.
open_port_of_application() {
    local application="$1/autodeploy/python-executor.war" listener
    until [ -e "${application}_deployed" ]; do
        if [ -e "${application}_deployFailed" ]; then
            say "The application was not deployed."
            kill "$3"
            return
        fi
        kill -0 "$3" 2> /dev/null || return
        sleep 0.2
    done
    listener=configs.config.server-config.network-config.network-listeners.network-listener.http-listener-1
    asadmin --port "$2" set "$listener.enabled=true" > /dev/null || kill "$3"
}

# Below those that the kernel gives to clients (ip_local_port_range in ip(7)).
free_port() {
    local candidate
    while candidate=$((20000 + RANDOM % 12000)); (: < "/dev/tcp/127.0.0.1/$candidate") 2> /dev/null; do :; done
    printf '%s\n' "$candidate"
}

asadmin() {
    "$JAVA_HOME/bin/java" -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -jar "$server_home/glassfish/lib/client/appserver-cli.jar" "$@"
}

# Called once, by install_server.
configure() {
    if ! asadmin start-domain domain1; then
        asadmin stop-domain --kill domain1 || true # it may have started all the same, and would keep its ports
        die "The domain of $name does not start."
    fi
    local said
    said=$(asadmin multimode --file "$project_root/server-config/$name/configure.asadmin")
    asadmin stop-domain domain1
    # It ends well whatever became of its commands.
    case $said in *failed*) die "$said" ;; esac
}
