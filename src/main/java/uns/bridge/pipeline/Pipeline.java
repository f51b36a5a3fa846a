package uns.bridge.pipeline;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import uns.bridge.json.AttributeTree;
import uns.bridge.json.JsonScanner;
import uns.bridge.json.MalformedJsonException;
import uns.bridge.message.InboundMessage;
import uns.bridge.message.OutboundRecord;
import uns.bridge.message.OutboundRecord.Header;
import uns.bridge.sparkplug.BirthState;
import uns.bridge.sparkplug.HostState;
import uns.bridge.sparkplug.MalformedPayloadException;
import uns.bridge.sparkplug.RebirthRequests;
import uns.bridge.sparkplug.SparkplugDecoder;
import uns.bridge.sparkplug.SparkplugDecoder.Decoded;
import uns.bridge.sparkplug.SparkplugDecoder.Part;
import uns.bridge.sparkplug.SparkplugSettings;
import uns.bridge.sparkplug.SparkplugTopic;

/**
 * Makes Kafka records of an MQTT message: decode, filter, map. Does no I/O and never blocks; used by one thread, because
 * what it knows of a topic (and of a Sparkplug edge node) follows the order of its messages.
 */
public final class Pipeline {

    /** How many MQTT topics are remembered; the least recently used are worked out anew. */
    static final int MAX_ROUTES = 50_000;

    /**
     * The earliest that a record's timestamp may be: 2000-01-01T00:00:00Z. What is before it is in seconds, or of a clock that
     * was never set, and Kafka would soon delete the record for its age ({@code retention.ms}).
     */
    static final long EARLIEST_MS = 946_684_800_000L;

    /**
     * The furthest that a record's timestamp may lie ahead of its arrival. Kafka refuses more than one hour by default
     * ({@code message.timestamp.after.max.ms}); the minute is for a broker whose clock is behind.
     */
    static final long MAX_AHEAD_MS = 59 * 60_000L;

    private static final long OBSERVE_INTERVAL_MS = 1_000;

    /** A topic is at most 64 KiB, but each of many metrics has it in its key. */
    private static final int MAX_KEY_BYTES = 64 << 20;

    private final boolean perMetric;
    private final String timestampAttribute;
    private final boolean deathRecords;
    private final AttributeFilter filter;
    private final TopicMapper mapper;
    private final JsonScanner json;
    private final @Nullable BirthState births;
    private final SparkplugDecoder sparkplug;
    private final boolean certificates;
    private final LongAdder timestampFallbacks = new LongAdder();
    private final BusyTopics busyTopics = new BusyTopics();

    /** When edge nodes were looked at last, milliseconds since the epoch. */
    private long observedMs;

