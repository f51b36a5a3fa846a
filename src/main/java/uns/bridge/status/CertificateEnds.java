package uns.bridge.status;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.LongSupplier;
import uns.bridge.http.HttpSettings;
import uns.bridge.kafka.KafkaSettings;
import uns.bridge.mqtt.MqttSettings;
import uns.bridge.tls.TlsServer;
import uns.bridge.tls.TlsSettings;

/**
 * Until when the certificates in use are valid. The files are read again once in a while, for they may be renewed; of one
 * that cannot be used now, what it said last stays. One thread refreshes it, any may ask.
 */
final class CertificateEnds {

    private static final long INTERVAL_NS = Duration.ofMinutes(1).toNanos();

    private final MqttSettings mqtt;
    private final KafkaSettings kafka;
    private final HttpSettings http;
    private final LongSupplier clockNs;
    private volatile Map<String, Instant> ends;
    private long readNs;

    CertificateEnds(MqttSettings mqtt, KafkaSettings kafka, HttpSettings http, LongSupplier clockNs) {
        this.mqtt = mqtt;
        this.kafka = kafka;
        this.http = http;
        this.clockNs = clockNs;
        this.ends = read(Map.of());
        this.readNs = clockNs.getAsLong();
    }

    /** By the key of the setting; reads no file, so that a slow disk holds up nobody who asks. */
    Map<String, Instant> now() {
        return ends;
    }

    /** Reads the files if they were not read for a minute. */
    void refresh() {
        long now = clockNs.getAsLong();
        if (now - readNs >= INTERVAL_NS) {
            readNs = now;
            ends = read(ends);
        }
    }

    private Map<String, Instant> read(Map<String, Instant> before) {
        Map<String, Instant> read = new TreeMap<>(before);
        TlsSettings client = mqtt.tls();
        if (client != null) {
            client.certificateEnds().forEach((key, end) -> read.put("mqtt.tls." + key, end));
        }
        kafka.certificateEnds().forEach((key, end) -> read.put("kafka.config." + key, end));
        TlsServer server = http.tls();
        if (server != null) {
            server.certificateEnds().forEach((key, end) -> read.put("http.tls." + key, end));
        }
        return read;
    }
}
