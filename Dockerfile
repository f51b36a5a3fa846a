FROM maven:3.9-eclipse-temurin-17 AS build
WORKDIR /build

# What changes seldom has a layer of its own: Maven's plugins and all libraries. They are fetched by a build of the
# Sparkplug schema alone, for only a build that compiles something asks for the compiler's plugins and for protoc.
COPY pom.xml ./
COPY src/main/proto src/main/proto
RUN mvn --batch-mode --no-transfer-progress -Dmaven.test.skip package && rm -r target

# Tests need not be here, so a change of theirs builds nothing anew.
COPY src/main src/main
RUN mvn --batch-mode --no-transfer-progress -Dmaven.test.skip package

# Of the native libraries only those for this machine.
RUN mkdir jar && cd jar && jar --extract --file ../target/uns-kafka-bridge.jar \
    && find . -regex '.*\.\(a\|dll\|dylib\|jnilib\|so\)' \
        ! -path "*inux/$(uname -m)/*" ! -path "*inux/$(dpkg --print-architecture)/*" -delete \
    && jar --create --file ../uns-kafka-bridge.jar --manifest META-INF/MANIFEST.MF .


# Of Java only what the bridge and its libraries use, and jcmd, to look into a process that misbehaves. Without line
# numbers in Java's own classes, and without the names of the JVM's local symbols: 9 MB less.
FROM eclipse-temurin:25 AS java
RUN jlink --output /opt/jre --compress zip-6 --no-header-files --no-man-pages --strip-java-debug-attributes \
        --generate-cds-archive \
        --add-modules java.base,java.naming,java.prefs,java.security.jgss,java.security.sasl,java.sql \
        --add-modules jdk.httpserver,jdk.jcmd,jdk.management,jdk.security.auth,jdk.security.jgss,jdk.unsupported \
    && rm /opt/jre/lib/server/classes_nocoops.jsa \
    && strip /opt/jre/lib/server/libjvm.so


FROM debian:13-slim
ARG VERSION=1.0.0-SNAPSHOT
LABEL org.opencontainers.image.title="uns-kafka-bridge" \
      org.opencontainers.image.description="Carries every message of an MQTT Unified Namespace into Kafka." \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.base.name="docker.io/library/debian:13-slim"
RUN useradd --uid 10001 --user-group --no-create-home --home-dir /app --shell /usr/sbin/nologin bridge
ENV PATH=/opt/jre/bin:$PATH LANG=C.UTF-8
COPY --from=java /opt/jre /opt/jre
WORKDIR /app
# Where births and the list of subscriptions are kept over a restart, and messages while Kafka is away.
RUN install --directory --owner=10001 --group=10001 --mode=0700 data
COPY --from=build /build/uns-kafka-bridge.jar ./
COPY conf/class-data.sh ./
# A start takes less than half of the CPU time with it. The health check, which begins anew every time, gains as well.
RUN sh class-data.sh uns-kafka-bridge.jar
# By number, so that Kubernetes can tell that it is not root.
USER 10001:10001
STOPSIGNAL SIGTERM

# Metrics, health and the status page; loopback would be that of the container.
ENV UNS_HTTP__HOST=0.0.0.0
EXPOSE 8080

# Whether the process can make progress, for what follows is a restart in most places. Kafka's or the MQTT broker's
# absence is not its fault; /health/ready tells of that.
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s CMD ["env", "-u", "JAVA_TOOL_OPTIONS", "java", \
    "-XX:SharedArchiveFile=/app/bridge.jsa", "-Xlog:cds*=off", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xmx32m", \
    "-jar", "/app/uns-kafka-bridge.jar", \
    "--conf", "/app/conf", \
    "--healthcheck", "live"]

VOLUME /app/conf /app/data
# settings.yaml, .secrets.yaml and logback.xml are to be mounted at conf. There is none inside: a forgotten mount
# must end in an error, not in a bridge that knocks at localhost.
#
# The heap takes three quarters of the container's memory. What is in flight is bounded to some hundred MB, so the
# smallest collector does. Out of memory, the process ends (code 3) and leaves the restart to whoever watches over it.
ENTRYPOINT ["java", \
    "-XX:MaxRAMPercentage=75", \
    "-XX:+UseSerialGC", \
    "-XX:+ExitOnOutOfMemoryError", \
    "-XX:SharedArchiveFile=/app/bridge.jsa", "-Xlog:cds*=off", \
    "-jar", "/app/uns-kafka-bridge.jar", \
    "--conf", "/app/conf"]
