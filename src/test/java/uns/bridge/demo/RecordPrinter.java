package uns.bridge.demo;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.core.util.Separators;
import com.fasterxml.jackson.core.util.Separators.Spacing;
import java.io.IOException;
import java.io.PrintStream;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.time.Instant;
import java.time.LocalTime;
import java.time.format.DateTimeFormatter;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/** Shows Kafka records to a person: a few short lines each, in colour where the terminal knows colours. */
final class RecordPrinter {
    private static final DateTimeFormatter CLOCK = DateTimeFormatter.ofPattern("HH:mm:ss.SSS");
    private static final int MAX_LINES = 9;
    private static final int MAX_LINE_LENGTH = 132;
    private static final int ONE_LINE = 110;
    private static final int MAX_HEX_BYTES = 32;
    private static final String INDENT = "             ";

    /** Its groups: a key, another string, a number or literal. */
    private static final Pattern JSON_TOKEN = Pattern.compile(
            "(\"(?:[^\"\\\\]|\\\\.)*\")(?=:)|(\"(?:[^\"\\\\]|\\\\.)*\")|(-?\\d[\\d.eE+-]*|true|false|null)");

    private static final String BOLD_CYAN = "\u001b[1;36m";
    private static final String CYAN = "\u001b[36m";
    private static final String GREEN = "\u001b[32m";
    private static final String YELLOW = "\u001b[33m";
    private static final String DIM = "\u001b[2m";
    private static final String RESET = "\u001b[0m";

    private final JsonFactory json = new JsonFactory();
    private final PrintStream out;
    private final boolean colour;

    RecordPrinter(PrintStream out, boolean colour) {
        this.out = out;
        this.colour = colour;
    }

    void print(ConsumerRecord<byte[], byte[]> record) {
        StringBuilder text = new StringBuilder();
        text.append(paint(DIM, CLOCK.format(LocalTime.now())))
                .append(' ')
                .append(paint(BOLD_CYAN, record.topic()))
                .append(paint(DIM, "  partition " + record.partition() + " offset " + record.offset()))
                .append('\n');
        line(text, "key", text(record.key()));
        line(text, "timestamp", Instant.ofEpochMilli(record.timestamp()).toString());
        String headers = StreamSupport.stream(record.headers().spliterator(), false)
                .map(header -> paint(DIM, header.key() + "=") + text(header.value()))
                .collect(Collectors.joining("  "));
        if (!headers.isEmpty()) {
            line(text, "headers", headers);
        }
        line(text, "value", value(record.value()));
        out.println(text);
    }

    private void line(StringBuilder to, String label, String content) {
        to.append("  ")
                .append(paint(DIM, "%-9s".formatted(label)))
                .append("  ")
                .append(content)
                .append('\n');
    }

    private String value(byte @Nullable [] value) {
        if (value == null) {
            return paint(YELLOW, "null") + paint(DIM, " (a tombstone)");
        }
        String text = text(value);
        if (text.length() > ONE_LINE) {
            text = indented(text);
        }
        List<String> lines = text.lines().toList();
        String shown = lines.stream()
                .limit(MAX_LINES)
                .map(RecordPrinter::shortened)
                .map(this::painted)
                .collect(Collectors.joining("\n" + INDENT));
        if (lines.size() > MAX_LINES) {
            shown += paint(DIM, " … " + (lines.size() - MAX_LINES) + " more lines");
        }
        return shown;
    }

    /** Text as it is; other bytes as hexadecimal digits. */
    private static String text(byte @Nullable [] bytes) {
        if (bytes == null) {
            return "null";
        }
        try {
            String text = UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
            if (text.chars().noneMatch(c -> Character.isISOControl(c) && !Character.isWhitespace(c))) {
                return text;
            }
        } catch (CharacterCodingException e) {
            return hex(bytes);
        }
        return hex(bytes);
    }

    private static String hex(byte[] bytes) {
        String digits = HexFormat.of().formatHex(bytes, 0, Math.min(bytes.length, MAX_HEX_BYTES));
        return bytes.length + " bytes: " + digits + (bytes.length > MAX_HEX_BYTES ? "…" : "");
    }

    /** One line for each array element, which is what makes metrics readable; anything but JSON stays as it is. */
    private String indented(String text) {
        StringWriter written = new StringWriter();
        try (JsonParser parser = json.createParser(text);
                JsonGenerator generator = json.createGenerator(written)) {
            generator.setPrettyPrinter(new DefaultPrettyPrinter()
                    .withSeparators(Separators.createDefaultInstance().withObjectFieldValueSpacing(Spacing.NONE))
                    .withObjectIndenter(new DefaultPrettyPrinter.NopIndenter())
                    .withArrayIndenter(new DefaultIndenter("  ", "\n")));
            while (parser.nextToken() != null) {
                // Numbers keep their digits: the record is shown as it is, not as a double would have it.
                generator.copyCurrentEventExact(parser);
            }
        } catch (IOException e) {
            return text;
        }
        return written.toString();
    }

    private static String shortened(String line) {
        return line.length() <= MAX_LINE_LENGTH ? line : line.substring(0, MAX_LINE_LENGTH) + " …";
    }

    private String painted(String line) {
        if (!colour || !line.matches("\\s*[\\[\\]{}].*")) {
            return line;
        }
        return JSON_TOKEN.matcher(line).replaceAll(token -> {
            String code = token.group(1) != null ? CYAN : token.group(2) != null ? GREEN : YELLOW;
            return Matcher.quoteReplacement(code + token.group() + RESET);
        });
    }

    private String paint(String code, String text) {
        return colour ? code + text + RESET : text;
    }
}
