package uns.bridge.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.time.temporal.TemporalAccessor;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Reads a JSON payload once: checks that it is one JSON value (RFC 8259) in UTF-8, finds its timestamp, and cuts attributes
 * out.
 *
 * <p>What is not cut leaves byte for byte: the parser only tells where an attribute begins and ends, so that numbers, key
 * order, repeated keys, escapes and blanks stay as they were written.
 */
public final class JsonScanner {

    /** {@link Result#timestampMs()} of a payload without the timestamp attribute. */
    public static final long NO_TIMESTAMP = -1;

    /** {@link Result#timestampMs()} of a payload whose timestamp attribute is no timestamp. */
    public static final long BAD_TIMESTAMP = -2;

    private static final int[] NO_CUTS = {};

    /** Not to be sent before JSON (RFC 8259, 8.1). */
    private static final byte[] BYTE_ORDER_MARK = {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF};

    /** How a position begins in the parser's messages, of which this helps nobody. */
    private static final String NO_SOURCE =
            "Source: REDACTED (`StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION` disabled); ";

    private final JsonFactory factory;
    private final ReusedParser reused;
    private final String timestampAttribute;

    /**
     * Creates a scanner; it is for one thread.
     *
     * @param timestampAttribute the name of the attribute at the top level that carries the message's time: a number of
     *     milliseconds since the epoch, or an ISO-8601 text (UTC where it names no offset)
     */
    public JsonScanner(String timestampAttribute) {
        this.timestampAttribute = timestampAttribute;
        this.factory = JsonFactory.builder()
                // Nothing is converted, so the length of a number or text costs nothing; depth costs stack.
                .streamReadConstraints(StreamReadConstraints.builder()
                        .maxNumberLength(Integer.MAX_VALUE)
                        .maxStringLength(Integer.MAX_VALUE)
                        .maxNameLength(Integer.MAX_VALUE)
                        .build())
                // Attribute names come from the plant: interning them would grow the JVM's table without end.
                .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
                .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
                // It would take UTF-16, UTF-32 and a byte order mark as well, which readers of the records need not.
                .disable(JsonFactory.Feature.CHARSET_DETECTION)
                .build();
        this.reused = new ReusedParser(factory);
    }

    /**
     * What was read.
     *
     * @param json the payload without what was cut; the very array that was scanned if nothing was
     * @param timestampMs milliseconds since the epoch, {@link #NO_TIMESTAMP} or {@link #BAD_TIMESTAMP}
     */
    @SuppressWarnings("ArrayRecordComponent")
    public record Result(byte[] json, long timestampMs) {}

    /**
     * Scans {@code json}.
     *
     * @param ignored the attributes to cut, or null for none
     * @throws MalformedJsonException if it is not one JSON value in UTF-8, or is nested deeper than 1,000 levels
     */
    public Result scan(byte[] json, @Nullable AttributeTree ignored) throws MalformedJsonException {
        int soundBytes = Utf8.soundBytes(json);
        if (soundBytes < json.length) {
            throw new MalformedJsonException("not UTF-8 at byte " + soundBytes);
        }
        Result result = ReusedParser.suits(json) ? scanWithOthers(json, ignored) : null;
        return result == null ? scanAlone(json, ignored) : result;
    }

    /** Returns null if there is anything the matter with it; a parser of its own can tell what. */
    private @Nullable Result scanWithOthers(byte[] json, @Nullable AttributeTree ignored) {
        try {
            boolean sound = false;
            try {
                JsonParser parser = reused.begin(json);
                Walk walk = new Walk(parser, json, reused.offset());
                walk.value(parser.nextToken(), ignored, true);
                sound = reused.end();
                return sound ? walk.result() : null;
            } finally {
                if (!sound) {
                    reused.discard();
                }
            }
        } catch (IOException e) {
            return null;
        }
    }

    private Result scanAlone(byte[] json, @Nullable AttributeTree ignored) throws MalformedJsonException {
        if (Arrays.mismatch(json, BYTE_ORDER_MARK) == BYTE_ORDER_MARK.length) {
            throw new MalformedJsonException("a byte order mark before the JSON value");
        }
        try (JsonParser parser = factory.createParser(json)) {
            Walk walk = new Walk(parser, json, 0);
            JsonToken first = parser.nextToken();
            if (first == null) {
                throw new MalformedJsonException("no JSON value");
            }
            walk.value(first, ignored, true);
            parser.finishToken();
            if (parser.nextToken() != null) {
                throw new MalformedJsonException("content after the JSON value");
            }
            return walk.result();
        } catch (JsonProcessingException e) {
            throw new MalformedJsonException(e.getOriginalMessage().replace(NO_SOURCE, "") + position(e));
        } catch (IOException e) {
            throw new UncheckedIOException(e); // Reading from an array does no I/O.
        }
    }

    private static String position(JsonProcessingException e) {
        return e.getLocation() == null ? "" : " at byte " + e.getLocation().getByteOffset();
    }

