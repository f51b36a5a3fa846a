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


FROM eclipse-temurin:25-jre
LABEL org.opencontainers.image.title="uns-kafka-bridge" \
      org.opencontainers.image.description="Carries every message of an MQTT Unified Namespace into Kafka." \
      org.opencontainers.image.base.name="docker.io/library/eclipse-temurin:25-jre"
RUN useradd --uid 10001 --user-group --no-create-home --home-dir /app --shell /usr/sbin/nologin bridge
WORKDIR /app
# Where births and the list of subscriptions are kept over a restart, and messages while Kafka is away.
RUN install --directory --owner=10001 --group=10001 --mode=0700 data
COPY --from=build /build/target/uns-kafka-bridge.jar ./
# By number, so that Kubernetes can tell that it is not root.
USER 10001:10001
STOPSIGNAL SIGTERM

# Metrics, health and the status page; loopback would be that of the container.
ENV UNS_HTTP__HOST=0.0.0.0
EXPOSE 8080

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
