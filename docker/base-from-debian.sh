#!/bin/sh
# Builds a base image with Python from Debian packages, for places that reach a Debian mirror but no image registry.
#
#     sudo docker/base-from-debian.sh everstep-base:trixie
#     make image IMAGE=everstep:dev BASE=everstep-base:trixie
#
# Needs debootstrap and docker. The environment may set SUITE, MIRROR, PACKAGES (more of them, with commas) and
# CERTIFICATES (a file of authorities to trust instead of Debian's, for networks whose proxy has one of its own).
set -eu

image=${1:?say the name of the image, like everstep-base:trixie}
suite=${SUITE:-trixie}
mirror=${MIRROR:-http://deb.debian.org/debian}
packages=python3,python3-venv,ca-certificates${PACKAGES:+,$PACKAGES}

root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT

debootstrap --variant=minbase --include="$packages" "$suite" "$root" "$mirror" >&2

if [ -n "${CERTIFICATES:-}" ]; then
  cp "$CERTIFICATES" "$root"/etc/ssl/certs/ca-certificates.crt
fi

# What no container reads: documentation, translations, what apt keeps.
rm -rf "$root"/usr/share/doc "$root"/usr/share/man "$root"/usr/share/info "$root"/usr/share/locale \
       "$root"/usr/share/bash-completion "$root"/var/cache/* "$root"/var/lib/apt/lists/* "$root"/var/log/* \
       "$root"/dev/*

tar --create --numeric-owner --directory "$root" . \
  | docker import --change 'ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' \
                  --change 'CMD ["python3"]' - "$image"
