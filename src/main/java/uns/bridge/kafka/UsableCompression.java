package uns.bridge.kafka;

import java.io.IOException;
import java.io.OutputStream;
import java.util.Map;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.utils.internals.ByteBufferOutputStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Replaces a codec whose native code can't be loaded by one that has a way in Java as well. That code is unpacked into the
 * folder for temporary files, from where some machines let nothing be run.
 */
final class UsableCompression {

    private static final Logger LOG = LoggerFactory.getLogger(UsableCompression.class);
    private static final String IN_JAVA_TOO = "lz4";

    private UsableCompression() {}

    /** Tries a codec, by its name in Kafka. */
    interface Attempt {

        /** Throws what keeps it from working. */
        void compress(String codec) throws IOException;
    }

    /** Sets in {@code config} a {@code compression.type} that works on this machine. */
    static void ensure(Map<String, Object> config) {
        ensure(config, UsableCompression::compress);
    }

    static void ensure(Map<String, Object> config, Attempt attempt) {
        String codec = String.valueOf(config.get(ProducerConfig.COMPRESSION_TYPE_CONFIG));
        try {
            attempt.compress(codec);
        } catch (KafkaException | IOException | LinkageError e) {
            Throwable cause = e instanceof KafkaException && e.getCause() != null ? e.getCause() : e;
            LOG.warn(
                    "kafka.config.compression.type: {} can't be used, and {} is in its place, for its native code can't be"
                            + " run from {}: {}",
                    codec,
                    IN_JAVA_TOO,
                    System.getProperty("java.io.tmpdir"),
                    cause.toString());
            config.put(ProducerConfig.COMPRESSION_TYPE_CONFIG, IN_JAVA_TOO);
        }
    }

    private static void compress(String codec) throws IOException {
        try (OutputStream out = Compression.of(codec)
                .build()
                .wrapForOutput(new ByteBufferOutputStream(1 << 10), RecordBatch.CURRENT_MAGIC_VALUE)) {
            out.write(0);
        }
    }
}