    private final Map<String, Route> routes = new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Route> eldest) {
            return size() > MAX_ROUTES;
        }
    };

    public Pipeline(PipelineSettings settings, SparkplugSettings sparkplugSettings) {
        this.perMetric = settings.perMetric();
        this.timestampAttribute = settings.timestampAttribute();
        this.deathRecords = sparkplugSettings.deathRecords();
        this.filter = new AttributeFilter(settings.ignoredAttributes());
        this.mapper = new TopicMapper(settings.topicRules(), settings.maxTopics(), settings.overflowTopic());
        this.json = new JsonScanner(settings.timestampAttribute());
        RebirthRequests rebirths =
                sparkplugSettings.rebirth() ? new RebirthRequests(sparkplugSettings.rebirthInterval()) : null;
        this.births = sparkplugSettings.resolve() ? new BirthState(sparkplugSettings.reorderTimeout(), rebirths) : null;
        this.sparkplug = new SparkplugDecoder(sparkplugSettings.maxPayloadBytes(), births);
        this.certificates = sparkplugSettings.certificates();
    }

    /** The records of {@code message}, or why there is none. */
    public Outcome process(InboundMessage message) {
        Route route = route(message.topic());
        route.messages++;
        byte[] payload = message.payload();
        if (certificates && route.certificate) {
            learn(message, route);
            return new Outcome.Skip();
        }
        if (route.drop) {
            return drop(message, route);
        }
        if (message.truncated()) {
            return new Outcome.Reject("payload of " + message.payloadSize() + " bytes is too large to be held", null);
        }
        if (payload.length == 0) {
            return new Outcome.Forward(List.of(new OutboundRecord(
                    route.kafkaTopic, route.key, null, message.arrivalMs(), route.headers(message))));
        }
        if (route.raw) {
            return new Outcome.Forward(List.of(new OutboundRecord(
                    route.kafkaTopic, route.key, payload, message.arrivalMs(), route.headers(message))));
        }
        try {
            return route.sparkplug
                    ? sparkplugRecords(message, route)
                    : new Outcome.Forward(List.of(jsonRecord(message, route)));
        } catch (MalformedJsonException | MalformedPayloadException e) {
            return new Outcome.Reject(route.sparkplug ? "not a Sparkplug B payload" : "not JSON", e);
        }
    }

    /** Looks at what is shown to the operator. To be called from time to time, by the same thread, with the time of day. */
    public void tend(long nowMs) {
        busyTopics.tend(routes, nowMs);
        if (births != null && Math.abs(nowMs - observedMs) >= OBSERVE_INTERVAL_MS) {
            observedMs = nowMs;
            births.observe();
        }
    }

    /** The MQTT topics with the most messages in the last minute. Safe for use by several threads. */
    public List<TopicCount> busiestTopics() {
        return busyTopics.busiest();
    }

    /** A birth counts all the same: it is dropped on its way to Kafka, not on its way to the data that needs it. */
    private Outcome drop(InboundMessage message, Route route) {
        if (route.sparkplug && births != null && message.payload().length > 0 && !message.truncated()) {
            try {
                sparkplug.decode(message.payload(), route.sender, message.duplicate(), message.arrivalMs());
            } catch (MalformedPayloadException e) {
                // It would be dropped too if it were well-formed.
            }
        }
        return new Outcome.Skip();
    }

    /** A birth that an MQTT broker has kept; without payload if it no longer does. */
    private void learn(InboundMessage message, Route route) {
        if (route.certificateOf != null && message.payloadSize() > 0 && !message.truncated()) {
            sparkplug.learn(message.payload(), route.certificateOf, message.arrivalMs());
        }
    }

    /**
     * What becomes of the messages of {@code mqttTopic} by what the settings say, one line each, for the operator. To be
     * asked of a pipeline that carries nothing, for which this counts as a message.
     */
    public List<String> describe(String mqttTopic) {
        Route route = route(mqttTopic);
        List<String> lines = new ArrayList<>();
        lines.add("rule: " + mapper.describe(mqttTopic));
        if (certificates && route.certificate) {
            lines.add("becomes: no record, for it only tells the bridge of births (sparkplug.certificates)");
            return lines;
        }
        if (route.drop) {
            lines.add("becomes: no record, for the rule drops it");
            return lines;
        }
        lines.addAll(route.describe(perMetric, timestampAttribute));
        String overflow = mapper.describeOverflow();
        if (overflow != null) {
            lines.add("overflow: " + overflow);
        }
        List<String> ignored = route.raw ? List.of() : filter.describe(mqttTopic);
        lines.add("attributes left out: " + (ignored.isEmpty() ? "none" : String.join("; ", ignored)));
        if (births != null && route.sparkplug && route.sender != null) {
            lines.addAll(births(route.sender.topic().type()));
        }
        return lines;
    }

    private List<String> births(SparkplugTopic.Type type) {
        if (type.isData()) {
            return List.of(
                    "births: none is known here, so metrics stay unresolved; where the bridge has heard the birth,"
                            + " they get the names and datatypes that they lack");
        }
        return deathRecords && type == SparkplugTopic.Type.NDEATH
                ? List.of("births: none is known here; the bridge adds a record for each device that was born")
                : List.of();
    }

    /** What is known of the births of edge nodes, or null if {@link SparkplugSettings#resolve} is off. */
    public @Nullable BirthState births() {
        return births;
    }

    /** The MQTT headers of {@code message}, as its record has them. */
    List<Header> headers(InboundMessage message) {
        return route(message.topic()).headers(message);
    }

    /** How many records carry their time of arrival because their own timestamp is none, too early or too far ahead. */
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

    private Outcome sparkplugRecords(InboundMessage message, Route route)
            throws MalformedJsonException, MalformedPayloadException {
        Decoded decoded = decode(message, route);
        List<Part> parts = decoded.parts();
        if ((long) parts.size() * route.key.length > MAX_KEY_BYTES) {
            return new Outcome.Reject("too many metrics for so long an MQTT topic", null);
        }
        List<OutboundRecord> records = new ArrayList<>(parts.size());
        List<Header> headers = route.headers(message, 0, decoded.gap());
        List<Header> unresolved = headers;
        for (Part part : parts) {
            if (part.unresolved() > 0 && unresolved == headers) {
                unresolved = route.headers(message, part.unresolved(), decoded.gap()); // The same in all such parts.
            }
            String metric = part.metric();
            AttributeTree ignored = metric == null ? route.ignored : route.ignoredInMetrics;
            records.add(new OutboundRecord(
                    route.kafkaTopic,
                    metric == null ? route.key : route.key(metric),
                    ignored == null
                            ? part.json()
                            : json.scan(part.json(), ignored).json(),
                    timestamp(part.timestampMs(), message),
                    part.unresolved() > 0 ? unresolved : headers));
        }
        if (deathRecords && !decoded.deaths().isEmpty()) {
            addDeaths(records, decoded.deaths(), message, route);
        }
        return new Outcome.Forward(records);
    }

    private Decoded decode(InboundMessage message, Route route) throws MalformedPayloadException {
        // Where all metrics are to be left out there is nothing to make records of.
        boolean apart = perMetric && (route.ignored == null || !route.ignored.cuts(AttributeFilter.METRICS));
        return apart
                ? sparkplug.decodeMetrics(message.payload(), route.sender, message.duplicate(), message.arrivalMs())
                : sparkplug.decode(message.payload(), route.sender, message.duplicate(), message.arrivalMs());
    }

    /** For those who only follow the devices, as if each had said so itself. */
    private void addDeaths(List<OutboundRecord> records, List<String> devices, InboundMessage message, Route route) {
        if (route.sender == null) {
            return;
        }
        byte[] value = ("{\"timestamp\":" + message.arrivalMs() + ",\"synthetic\":true}").getBytes(UTF_8);
        for (String device : devices) {
            Route death = route(route.sender.topic().deviceDeath(device));
            if (death.drop) {
                continue;
            }
            records.add(new OutboundRecord(
                    death.kafkaTopic, death.key, value, message.arrivalMs(), death.sparkplugHeaders));
        }
    }

    private Route route(String mqttTopic) {
        Route route = routes.get(mqttTopic);
        if (route == null) {
            route = new Route(mqttTopic, filter, mapper);
            routes.put(mqttTopic, route);
        }
        return route;
    }

    private long timestamp(long ownMs, InboundMessage message) {
        if (ownMs >= EARLIEST_MS && ownMs <= message.arrivalMs() + MAX_AHEAD_MS) {
            return ownMs;
        }
        if (ownMs != JsonScanner.NO_TIMESTAMP) {
            timestampFallbacks.increment();
        }
        return message.arrivalMs();
    }
}
