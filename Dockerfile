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


# Of Java only what the bridge and its libraries use, and jcmd, to look into a process that misbehaves.
FROM eclipse-temurin:25 AS java
RUN jlink --output /opt/jre --compress zip-6 --no-header-files --no-man-pages --generate-cds-archive \
        --add-modules java.base,java.naming,java.prefs,java.security.jgss,java.security.sasl,java.sql \
        --add-modules jdk.httpserver,jdk.jcmd,jdk.management,jdk.security.auth,jdk.security.jgss,jdk.unsupported \
    && rm /opt/jre/lib/server/classes_nocoops.jsa


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
COPY --from=build /build/target/uns-kafka-bridge.jar ./
# The health check begins anew every time: its classes as they were loaded once make it twice as quick. There is no
# bridge to ask yet, which is why it ends with code 1.
RUN touch /tmp/settings.yaml \
    && java -XX:ArchiveClassesAtExit=healthcheck.jsa -XX:+UseSerialGC -Xlog:cds=off -Xlog:cds*=off \
        -jar uns-kafka-bridge.jar --conf /tmp --healthcheck live; \
    rm /tmp/settings.yaml && test -s healthcheck.jsa
# By number, so that Kubernetes can tell that it is not root.
USER 10001:10001
STOPSIGNAL SIGTERM

# Metrics, health and the status page; loopback would be that of the container.
ENV UNS_HTTP__HOST=0.0.0.0
EXPOSE 8080

# Whether the process can make progress, for what follows is a restart in most places. Kafka's or the MQTT broker's
# absence is not its fault; /health/ready tells of that.
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s CMD ["env", "-u", "JAVA_TOOL_OPTIONS", "java", \
    "-XX:SharedArchiveFile=/app/healthcheck.jsa", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xmx32m", \
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
    "-jar", "/app/uns-kafka-bridge.jar", \
    "--conf", "/app/conf"]
