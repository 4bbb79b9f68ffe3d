# What the test scripts need from the host that they run on: Debian packages and the place of the cache.
# Sourced by tests/machine, tests/run and others; it runs nothing by itself.
# shellcheck shell=bash disable=SC2034 # used by the scripts that source this

# What the software is built with: on the host for the unit tests, in every test machine for the machine itself.
BUILD_PACKAGES=(meson ninja-build gcc libc6-dev pkgconf libpam0g-dev libcap-dev libsodium-dev libjansson-dev
	libcdb-dev libconfig-dev libsystemd-dev systemd)

# What makes and boots a test machine.
MACHINE_PACKAGES=(mmdebstrap systemd-container debian-archive-keyring util-linux procps iproute2 python3)

# What the unit, pam and static suites call beside the compiler.
SUITE_PACKAGES=(jq clang-format mandoc shellcheck binutils git openssh-client python3)

# Roots, build directories, machines. It can be removed when no machine is up.
CACHE=${JIT_TESTS_CACHE:-/var/cache/jit-tests}

# Says what went wrong and ends the script.
die() {
	echo "${0##*/}: $*" >&2
	exit 1
}

# Installs those of the named packages that are missing. Needs root only if something is.
need_packages() {
	local name missing=()
	for name in "$@"; do
		dpkg-query -W -f '${Status}' "$name" 2>/dev/null | grep -q '^install ok installed$' || missing+=("$name")
	done
	[ ${#missing[@]} -gt 0 ] || return 0
	[ "$(id -u)" = 0 ] || die "missing packages, and only root can install them: ${missing[*]}"
	echo "installing ${missing[*]}" >&2
	if ! apt_get update || ! apt_get install --no-install-recommends "${missing[@]}"; then
		die "apt-get failed"
	fi
}

# apt-get that asks nothing and is quiet unless it fails. Two of ours take turns; somebody else's is waited for.
apt_get() {
	local log
	log=$(mktemp)
	for _ in 1 2 3 4; do
		if DEBIAN_FRONTEND=noninteractive timeout 900 flock /var/lib/dpkg \
			apt-get -q -y -o DPkg::Lock::Timeout=600 "$@" >"$log" 2>&1 </dev/null; then
			rm -f "$log"
			return 0
		fi
		grep -q 'Could not get lock' "$log" || break
		sleep 15
	done
	tail -n 20 "$log" >&2
	rm -f "$log"
	return 1
}
