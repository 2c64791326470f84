# shellcheck shell=bash
# Sourced by the start scripts of the servers that take the WAR. Such a script
#
#   - fetches and configures its server, once, below target/servers;
#   - gives each port a folder of its own for what a running server writes;
#   - becomes the server: Java takes its place, on PORT (8000) of the loopback address, until it is told to stop.
#
# Its arguments are options of java; with --install alone it only does the first of these.
# shellcheck source=common.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/common.sh"

war="$project_root/target/python-executor.war"
servers="$project_root/target/servers"

# prepare_server NAME ARTIFACT [ARGUMENT OF THE SCRIPT ...]: all that comes before the server. ARTIFACT is what Maven knows
# (group:name:version:zip), or pom:NAME:version for a server that comes as the jars of a pom.xml; a function `configure` is
# called once. Sets server_home (target/servers/NAME), port, and instance to an empty folder for what the server writes, which
# becomes the working directory.
prepare_server() {
    local name=$1 artifact=$2
    shift 2
    install_server "$name" "$artifact"
    [ "${1:-}" = --install ] && exit
    check_settings "$@"
    instance="$servers/run/$name-$port"
    rm -rf -- "$instance"
    mkdir -p -- "$instance"
    cd -- "$instance"
}

# Does it again when the artifact or the configuration has changed.
install_server() {
    local name=$1 artifact=$2 digest
    need_build_tools
    need_python
    need_network
    install_missing
    find_java javac || die "There is no JDK 17 or later here."
    export JAVA_HOME
    mkdir -p -- "$servers"
    server_home="$servers/$name"
    digest=$({
        printf '%s\n' "$artifact"
        find "$project_root/server-config/$name" "$project_root/server-config/servers.sh" -type f ! -name '*.md' -print0 | LC_ALL=C sort -z | xargs -0 cat
    } | sha256sum)
    # Several may start at once.
    {
        flock 9
        if [ "$digest" != "$(cat -- "$server_home/.installed" 2> /dev/null)" ]; then
            say "Fetching $artifact ..."
            rm -rf -- "$server_home"
            unpack "$artifact" "$server_home"
            if declare -F configure > /dev/null; then
                say "Configuring $name ..."
                configure >&2 < /dev/null
            fi
            printf '%s\n' "$digest" > "$server_home/.installed"
        fi
    } 9> "$servers/$name.lock"
}

unpack() {
    local plugin=org.apache.maven.plugins:maven-dependency-plugin:3.8.1
    case $1 in
        pom:*)
            mvn -B -q -ntp -f "$project_root/server-config/$(printf '%s' "$1" | cut -d : -f 2)/pom.xml" \
                "$plugin:copy-dependencies" "-DoutputDirectory=$2" >&2 < /dev/null
            ;;
        *)
            rm -rf -- "$2.unpacked"
            mkdir -- "$2.unpacked"
            # In a folder without a pom.xml; Maven's own way to unpack leaves files where it believes that one is.
            (
                cd -- "$2.unpacked"
                mvn -B -q -ntp "$plugin:copy" "-Dartifact=$1" "-DoutputDirectory=$2.unpacked" >&2 < /dev/null
                "$JAVA_HOME/bin/jar" -xf ./*.zip
            )
            # A distribution has one folder at its top.
            mv -- "$2.unpacked"/*/ "$2"
            rm -rf -- "$2.unpacked"
            ;;
    esac
}

# check_settings [OPTION OF JAVA ...]: says in one line which setting is wrong, and stops; most servers would go on without
# the application. Sets port.
check_settings() {
    [ -f "$war" ] || die "There is no $war yet: ./run.sh or 'mvn package' makes it."
    port=$("$JAVA_HOME/bin/java" -XX:+UseSerialGC -XX:TieredStopAtLevel=1 "$@" -cp "$jar" org.pyexec.launcher.Launcher --check-settings)
    export PORT=$port
}
