# shellcheck shell=bash
# Sourced by run.sh, test.sh and the start scripts beside it: finds, and where it may installs, what they need.
# Expects bash with `set -euo pipefail`. Everything it says goes to standard error.

project_root=$(cd -P -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)
jar="$project_root/target/python-executor.jar"
stamp="$project_root/target/python-executor.stamp"
missing=() # Debian packages that the need_* functions found wanting
wanted=()  # and those without which it starts all the same
# shellcheck source=libraries.sh
. "$project_root/server-config/libraries.sh"

say() {
    printf '%s\n' "$*" >&2
}

die() {
    say "$@"
    exit 1
}

# --- Java

# Prints the major version of a java command, or nothing.
java_major() {
    "$1" -version 2>&1 | sed -n 's/.* version "\([0-9]*\).*/\1/p' | head -n 1
}

# Succeeds if a folder holds Java 17 or later with the tool asked for (java or javac).
is_java_home() {
    local major
    [ -x "$1/bin/$2" ] && [ -x "$1/bin/java" ] || return 1
    major=$(java_major "$1/bin/java")
    [ -n "$major" ] && [ "$major" -ge 17 ]
}

# Sets JAVA_HOME to a Java >= 17 that has the tool $1: the one that is set, the system's, else the oldest in
# /usr/lib/jvm. Fails if there is none.
find_java() {
    local tool=$1 candidate major best_major=
    local best=
    if [ -n "${JAVA_HOME:-}" ] && is_java_home "$JAVA_HOME" "$tool"; then
        export JAVA_HOME
        return 0
    fi
    if candidate=$(command -v "$tool"); then
        candidate=$(dirname -- "$(dirname -- "$(readlink -f -- "$candidate")")")
        if is_java_home "$candidate" "$tool"; then
            export JAVA_HOME="$candidate"
            return 0
        fi
    fi
    for candidate in /usr/lib/jvm/*/; do
        candidate=${candidate%/}
        is_java_home "$candidate" "$tool" || continue
        major=$(java_major "$candidate/bin/java")
        if [ -z "$best" ] || [ "$major" -lt "$best_major" ]; then
            best=$candidate
            best_major=$major
        fi
    done
    [ -n "$best" ] && export JAVA_HOME="$best"
}

need_build_tools() {
    find_java javac || missing+=(openjdk-17-jdk-headless)
    need_command mvn maven
}

# --- Python

# Debian's interpreter is the one for which the libraries come as packages; somebody else's is taken as it is.
need_python() {
    export PYTHON="${PYTHON:-/usr/bin/python3}"
    [ "$PYTHON" = /usr/bin/python3 ] || return 0
    [ -x /usr/bin/python3 ] || missing+=(python3)
    need_libraries
}

# --- The network of programs that ask for it

need_network() {
    need_command slirp4netns slirp4netns
    need_command nft nftables
}

# --- Packages

# need_command COMMAND PACKAGE; an ordinary user's PATH often lacks the system folders.
need_command() {
    PATH="$PATH:/usr/sbin:/sbin" command -v "$1" > /dev/null || missing+=("$2")
}

# Installs what is missing and what is wanted; says how, and stops if anything is missing, where it cannot.
install_missing() {
    local all=("${missing[@]}" "${wanted[@]}")
    [ ${#all[@]} -gt 0 ] || return 0
    if ! command -v apt-get > /dev/null; then
        cannot_install "There is no apt-get here: please install ${all[*]} yourself (names of Debian packages)."
    elif [ "$(id -u)" -ne 0 ]; then
        cannot_install "To install: sudo apt-get update && sudo apt-get install -y --no-install-recommends ${all[*]}"
    else
        install_packages
    fi
}

# cannot_install WHAT_TO_DO
cannot_install() {
    [ ${#missing[@]} -eq 0 ] || say "Missing: ${missing[*]}"
    say_without
    say "$1"
    [ ${#missing[@]} -eq 0 ] || exit 1
}

say_without() {
    [ ${#wanted[@]} -eq 0 ] || say "Programs go without these libraries: ${wanted[*]} (LIBRARIES=core does not ask for them)."
}

install_packages() {
    say "Installing ${missing[*]} ${wanted[*]} ..."
    # A failure shows when the packages are fetched.
    apt_get update || true
    # Debian's later releases have only later ones.
    if ! apt-cache show openjdk-17-jdk-headless > /dev/null 2>&1; then
        missing=("${missing[@]/openjdk-17-jdk-headless/default-jdk-headless}")
    fi
    [ ${#wanted[@]} -eq 0 ] || keep_known_packages
    if [ ${#wanted[@]} -gt 0 ] && ! apt_get install "${missing[@]}" "${wanted[@]}"; then
        say_without
        wanted=()
    elif [ ${#wanted[@]} -gt 0 ]; then
        missing=()
        wanted=()
    fi
    [ ${#missing[@]} -eq 0 ] || apt_get install "${missing[@]}"
    missing=()
    hash -r
}

# apt_get COMMAND [PACKAGE ...]; waits for others who install, and not long for a network that is not there.
apt_get() {
    local command=$1
    shift
    DEBIAN_FRONTEND=noninteractive apt-get "$command" -y -q -o APT::Install-Recommends=false -o DPkg::Lock::Timeout=300 \
        -o Acquire::http::Timeout=20 -o Acquire::https::Timeout=20 "$@" >&2 < /dev/null
}

# --- The build

# A digest of all that the jar is made from.
sources_digest() {
    (
        cd -- "$project_root" || exit
        local parts=(pom.xml src/main)
        [ -d .mvn ] && parts+=(.mvn)
        [ -d server-config ] && parts+=(server-config)
        find "${parts[@]}" -type f ! -name '*.pyc' ! -name '*.md' ! -name '*.sh' -print0 \
            | LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum
    )
}

# What is_built compares: the sources, and that the jar is still the one made from them.
build_state() {
    sources_digest
    stat -c '%s %Y' -- "$jar"
}

is_built() {
    [ -f "$jar" ] && [ -f "$stamp" ] && [ "$(build_state)" = "$(cat -- "$stamp")" ]
}

mark_built() {
    build_state > "$stamp"
}

# A class whose source is gone would stay in the WAR, where a server may find it.
forget_classes() {
    rm -rf -- "$project_root"/target/{classes,test-classes,python-executor}
}

build() {
    is_built && return 0
    forget_classes
    say "Building $jar (the first time this takes some minutes) ..."
    # Standard input is the server's, if anybody's.
    (cd "$project_root" && mvn -B -q -ntp -Dmaven.test.skip=true package < /dev/null)
    [ -f "$jar" ] || die "The build ended without making $jar."
    mark_built
}

# --- The server

# Options of java for a server whose work is done by other processes: a small heap to begin with, collected by one thread,
# and the optimizing compiler for checksums only. It takes a quarter of the memory and half of the time to start, and the
# processors are left to the programs (docs/adr/short-decisions.md). A method that this compiler may not have counts its calls, and is slower
# for it, until it would be compiled again. The thresholds are low, so that the counting ends early.
java_options=(
    -XX:+UseSerialGC -Xms96m
    -XX:+ExitOnOutOfMemoryError # docs/adr/0012
    -XX:+UnlockDiagnosticVMOptions
    "-XX:CompilerDirectivesFile=$project_root/server-config/compiler-directives.json"
    -XX:Tier4InvocationThreshold=200 -XX:Tier4MinInvocationThreshold=50
    -XX:Tier4CompileThreshold=400 -XX:Tier4BackEdgeThreshold=4000
)

# Replaces this process by the server, so that signals reach it directly. Arguments are options of java.
exec_server() {
    exec "$JAVA_HOME/bin/java" "${java_options[@]}" "$@" -jar "$jar"
}
