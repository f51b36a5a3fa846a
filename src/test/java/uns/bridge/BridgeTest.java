package uns.bridge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.ProducerInterceptor;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import uns.bridge.config.SettingsFixture;

/** How a bridge ends that reaches neither broker. */
@Timeout(60)
class BridgeTest {

    @TempDir
    private Path folder;

    /** A client of Kafka that does not end, as while a resolver of names does not answer. */
    public static final class Hanging implements ProducerInterceptor<byte[], byte[]> {

        private static final CountDownLatch MADE = new CountDownLatch(1);
        private static final CountDownLatch LET_GO = new CountDownLatch(1);
        private static volatile boolean birthsAreOpen;

        @Override
        public ProducerRecord<byte[], byte[]> onSend(ProducerRecord<byte[], byte[]> record) {
            return record;
        }

        @Override
        public void onAcknowledgement(@Nullable RecordMetadata metadata, @Nullable Exception exception) {}

        @Override
        public void configure(Map<String, ?> config) {
            MADE.countDown();
        }

        @Override
        public void close() {
            birthsAreOpen = thread("births") != null;
            try {
                LET_GO.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    @Test
    void shouldEndAndKeepTheBirthsWhenKafkasClientDoesNotEnd() throws Exception {
        Bridge bridge = bridge("interceptor.classes: " + Hanging.class.getName());
        bridge.start();
        assertThat(Hanging.MADE.await(30, TimeUnit.SECONDS)).isTrue();
        FutureTask<Boolean> closing = new FutureTask<>(() -> {
            bridge.close();
            return true;
        });
        new Thread(closing).start();
        try {
            closing.get(20, TimeUnit.SECONDS);
        } finally {
            Hanging.LET_GO.countDown();
        }

        assertThat(Hanging.birthsAreOpen).isFalse();
    }

    @Test
    void shouldEndWhenAThreadFailsAndTheLogFailsToo() throws Exception {
        Bridge bridge = bridge("acks: all");
        bridge.start();
        Thread carrier = thread("carrier");
        assertThat(carrier).isNotNull();

        assertThatThrownBy(() -> carrier.getUncaughtExceptionHandler().uncaughtException(carrier, new Unprintable()))
                .isInstanceOf(OutOfMemoryError.class);

        assertThat(bridge.awaitEnd()).isFalse();
        bridge.close();
    }

    private static final class Unprintable extends Error {

        @Override
        public String getMessage() {
            throw new OutOfMemoryError("no room for the text");
        }
    }

    private Bridge bridge(String kafka) {
        return new Bridge(Settings.read(
                SettingsFixture.settings("""
                        mqtt: {host: 127.0.0.1, port: 1, topics: ['#']}
                        kafka:
                          config:
                            bootstrap.servers: 127.0.0.1:1
                            %s
                        sparkplug: {state_dir: %s}
                        http: {enabled: false}
                        drain_timeout: 0
                        """.formatted(kafka, folder)).root()));
    }

    private static @Nullable Thread thread(String name) {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals(name))
                .findFirst()
                .orElse(null);
    }
}