    private static long timestampOf(JsonParser parser, JsonToken token) throws IOException {
        switch (token) {
            case VALUE_NUMBER_INT -> {
                return switch (parser.getNumberType()) {
                    case INT, LONG -> valid(parser.getLongValue());
                    default -> BAD_TIMESTAMP;
                };
            }
            case VALUE_NUMBER_FLOAT -> {
                double value = parser.getDoubleValue();
                return value >= 0 && value < Long.MAX_VALUE ? (long) value : BAD_TIMESTAMP;
            }
            case VALUE_STRING -> {
                return iso8601(parser.getText());
            }
            case VALUE_NULL -> {
                return NO_TIMESTAMP;
            }
            default -> {
                return BAD_TIMESTAMP;
            }
        }
    }

    private static long iso8601(String text) {
        try {
            TemporalAccessor time =
                    DateTimeFormatter.ISO_DATE_TIME.parseBest(text, OffsetDateTime::from, LocalDateTime::from);
            Instant instant = time instanceof OffsetDateTime withOffset
                    ? withOffset.toInstant()
                    : LocalDateTime.from(time).toInstant(ZoneOffset.UTC);
            return valid(instant.toEpochMilli());
        } catch (DateTimeParseException | ArithmeticException e) {
            return BAD_TIMESTAMP;
        }
    }

    private static long valid(long timestampMs) {
        return timestampMs >= 0 ? timestampMs : BAD_TIMESTAMP;
    }

    /** One pass over one payload. */
    private final class Walk {

        private final JsonParser parser;
        private final byte[] json;

        /** Where the parser has the first byte of it. */
        private final int offset;

        private int[] cuts = NO_CUTS; // begin, end, begin, end, ... ascending
        private int cutCount;
        private long timestampMs = NO_TIMESTAMP;

        Walk(JsonParser parser, byte[] json, int offset) {
            this.parser = parser;
            this.json = json;
            this.offset = offset;
        }

        Result result() {
            return new Result(withoutCuts(), timestampMs);
        }

        /** Reads the value that begins with {@code token} to its end. */
        void value(JsonToken token, @Nullable AttributeTree ignored, boolean root) throws IOException {
            if (token == JsonToken.START_OBJECT && (ignored != null || root)) {
                object(ignored, root);
            } else if (token == JsonToken.START_ARRAY && ignored != null) {
                for (JsonToken item = parser.nextToken(); item != JsonToken.END_ARRAY; item = parser.nextToken()) {
                    value(item, ignored, false);
                }
            } else {
                parser.skipChildren();
            }
        }

        private void object(@Nullable AttributeTree ignored, boolean root) throws IOException {
            // Of what was last read: the brace or an attribute.
            int end = ignored == null ? 0 : position(parser.currentLocation());
            boolean kept = false;
            while (parser.nextToken() != JsonToken.END_OBJECT) {
                String name = parser.currentName();
                AttributeTree below = ignored == null ? null : ignored.child(name);
                boolean cut = below != null && below.isCut();
                if (ignored != null && !cut && !kept) {
                    cutSeparator(end, position(parser.currentTokenLocation()));
                }
                JsonToken token = parser.nextToken();
                if (root && name.equals(timestampAttribute)) {
                    timestampMs = timestampOf(parser, token);
                }
                value(token, cut ? null : below, false);
                if (ignored != null) {
                    parser.finishToken();
                    int valueEnd = position(parser.currentLocation());
                    if (cut) {
                        cut(end, valueEnd);
                    }
                    end = valueEnd;
                }
                kept |= !cut;
            }
        }

        /** Where attributes were cut up to {@code lastEnd}, the comma before the first one kept goes as well. */
        private void cutSeparator(int lastEnd, int nextBegin) {
            if (cutCount > 0 && cuts[cutCount - 1] == lastEnd) {
                cut(lastEnd, nextBegin);
            }
        }

        private int position(JsonLocation location) {
            return (int) location.getByteOffset() - offset;
        }

        private void cut(int begin, int end) {
            if (cutCount > 0 && cuts[cutCount - 1] == begin) {
                cuts[cutCount - 1] = end;
                return;
            }
            if (cutCount == cuts.length) {
                cuts = Arrays.copyOf(cuts, Math.max(16, cuts.length * 2));
            }
            cuts[cutCount++] = begin;
            cuts[cutCount++] = end;
        }

        private byte[] withoutCuts() {
            if (cutCount == 0) {
                return json;
            }
            int length = json.length;
            for (int i = 0; i < cutCount; i += 2) {
                length -= cuts[i + 1] - cuts[i];
            }
            byte[] rest = new byte[length];
            int from = 0;
            int to = 0;
            for (int i = 0; i <= cutCount; i += 2) {
                int until = i < cutCount ? cuts[i] : json.length;
                System.arraycopy(json, from, rest, to, until - from);
                to += until - from;
                from = i < cutCount ? cuts[i + 1] : until;
            }
            return rest;
        }
    }
}
