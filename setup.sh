# What ./start and ./test share: Python, the environment, system packages. Sourced, POSIX sh.

say() { printf '%s\n' "$*" >&2; }

# Runs as root: directly, or through sudo where there is one.
as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"
    elif command -v sudo >/dev/null 2>&1; then sudo "$@"
    else return 1
    fi
}

# install_packages NAME… — Debian packages; says the command when it cannot.
install_packages() {
    say "Installing system packages: $*"
    if command -v apt-get >/dev/null 2>&1 &&
        as_root env DEBIAN_FRONTEND=noninteractive sh -c \
            'apt-get update -qq && apt-get install -y -qq --no-install-recommends "$@" >/dev/null' \
            sh "$@" </dev/null
    then return 0
    fi
    say "Could not install: $*"
    say "Please run as root:  apt-get update && apt-get install -y $*"
    exit 1
}

# ensure_packages "command:package" … — installs the packages whose commands are missing.
ensure_packages() {
    missing=""
    for pair in "$@"; do
        command -v "${pair%%:*}" >/dev/null 2>&1 || missing="$missing ${pair#*:}"
    done
    # shellcheck disable=SC2086  the list is meant to be split
    [ -z "$missing" ] || install_packages $missing
}

# Whether Tesseract's languages for documents lie where the portal looks for them.
has_tessdata() {
    for folder in "${OMS_TESSDATA:-}" "${TESSDATA_PREFIX:-}" \
        /usr/share/tesseract-ocr/*/tessdata /usr/share/tessdata /usr/local/share/tessdata; do
        [ -e "$folder/rus.traineddata" ] && [ -e "$folder/eng.traineddata" ] && return 0
    done
    return 1
}

# Installs them; required by tests, while the portal runs without and says so.
ensure_tessdata() { has_tessdata || install_packages tesseract-ocr-rus tesseract-ocr-eng; }

# OpenSSL with the engine that judges signatures by GOST R 34.10-2012.
ensure_gost() {
    openssl engine -t gost 2>/dev/null | grep -q 'available' ||
        install_packages openssl libengine-gost-openssl
}

# try_extras FOLDER — installs what the portal can do without, once per environment; goes on if it
# cannot and says what will be missing.
try_extras() {
    [ -e "$1/.extras-tried" ] && return
    (ensure_tessdata) || say "Going on: documents will not be read (распознавание выключено)."
    (ensure_gost) || say "Going on: signatures by GOST will not be judged (подписи ГОСТ)."
    "$1/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes \
        -r requirements-linkage.txt ||
        say "Going on: the nightly search for duplicates is off (ночной поиск двойников)."
    : >"$1/.extras-tried"
}

good_python() {
    command -v "$1" >/dev/null 2>&1 &&
        "$1" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
}

# Finds Python 3.11 or newer able to make environments; sets $PYTHON.
ensure_python() {
    for name in python3 python3.11 python3.12 python3.13; do
        if good_python "$name"; then PYTHON=$name; return; fi
    done
    install_packages python3 python3-venv ca-certificates
    good_python python3 || { say "Python 3.11 or newer is needed."; exit 1; }
    PYTHON=python3
}

# ensure_environment LOCK FOLDER — installs exactly what the lock file names, once per lock.
ensure_environment() {
    stamp="$2/.installed-$(cksum <"$1" | tr ' ' '-')-$(basename "$1")"
    [ -e "$stamp" ] && return
    say "Installing the portal's libraries (once)…"
    [ -x "$2/bin/python" ] || "$PYTHON" -m venv "$2"
    "$2/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes -r "$1"
    rm -f "$2"/.installed-*-"$(basename "$1")"
    : >"$stamp"
}
