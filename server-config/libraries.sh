# shellcheck shell=bash
# Sourced by common.sh: the libraries that programs can import. LIBRARIES says which: all (the default), or core.

# As PACKAGE=MODULE, by Debian's names; what has no module is there for the others.
core_libraries=(python3-numpy=numpy python3-pandas=pandas python3-matplotlib=matplotlib)
more_libraries=(
    python3-scipy=scipy python3-sklearn=sklearn python3-statsmodels=statsmodels python3-sympy=sympy python3-networkx=networkx
    python3-seaborn=seaborn python3-plotly=plotly python3-pil=PIL
    fonts-wqy-microhei # Chinese, Japanese and Korean in 5 MB
    python3-openpyxl=openpyxl python3-xlsxwriter=xlsxwriter python3-docx=docx python3-reportlab=reportlab
    python3-lxml=lxml python3-bs4=bs4 python3-requests=requests python3-jinja2=jinja2 python3-yaml=yaml
    python3-tabulate=tabulate python3-tqdm=tqdm python3-psutil=psutil python3-pytest=pytest pylint=pylint
)

# Without the first ones nobody starts (missing); without the others programs have fewer libraries (wanted).
need_libraries() {
    local library
    case ${LIBRARIES:=all} in
        all | core) ;;
        *) die "LIBRARIES is all or core, not $LIBRARIES." ;;
    esac
    while read -r library; do
        case " ${core_libraries[*]} " in
            *" $library "*) missing+=("${library%=*}") ;;
            *) [ "$LIBRARIES" = core ] || wanted+=("${library%=*}") ;;
        esac
    done < <(absent_libraries "${core_libraries[@]}" "${more_libraries[@]}")
}

# Prints those that are neither installed as packages nor found by the interpreter, each as it was given. One question when
# all are there: it is asked at every start.
absent_libraries() {
    local installed library left=()
    # shellcheck disable=SC2016 # dpkg's variables, not ours
    installed=$(dpkg-query -W -f '${db:Status-Status} ${Package}\n' "${@%=*}" 2> /dev/null) || true
    for library in "$@"; do
        case $'\n'$installed$'\n' in
            *$'\n'"installed ${library%=*}"$'\n'*) ;;
            *) left+=("$library") ;;
        esac
    done
    [ ${#left[@]} -gt 0 ] || return 0
    if [ ! -x /usr/bin/python3 ]; then
        printf '%s\n' "${left[@]}"
        return 0
    fi
    # Looked for, not imported: that would take seconds.
    /usr/bin/python3 -I -c '
import importlib.util, shutil, sys
for library in sys.argv[1:]:
    package, _, module = library.partition("=")
    if importlib.util.find_spec(module) is None if module else shutil.which("dpkg-query"):
        print(library)' "${left[@]}"
}

# Of the packages that are wanted, those that this release has; says which it has not.
keep_known_packages() {
    local package known kept=()
    known=$(apt-cache show "${wanted[@]}" 2> /dev/null | sed -n 's/^Package: //p') || true
    for package in "${wanted[@]}"; do
        case $'\n'$known$'\n' in
            *$'\n'"$package"$'\n'*) kept+=("$package") ;;
            *) say "There is no package $package here: programs go without." ;;
        esac
    done
    wanted=("${kept[@]}")
}
