package uns.bridge.pipeline;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import uns.bridge.sparkplug.SparkplugTopic;

/**
 * A text with parts of an MQTT topic in it: {@code {n}} is its n-th level from 1, {@code {topic}} what would be there
 * without the template, {@code {group}}, {@code {type}}, {@code {edge}} and {@code {device}} are those of a Sparkplug topic.
 * What a topic does not have is the empty text.
 */
final class NameTemplate {

    private static final Set<String> NAMES = Set.of("topic", "group", "type", "edge", "device");

    /** Literal texts at even places, names of parts between them. */
    private final List<String> pieces;

    private NameTemplate(List<String> pieces) {
        this.pieces = pieces;
    }

    /**
     * Reads a template.
     *
     * @throws IllegalArgumentException if a brace is not closed, or what is in the braces stands for nothing
     */
    static NameTemplate of(String text) {
        List<String> pieces = new ArrayList<>();
        int from = 0;
        for (int open = text.indexOf('{'); open >= 0; open = text.indexOf('{', from)) {
            int close = text.indexOf('}', open);
            if (close < 0) {
                throw new IllegalArgumentException("a '{' without a '}'");
            }
            pieces.add(text.substring(from, open));
            pieces.add(name(text.substring(open + 1, close)));
            from = close + 1;
        }
        pieces.add(text.substring(from));
        return new NameTemplate(List.copyOf(pieces));
    }

    private static String name(String name) {
        if (!NAMES.contains(name) && !name.matches("[1-9][0-9]{0,2}")) {
            throw new IllegalArgumentException(
                    "{" + name + "} is none of {topic}, {group}, {type}, {edge}, {device}, or a level like {1}");
        }
        return name;
    }

    /** The texts between the parts. */
    List<String> literals() {
        List<String> literals = new ArrayList<>();
        for (int i = 0; i < pieces.size(); i += 2) {
            literals.add(pieces.get(i));
        }
        return literals;
    }

    /** The text for {@code mqttTopic}, where {@code whole} stands for {@code {topic}}. */
    String fill(String mqttTopic, @Nullable SparkplugTopic sparkplug, String whole) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < pieces.size(); i++) {
            text.append(i % 2 == 0 ? pieces.get(i) : part(pieces.get(i), mqttTopic, sparkplug, whole));
        }
        return text.toString();
    }

    private static String part(String name, String mqttTopic, @Nullable SparkplugTopic sparkplug, String whole) {
        if (name.equals("topic")) {
            return whole;
        }
        if (Character.isDigit(name.charAt(0))) {
            return level(mqttTopic, Integer.parseInt(name));
        }
        if (sparkplug == null) {
            return "";
        }
        return switch (name) {
            case "group" -> sparkplug.group();
            case "type" -> sparkplug.type().name();
            case "edge" -> sparkplug.edge();
            default -> sparkplug.device() == null ? "" : sparkplug.device();
        };
    }

    private static String level(String mqttTopic, int number) {
        String[] levels = mqttTopic.split("/", -1);
        return number <= levels.length ? levels[number - 1] : "";
    }
}
