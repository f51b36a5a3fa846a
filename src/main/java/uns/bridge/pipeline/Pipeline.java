package uns.bridge.pipeline;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import uns.bridge.json.JsonScanner;
import uns.bridge.json.MalformedJsonException;
import uns.bridge.message.InboundMessage;
import uns.bridge.message.OutboundRecord;
import uns.bridge.message.OutboundRecord.Header;
import uns.bridge.sparkplug.BirthState;
import uns.bridge.sparkplug.HostState;
import uns.bridge.sparkplug.MalformedPayloadException;
import uns.bridge.sparkplug.SparkplugDecoder;
import uns.bridge.sparkplug.SparkplugDecoder.Decoded;
import uns.bridge.sparkplug.SparkplugSettings;

/**
 * Makes a Kafka record of an MQTT message: decode, filter, map. Does no I/O and never blocks; used by one thread, because
 * what it knows of a topic (and of a Sparkplug edge node) follows the order of its messages.
 */
public final class Pipeline {

    /** How many MQTT topics are remembered; the least recently used are worked out anew. */
    static final int MAX_ROUTES = 50_000;

    /**
     * The furthest that a record's timestamp may lie ahead of its arrival. Kafka refuses more than one hour by default
     * ({@code message.timestamp.after.max.ms}); the minute is for a broker whose clock is behind.
     */
    static final long MAX_AHEAD_MS = 59 * 60_000L;

    private final AttributeFilter filter;
    private final JsonScanner json;
    private final @Nullable BirthState births;
    private final SparkplugDecoder sparkplug;
    private final LongAdder timestampFallbacks = new LongAdder();

    private final Map<String, Route> routes = new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Route> eldest) {
            return size() > MAX_ROUTES;
        }
    };

    public Pipeline(PipelineSettings settings, SparkplugSettings sparkplugSettings) {
        this.filter = new AttributeFilter(settings.ignoredAttributes());
        this.json = new JsonScanner(settings.timestampAttribute());
        this.births = sparkplugSettings.resolve() ? new BirthState(sparkplugSettings.reorderTimeout()) : null;
        this.sparkplug = new SparkplugDecoder(SparkplugDecoder.DEFAULT_MAX_INFLATED_BYTES, births);
    }

    /** The record of {@code message}, or why there is none. */
    public Outcome process(InboundMessage message) {
        Route route = route(message.topic());
        byte[] payload = message.payload();
        if (message.truncated()) {
            return new Outcome.Reject("payload of " + message.payloadSize() + " bytes is too large to be held", null);
        }
        if (payload.length == 0) {
            return new Outcome.Forward(
                    new OutboundRecord(route.kafkaTopic, route.key, null, message.arrivalMs(), route.headers(message)));
        }
        try {
            return new Outcome.Forward(route.sparkplug ? sparkplugRecord(message, route) : jsonRecord(message, route));
        } catch (MalformedJsonException | MalformedPayloadException e) {
            return new Outcome.Reject(route.sparkplug ? "not a Sparkplug B payload" : "not JSON", e);
        }
    }

    /** What is known of the births of edge nodes, or null if {@link SparkplugSettings#resolve} is off. */
    public @Nullable BirthState births() {
        return births;
    }

    /** The MQTT headers of {@code message}, as its record has them. */
    List<Header> headers(InboundMessage message) {
        return route(message.topic()).headers(message);
    }

    /** How many records carry their time of arrival because Kafka would refuse their own timestamp, or it is none. */
    public long timestampFallbacks() {
        return timestampFallbacks.sum();
    }

    private OutboundRecord jsonRecord(InboundMessage message, Route route) throws MalformedJsonException {
        byte[] payload = route.legacyState ? HostState.toJson(message.payload()) : message.payload();
        JsonScanner.Result scanned = json.scan(payload, route.ignored);
        return new OutboundRecord(
                route.kafkaTopic,
                route.key,
                scanned.json(),
                timestamp(scanned.timestampMs(), message),
                route.headers(message));
    }

    private OutboundRecord sparkplugRecord(InboundMessage message, Route route)
            throws MalformedJsonException, MalformedPayloadException {
        Decoded decoded = route.sparkplugTopic == null
                ? sparkplug.decode(message.payload())
                : sparkplug.decode(message.payload(), route.sparkplugTopic, message.duplicate(), message.arrivalMs());
        byte[] value = route.ignored == null
                ? decoded.json()
                : json.scan(decoded.json(), route.ignored).json();
        return new OutboundRecord(
                route.kafkaTopic,
                route.key,
                value,
                timestamp(decoded.timestampMs(), message),
                flagged(route.headers(message), decoded));
    }

    /** What consumers can't see in the record alone. */
    private static List<Header> flagged(List<Header> plain, Decoded decoded) {
        if (decoded.unresolved() == 0 && decoded.gap() == 0) {
            return plain;
        }
        List<Header> headers = new ArrayList<>(plain);
        if (decoded.unresolved() > 0) {
            headers.add(Route.header("sparkplug.unresolved", Integer.toString(decoded.unresolved())));
        }
        if (decoded.gap() > 0) {
            headers.add(Route.header("sparkplug.gap", Integer.toString(decoded.gap())));
        }
        return headers;
    }

    private Route route(String mqttTopic) {
        Route route = routes.get(mqttTopic);
        if (route == null) {
            route = new Route(mqttTopic, filter.ignoredIn(mqttTopic));
            routes.put(mqttTopic, route);
        }
        return route;
    }

    private long timestamp(long ownMs, InboundMessage message) {
        if (ownMs >= 0 && ownMs <= message.arrivalMs() + MAX_AHEAD_MS) {
            return ownMs;
        }
        if (ownMs != JsonScanner.NO_TIMESTAMP) {
            timestampFallbacks.increment();
        }
        return message.arrivalMs();
    }
}
