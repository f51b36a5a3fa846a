package uns.bridge.pipeline;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * Names the Kafka topic of an MQTT topic: every {@code /}, and every other character that Kafka forbids, becomes
 * {@code _}.
 *
 * <p>What then is still no legal name ({@code .}, {@code ..}, more than 249 characters) ends in a hash of the MQTT topic,
 * so that two of them never share a Kafka topic by accident.
 */
final class TopicMapper {

    /** The longest name Kafka takes, in characters. */
    static final int MAX_LENGTH = 249;

    private static final int HASH_BYTES = 8;

    private TopicMapper() {}

    /** The Kafka topic of {@code mqttTopic}, always legal: {@code [A-Za-z0-9._-]}, 1 to 249 characters. */
    static String kafkaTopic(String mqttTopic) {
        StringBuilder name = new StringBuilder(mqttTopic.length());
        mqttTopic.codePoints().forEach(c -> name.append(isLegal(c) ? (char) c : '_'));
        boolean dots = name.toString().equals(".") || name.toString().equals("..");
        if (!dots && !name.isEmpty() && name.length() <= MAX_LENGTH) {
            return name.toString();
        }
        String suffix = "_" + hash(mqttTopic);
        name.setLength(Math.min(name.length(), MAX_LENGTH - suffix.length()));
        return name + suffix;
    }

    private static boolean isLegal(int c) {
        return (c >= 'a' && c <= 'z')
                || (c >= 'A' && c <= 'Z')
                || (c >= '0' && c <= '9')
                || c == '.'
                || c == '_'
                || c == '-';
    }

    private static String hash(String topic) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(topic.getBytes(UTF_8));
            return HexFormat.of().formatHex(digest, 0, HASH_BYTES);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
