package uns.bridge.status;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.lang.management.ManagementFactory;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import uns.bridge.delivery.Books;
import uns.bridge.delivery.Drop;
import uns.bridge.delivery.Flow;
import uns.bridge.health.Health;
import uns.bridge.health.LatestDeadLetters;
import uns.bridge.json.JsonTooLargeException;
import uns.bridge.json.JsonWriter;
import uns.bridge.mqtt.MqttSettings;
import uns.bridge.pipeline.TopicCount;
import uns.bridge.sparkplug.EdgeNodeCensus;
import uns.bridge.spool.Fill;

/** How the bridge is, as JSON. Safe for use by several threads. */
final class StatusJson {

    /** All lists in it are short. */
    private static final int MAX_BYTES = 16 << 20;

    private final String version;
    private final MqttSettings mqtt;
    private final boolean showsPayloads;
    private final Instruments instruments;
    private final History history;

    StatusJson(String version, MqttSettings mqtt, boolean showsPayloads, Instruments instruments, History history) {
        this.version = version;
        this.mqtt = mqtt;
        this.showsPayloads = showsPayloads;
        this.instruments = instruments;
        this.history = history;
    }

    /** Whether the process can make progress; why not only if {@code detailed}. */
    byte[] live(boolean detailed) {
        String problem = instruments.liveness().problem();
        JsonWriter json = new JsonWriter(MAX_BYTES);
        json.startObject();
        text(json, "status", problem.equals(Health.OK) ? "up" : "down");
        if (detailed) {
            text(json, "reason", problem);
        }
        json.endObject();
        return take(json);
    }

    /** Whether every part works; each of them, with its reason, only if {@code detailed}. */
    byte[] ready(boolean detailed) {
        JsonWriter json = new JsonWriter(MAX_BYTES);
        json.startObject();
        text(json, "status", instruments.health().isReady() ? "up" : "down");
        if (detailed) {
            parts(json);
        }
        json.endObject();
        return take(json);
    }

    /** Everything that the page shows. */
    byte[] status() {
        JsonWriter json = new JsonWriter(MAX_BYTES);
        json.startObject();
        text(json, "version", version);
        number(json, "now", System.currentTimeMillis());
        number(json, "started", ManagementFactory.getRuntimeMXBean().getStartTime());
        text(json, "clientId", mqtt.clientId());
        text(json, "broker", mqtt.host() + ":" + mqtt.port());
        flag(json, "ready", instruments.health().isReady());
        text(json, "liveProblem", instruments.liveness().problem());
        parts(json);
        books(json);
        mqtt(json);
        samples(json);
        topics(json);
        edgeNodes(json);
        deadLetters(json);
        json.endObject();
        return take(json);
    }

    private void parts(JsonWriter json) {
        json.name("parts");
        json.startObject();
        new TreeMap<>(instruments.health().conditions()).forEach((part, condition) -> {
            json.name(lower(part));
            json.startObject();
            text(json, "state", lower(condition.state()));
            text(json, "reason", condition.reason());
            json.endObject();
        });
        json.endObject();
    }

    private void books(JsonWriter json) {
        Books books = instruments.tracker().books();
        Flow flow = instruments.tracker().flow();
        json.name("books");
        json.startObject();
        number(json, "received", books.received());
        number(json, "delivered", books.delivered());
        number(json, "deadLettered", books.deadLettered());
        number(json, "skipped", books.skipped());
        number(json, "dropped", books.dropped());
        json.name("drops");
        json.startObject();
        for (Map.Entry<Drop, Long> drop : new TreeMap<>(books.drops()).entrySet()) {
            number(json, lower(drop.getKey()), drop.getValue());
        }
        json.endObject();
        number(json, "inFlight", books.inFlight());
        number(json, "spooled", books.spooled());
        Fill fill = instruments.spool().get();
        number(json, "spoolBytes", fill.bytes());
        number(json, "spoolAgeMs", fill.ageMs());
        number(json, "restored", books.restored());
        number(json, "imbalances", instruments.imbalances().getAsLong());
        number(json, "inFlightBytes", flow.inFlightBytes());
        number(json, "receivedBytes", flow.receivedBytes());
        number(json, "lastArrival", flow.lastArrivalMs());
        json.endObject();
    }

    private void mqtt(JsonWriter json) {
        number(json, "reconnections", Math.max(0, instruments.source().connections() - 1));
        number(json, "lostSessions", instruments.source().lostSessions());
        json.name("subscriptions");
        json.startObject();
        for (Map.Entry<String, Boolean> subscription :
                new TreeMap<>(instruments.source().subscriptions()).entrySet()) {
            flag(json, subscription.getKey(), subscription.getValue());
        }
        json.endObject();
    }

    private void samples(JsonWriter json) {
        json.name("samples");
        json.startArray();
        long nowNs = System.nanoTime();
        for (History.Sample sample : history.samples()) {
            json.startArray();
            json.signed((nowNs - sample.endNs()) / 1_000_000); // How long ago, in milliseconds.
            json.decimal(rounded(sample.received()));
            json.decimal(rounded(sample.delivered()));
            json.decimal(rounded(sample.p50Ms()));
            json.decimal(rounded(sample.p99Ms()));
            json.signed(sample.inFlight());
            json.endArray();
        }
        json.endArray();
    }

    private void topics(JsonWriter json) {
        json.name("topics");
        json.startArray();
        for (TopicCount count : instruments.pipeline().busiestTopics()) {
            json.startObject();
            text(json, "topic", count.topic());
            number(json, "messages", count.messages());
            json.endObject();
        }
        json.endArray();
    }

    private void edgeNodes(JsonWriter json) {
        EdgeNodeCensus nodes = instruments.pipeline().births() == null
                ? EdgeNodeCensus.NONE
                : instruments.pipeline().births().edgeNodes();
        json.name("edgeNodes");
        json.startObject();
        for (EdgeNodeCensus.State state : EdgeNodeCensus.State.values()) {
            number(json, lower(state), nodes.count(state));
        }
        json.name("list");
        json.startArray();
        for (EdgeNodeCensus.Node node : nodes.first()) {
            json.startObject();
            text(json, "id", node.id());
            text(json, "state", lower(node.state()));
            number(json, "devices", node.devices());
            number(json, "gaps", node.gaps());
            number(json, "heard", node.heardMs());
            json.endObject();
        }
        json.endArray();
        json.endObject();
    }

    private void deadLetters(JsonWriter json) {
        json.name("deadLetters");
        json.startArray();
        for (LatestDeadLetters.Note note : instruments.deadLetters().latest()) {
            json.startObject();
            number(json, "time", note.timeMs());
            text(json, "topic", note.topic());
            text(json, "reason", note.reason());
            if (showsPayloads) {
                text(json, "payload", new String(note.excerpt(), UTF_8));
            }
            json.endObject();
        }
        json.endArray();
    }

    private static double rounded(double value) {
        return Double.isNaN(value) ? value : Math.round(value * 10) / 10.0;
    }

    private static void text(JsonWriter json, String name, String value) {
        json.name(name);
        json.string(value);
    }

    private static void number(JsonWriter json, String name, long value) {
        json.name(name);
        json.signed(value);
    }

    private static void flag(JsonWriter json, String name, boolean value) {
        json.name(name);
        json.bool(value);
    }

    private static String lower(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }

    private static byte[] take(JsonWriter json) {
        try {
            return json.take();
        } catch (JsonTooLargeException e) {
            throw new IllegalStateException("more than " + MAX_BYTES + " bytes", e);
        }
    }
}
