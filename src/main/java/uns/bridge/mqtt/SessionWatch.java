package uns.bridge.mqtt;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import uns.bridge.mqtt.MqttConnection.Session;

/**
 * Notices that the broker does not have the session (MQTT 5, 4.1) that it should have, also after a restart: in a file is
 * when the bridge was last connected, to the minute. All but {@link #lost} is for one thread.
 */
final class SessionWatch {

    private static final Logger LOG = LoggerFactory.getLogger(SessionWatch.class);
    private static final String FILE = "session";
    private static final long WRITE_MS = Duration.ofMinutes(1).toMillis();
    private static final long NEVER = -1;

    private final @Nullable SessionFile file;

    /** Whose session it is: of another client or at another broker, none is expected. */
    private final String identity;

    private final @Nullable Duration sessionExpiry;
    private long seenMs;
    private long writtenMs = NEVER;
    private CompletableFuture<Void> written = CompletableFuture.completedFuture(null);
    private volatile boolean warned;
    private volatile long lost;

    private SessionWatch(@Nullable SessionFile file, String identity, @Nullable Duration sessionExpiry) {
        this.file = file;
        this.identity = identity;
        this.sessionExpiry = sessionExpiry;
        this.seenMs = read();
    }

    /** @param stateDir where the file is, or null if nothing is to be known after a restart */
    static SessionWatch of(MqttSettings settings, @Nullable Path stateDir) {
        boolean expiring = settings.version() == MqttVersion.MQTT_5;
        boolean kept = expiring ? !settings.sessionExpiry().isZero() : !settings.cleanSession();
        return new SessionWatch(
                kept && stateDir != null ? new SessionFile(stateDir.resolve(FILE)) : null,
                settings.clientId() + "\n" + settings.host() + ":" + settings.port(),
                expiring ? settings.sessionExpiry() : null);
    }

    /** How often the session was not there. */
    long lost() {
        return lost;
    }

    /**
     * There is a connection again, with {@code session}.
     *
     * @return done when that is on the disk, as it should be before anything is subscribed to, or can't be; never fails
     */
    @SuppressWarnings("NonAtomicVolatileUpdate") // Written by this thread only.
    CompletableFuture<Void> connected(Session session, long nowMs) {
        if (session == Session.NEW && seenMs != NEVER) {
            lost++;
            Duration away = Duration.ofMillis(Math.max(0, nowMs - seenMs));
            LOG.warn(
                    "The MQTT broker has no session of this client any more: what was published from {} to {} ({} s) is"
                            + " lost, and what was queued before{}",
                    time(seenMs),
                    time(nowMs),
                    away.toSeconds(),
                    sessionExpiry != null && away.compareTo(sessionExpiry) > 0
                            ? "; that is longer than mqtt.session_expiry"
                            : "");
        }
        seenMs = nowMs;
        write();
        return written;
    }

    /** The connection is there still. */
    void seen(long nowMs) {
        seenMs = nowMs;
        if (Math.abs(nowMs - writtenMs) >= WRITE_MS) {
            write();
        }
    }

    /**
     * The connection was lost, or closed.
     *
     * @return done when that is on the disk, or can't be; never fails
     */
    CompletableFuture<Void> ended() {
        write();
        return written;
    }

    private static Instant time(long ms) {
        return Instant.ofEpochMilli(ms).truncatedTo(ChronoUnit.SECONDS);
    }

    private long read() {
        try {
            String text = file == null ? null : file.read();
            if (text == null) {
                return NEVER;
            }
            String[] content = text.split("\n", 2);
            return content.length == 2 && content[1].equals(identity) ? Long.parseLong(content[0]) : NEVER;
        } catch (IOException | NumberFormatException e) {
            warn(e);
            return NEVER;
        }
    }

    private void write() {
        writtenMs = seenMs;
        if (file != null) {
            written = file.write(seenMs + "\n" + identity).exceptionally(e -> {
                warn(e.getCause());
                return null;
            });
        }
    }

    private void warn(@Nullable Throwable e) {
        if (!warned) {
            warned = true;
            LOG.warn(
                    "A loss of the MQTT session will not be noticed after a restart: file {}: {}",
                    file,
                    String.valueOf(e));
        }
    }
}
