package uns.bridge.mqtt;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import uns.bridge.message.TopicFilter;

/**
 * The topic filters that the session at the broker may have, from this start and earlier ones: those that are no longer
 * wanted are to be unsubscribed, for the broker would go on sending them. Used by one thread.
 *
 * <p>They are kept in a {@link SessionFile}. A filter is in it before it is subscribed to, and for as long as there is the
 * session: a broker that was killed may come back with one from before the UNSUBSCRIBE that it had confirmed. To unsubscribe
 * once too often does no harm (MQTT 5, 3.11.3, No subscription existed; MQTT 3.1.1, 3.10.4).
 */
final class SessionFilters {

    private static final Logger LOG = LoggerFactory.getLogger(SessionFilters.class);

    /** Not allowed in a topic filter (MQTT 5, 4.7.3), and so in none of them. */
    private static final String SEPARATOR = "\0";

    private final @Nullable SessionFile file;

    /** What is in the file, as far as it can be written. */
    private final Set<TopicFilter> filters = new LinkedHashSet<>();

    private CompletableFuture<Void> written = CompletableFuture.completedFuture(null);

    /** @param folder where the file is, or null for none: then only what this start subscribes to is known */
    SessionFilters(MqttSettings settings, @Nullable Path folder) {
        this.file = SessionFile.of(settings, folder, "subscriptions");
        if (file != null) {
            try {
                String text = file.read();
                if (text != null) {
                    for (String filter : text.split(SEPARATOR, -1)) {
                        filters.add(TopicFilter.of(filter));
                    }
                }
            } catch (IOException | IllegalArgumentException e) {
                LOG.warn("Not all that was subscribed to before can be read from {}: {}", file, e.toString());
            }
        }
    }

    /**
     * Notes that {@code wanted} are about to be subscribed to; in a new session there are no others.
     *
     * @return done when that is on the disk, as it should be before, or can't be; never fails
     */
    CompletableFuture<Void> subscribing(List<TopicFilter> wanted, boolean newSession) {
        boolean changed = newSession && filters.retainAll(wanted);
        changed |= filters.addAll(wanted);
        if (changed) {
            write();
        }
        return written;
    }

    /** Those that the session may have without being wanted. */
    List<TopicFilter> unwanted(List<TopicFilter> wanted) {
        return filters.stream().filter(filter -> !wanted.contains(filter)).toList();
    }

    private void write() {
        if (file != null) {
            String text = filters.stream().map(TopicFilter::toString).collect(Collectors.joining(SEPARATOR));
            written = file.write(text).exceptionally(e -> {
                LOG.warn(
                        "{} can't be written, so what is taken out of mqtt.topics may stay subscribed: {}",
                        file,
                        String.valueOf(e.getCause()));
                return null;
            });
        }
    }
}
