package uns.bridge.mqtt;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import uns.bridge.message.InboundMessage;
import uns.bridge.message.MqttProperties;
import uns.bridge.message.MqttProperties.UserProperty;

/** Reads the body of a PUBLISH (MQTT 5, 3.3); before MQTT 5 it is the same without properties (MQTT 3.1.1, 3.3). */
final class PublishReader {

    /** Properties beyond this are not held; the message is then one that is too large. */
    private static final int MAX_PROPERTIES_BYTES = 1 << 20;

    private static final byte[] NOTHING = {};

    private final PacketReader reader;
    private final long maxPayloadBytes;
    private final boolean hasProperties;
    private final CopyWindow copies;
    private final RecentTopics topics = new RecentTopics();

    /** What is known of the message that is being read. */
    private int first;

    private String topic = "";
    private int packetId;
    private MqttProperties properties = MqttProperties.NONE;

    /** How many bytes of properties it has that are not held. */
    private int unheld;

    private int payloadSize;

    /** As much of the payload as is to be held, and how much of that was read. */
    private byte[] payload = NOTHING;

    private int payloadRead;

    /** Its identifier if it has one only, and how many it has. */
    private int identifier;

    private int identifierCount;

    PublishReader(PacketReader reader, long maxPayloadBytes, MqttVersion version, SubscriptionIdentifiers identifiers) {
        this.reader = reader;
        this.maxPayloadBytes = maxPayloadBytes;
        this.hasProperties = version.hasProperties();
        this.copies = new CopyWindow(identifiers);
    }

    /**
     * A message and its packet identifier, 0 at QoS 0.
     *
     * @param copy whether it came before, through another subscription
     */
    record Publish(InboundMessage message, int packetId, boolean copy) {}

    /** Reads the packet that begins with the byte {@code firstByte} up to its payload. */
    void begin(int firstByte) throws IOException {
        first = firstByte;
        if (qos() == 3) {
            throw new IOException("PUBLISH with QoS 3 (MQTT 5, 3.3.1.2)");
        }
        topic = reader.text(topics);
        packetId = qos() == 0 ? 0 : reader.uint16();
        int propertiesLength = hasProperties ? reader.variableByteInteger() : 0;
        unheld = 0;
        properties = MqttProperties.NONE;
        identifierCount = 0;
        if (propertiesLength > MAX_PROPERTIES_BYTES) {
            reader.skip(propertiesLength);
            unheld = propertiesLength;
        } else if (propertiesLength > 0) {
            properties = properties(propertiesLength);
        }
        payloadSize = reader.remaining();
        payload = new byte[isHeld() ? payloadSize : Math.min(payloadSize, InboundMessage.EXCERPT_BYTES)];
        payloadRead = 0;
    }

    /**
     * Reads on in the payload: what the network has at once. Of one that is too large only the beginning is kept.
     *
     * @return the message, or null if that was not all of it
     */
    @Nullable Publish proceed() throws IOException {
        if (payloadRead < payload.length) {
            payloadRead += reader.some(payload, payloadRead, payload.length - payloadRead);
        } else if (reader.remaining() > 0) {
            reader.skipSome(reader.remaining());
        }
        if (reader.remaining() > 0) {
            return null;
        }
        InboundMessage message = new InboundMessage(
                topic,
                payload,
                payloadSize + unheld,
                qos(),
                (first & 1) != 0,
                (first & 8) != 0,
                System.currentTimeMillis(),
                properties);
        payload = NOTHING; // It is the message's now.
        // Of one that is too large not all is known.
        boolean copy = identifierCount == 1 && isHeld() && copies.isCopy(message, identifier);
        return new Publish(message, packetId, copy);
    }

    private int qos() {
        return (first >> 1) & 3;
    }

    private boolean isHeld() {
        return payloadSize <= maxPayloadBytes && unheld == 0;
    }

    /** The properties (MQTT 5, 3.3.2.3); those meant for the client alone are passed over. */
    private MqttProperties properties(int length) throws IOException {
        int end = reader.remaining() - length;
        String contentType = null;
        String responseTopic = null;
        byte[] correlationData = null;
        List<UserProperty> userProperties = List.of();
        while (reader.remaining() > end) {
            int id = reader.uint8();
            switch (id) {
                case 0x01 -> reader.uint8(); // Payload Format Indicator
                case 0x02 -> reader.skip(4); // Message Expiry Interval
                case 0x03 -> contentType = reader.text();
                case 0x08 -> responseTopic = reader.text();
                case 0x09 -> correlationData = reader.binary();
                case 0x0B -> { // Subscription Identifier: of one subscription, or of all that match.
                    identifier = reader.variableByteInteger();
                    identifierCount++;
                }
                case 0x26 -> {
                    if (userProperties.isEmpty()) {
                        userProperties = new ArrayList<>();
                    }
                    userProperties.add(new UserProperty(reader.text(), reader.text()));
                }
                // Topic Alias (0x23) among them: the bridge announces no Topic Alias Maximum, so there is none
                // (3.1.2.11.5).
                default -> throw new IOException("PUBLISH with property " + id);
            }
        }
        if (reader.remaining() < end) {
            throw new IOException("malformed PUBLISH: a property beyond the end of the properties");
        }
        if (contentType == null && responseTopic == null && correlationData == null && userProperties.isEmpty()) {
            return MqttProperties.NONE;
        }
        return new MqttProperties(contentType, responseTopic, correlationData, userProperties);
    }
}
