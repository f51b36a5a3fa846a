#!/bin/sh
# class-data.sh JAR: makes bridge.jsa beside the jar, which has the classes of a start as Java holds them once they are
# loaded. Later starts take them from there (-XX:SharedArchiveFile). It serves this very jar with this very Java; with
# others Java goes without it.
set -eu
jar=$(readlink -f "$1")
archive=$(dirname "$jar")/bridge.jsa
folder=$(mktemp -d)
trap 'rm -r "$folder"' EXIT
cd "$folder"
touch settings.yaml log

# A bridge that looks for Kafka where there is none, and has its own status page for an MQTT broker, so that somebody
# is there to talk to. It ends when both have failed.
env -i PATH="$PATH" UNS_HTTP__PORT=18080 UNS_MQTT__HOST=localhost UNS_MQTT__PORT=18080 UNS_MQTT__CLIENT_ID=class-data \
    UNS_KAFKA__CONFIG__BOOTSTRAP__SERVERS=localhost:1 UNS_SPOOL__DIR=spool \
    java -XX:ArchiveClassesAtExit=bridge.jsa -XX:+UseSerialGC '-Xlog:cds*=off' -jar "$jar" --conf . > log 2>&1 &
until grep 'No connection to the MQTT broker' log | grep -qv refused && grep -q 'no connection to Kafka' log; do
    kill -0 $! 2> /dev/null || break
    sleep 1
done
{ kill $! && wait $! && test -s bridge.jsa; } || { cat log; exit 1; }

# In one go: Java may crash with half of it.
install -m 644 bridge.jsa "$archive.new"
mv "$archive.new" "$archive"
