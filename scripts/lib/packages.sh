#!/usr/bin/env bash
# Installs the Debian packages of the named lists, unless they are there already.
set -euo pipefail

usage() {
  cat <<'END'
usage: scripts/lib/packages.sh LIST...

Installs the Debian 12 packages of scripts/lib/LIST-packages.txt that are missing; LIST is build,
test or check. Where nothing is missing, nothing is run as root and no network is used.

  -h, --help   print this text
END
}

die() {
  printf 'packages: %s\n' "$*" >&2
  exit 1
}

case "${1:-}" in
  -h | --help) usage; exit 0 ;;
  '') usage >&2; exit 2 ;;
esac

folder=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
wanted=()
for list in "$@"; do
  file="$folder/$list-packages.txt"
  [[ -f $file ]] || die "there is no list '$list'; see scripts/lib/packages.sh --help"
  mapfile -t -O "${#wanted[@]}" wanted < <(sed -e 's/#.*//' -e 's/[[:space:]]//g' -e '/^$/d' "$file")
done

command -v dpkg-query > /dev/null ||
  die "this needs Debian 12; elsewhere install the equivalents of: ${wanted[*]}"

# dpkg-query fails for names it never heard of, which is what `missing` finds out anyway.
installed=$(dpkg-query -W -f '${db:Status-Status} ${Package}\n' "${wanted[@]}" 2> /dev/null |
  sed -n 's/^installed //p' || true)
mapfile -t missing < <(comm -13 <(sort -u <<< "$installed") <(printf '%s\n' "${wanted[@]}" | sort -u))
# Node.js from elsewhere brings its npm, which Debian's would be in conflict with.
if command -v npm > /dev/null; then
  mapfile -t missing < <(printf '%s\n' "${missing[@]}" | grep -vx npm || true)
fi
[[ -n ${missing[*]} ]] || exit 0

as_root=()
if [[ $(id -u) -ne 0 ]]; then
  command -v sudo > /dev/null ||
    die "packages are missing and there is no sudo; as root, run: apt-get install ${missing[*]}"
  as_root=(sudo)
fi
apt() {
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q -o Dpkg::Use-Pty=0 "$@" >&2
}
printf 'packages: installing %s\n' "${missing[*]}" >&2
apt update || die "apt-get update failed; is the network there?"
apt install -y --no-install-recommends "${missing[@]}" ||
  die "apt-get could not install everything; the packages are those of Debian 12 main"

# Debian runs a server as soon as it is installed. The scripts start their own on loopback; these
# would serve the whole network.
declare -A services=(
  [nginx]='nginx.service'
  [samba]='smbd.service nmbd.service samba-ad-dc.service'
  [slapd]='slapd.service'
)
for package in "${missing[@]}"; do
  for service in ${services[$package]:-}; do
    [[ -d /run/systemd/system ]] || continue
    "${as_root[@]}" systemctl disable --now "$service" >&2 ||
      die "$package is installed and could not be stopped; run: systemctl disable --now $service"
  done
done
