package uns.bridge;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.LongSupplier;
import uns.bridge.tls.TlsServer;
import uns.bridge.tls.TlsSettings;

/**
 * Until when the certificates in use are valid. The files are read again once in a while, for they may be renewed; of one
 * that cannot be used now, what it said last stays.
 */
final class CertificateEnds {

    private static final long INTERVAL_NS = Duration.ofMinutes(1).toNanos();

    private final Settings settings;
    private final LongSupplier clockNs;
    private Map<String, Instant> ends;
    private long readNs;

    CertificateEnds(Settings settings) {
        this(settings, System::nanoTime);
    }

    CertificateEnds(Settings settings, LongSupplier clockNs) {
        this.settings = settings;
        this.clockNs = clockNs;
        this.ends = read(Map.of());
        this.readNs = clockNs.getAsLong();
    }

    /** By the key of the setting. */
    synchronized Map<String, Instant> now() {
        long now = clockNs.getAsLong();
        if (now - readNs >= INTERVAL_NS) {
            readNs = now;
            ends = read(ends);
        }
        return ends;
    }

    private Map<String, Instant> read(Map<String, Instant> before) {
        Map<String, Instant> read = new TreeMap<>(before);
        TlsSettings mqtt = settings.mqtt().tls();
        if (mqtt != null) {
            mqtt.certificateEnds().forEach((key, end) -> read.put("mqtt.tls." + key, end));
        }
        settings.kafka().certificateEnds().forEach((key, end) -> read.put("kafka.config." + key, end));
        TlsServer http = settings.http().tls();
        if (http != null) {
            http.certificateEnds().forEach((key, end) -> read.put("http.tls." + key, end));
        }
        return read;
    }
}
