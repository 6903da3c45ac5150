#!/bin/sh
# Runs the command as whoever owns the working folder, so that the store in it belongs to the same user on the host.
#
# aws-sam-cli mounts a folder of the user's there, and an image cannot know who that is. So the container starts as
# root, becomes that user before anything else happens, and keeps no privilege; where root owns the folder, it is root
# without any capability.
set -eu

if [ "$(id -u)" -ne 0 ]; then
  exec "$@" # `docker run --user` has decided
fi
exec setpriv --reuid="$(stat -c %u .)" --regid="$(stat -c %g .)" --clear-groups \
  --no-new-privs --inh-caps=-all --bounding-set=-all -- "$@"
