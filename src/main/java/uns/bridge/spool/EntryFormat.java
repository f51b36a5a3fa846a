package uns.bridge.spool;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import uns.bridge.message.OutboundRecord;
import uns.bridge.message.OutboundRecord.Header;

/**
 * An entry as bytes: flags, number of records, the records. Texts and values have their length before them, 4 bytes, which is
 * -1 for no value. Whether the bytes are still what was written is checked a level below, for each batch.
 */
final class EntryFormat {

    /** In the upper half of the first byte; another one is of another version of the bridge. */
    private static final int VERSION = 1;

    private static final int DEAD_LETTER = 1;
    private static final int WITH_ORIGINAL = 2;
    private static final int FIXED_BYTES = 1 + Integer.BYTES;

    private EntryFormat() {}

    static byte[] write(SpoolEntry entry) {
        OutboundRecord original = entry.original();
        int size = FIXED_BYTES + (original == null ? 0 : size(original));
        for (OutboundRecord record : entry.records()) {
            size += size(record);
        }
        ByteBuffer to = ByteBuffer.allocate(size);
        int flags = (entry.deadLetter() ? DEAD_LETTER : 0) | (original == null ? 0 : WITH_ORIGINAL);
        to.put((byte) (VERSION << 4 | flags)).putInt(entry.records().size());
        if (original != null) {
            write(to, original);
        }
        for (OutboundRecord record : entry.records()) {
            write(to, record);
        }
        return to.array();
    }

    /** @throws IllegalArgumentException if these are not the bytes of an entry */
    static SpoolEntry read(ByteBuffer from) {
        try {
            int first = from.get();
            if (first >> 4 != VERSION) {
                throw new IllegalArgumentException("an entry of another version of the bridge");
            }
            int count = from.getInt();
            OutboundRecord original = (first & WITH_ORIGINAL) == 0 ? null : readRecord(from);
            List<OutboundRecord> records = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                records.add(readRecord(from));
            }
            return new SpoolEntry((first & DEAD_LETTER) != 0, original, records);
        } catch (BufferUnderflowException | NegativeArraySizeException e) {
            throw new IllegalArgumentException("an entry that ends too early", e);
        }
    }

    private static int size(OutboundRecord record) {
        int size = 5 * Integer.BYTES + Long.BYTES + record.topic().length() + record.key().length;
        size += length(record.value());
        for (Header header : record.headers()) {
            size += 3 * Integer.BYTES + utf8Length(header.name()) + header.value().length;
        }
        return size;
    }

    private static int length(byte @Nullable [] bytes) {
        return bytes == null ? 0 : bytes.length;
    }

    /** Without the bytes themselves; a surrogate pair makes 4, each of its characters counts for 2. */
    private static int utf8Length(String text) {
        int length = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            length += c < 0x80 ? 1 : c < 0x800 || Character.isSurrogate(c) ? 2 : 3;
        }
        return length;
    }

    private static void write(ByteBuffer to, OutboundRecord record) {
        putBytes(to, record.topic().getBytes(UTF_8));
        putBytes(to, record.key());
        putBytes(to, record.value());
        to.putLong(record.timestampMs());
        to.putInt(record.headers().size());
        for (Header header : record.headers()) {
            putBytes(to, header.name().getBytes(UTF_8));
            putBytes(to, header.value());
        }
    }

    private static void putBytes(ByteBuffer to, byte @Nullable [] bytes) {
        if (bytes == null) {
            to.putInt(-1);
        } else {
            to.putInt(bytes.length).put(bytes);
        }
    }

    private static OutboundRecord readRecord(ByteBuffer from) {
        String topic = new String(readBytes(from), UTF_8);
        byte[] key = readBytes(from);
        int length = from.getInt();
        byte[] value = length < 0 ? null : readBytes(from, length);
        long timestampMs = from.getLong();
        int count = from.getInt();
        List<Header> headers = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            headers.add(new Header(new String(readBytes(from), UTF_8), readBytes(from)));
        }
        return new OutboundRecord(topic, key, value, timestampMs, headers);
    }

    private static byte[] readBytes(ByteBuffer from) {
        return readBytes(from, from.getInt());
    }

    private static byte[] readBytes(ByteBuffer from, int length) {
        if (length > from.remaining()) {
            throw new BufferUnderflowException();
        }
        byte[] bytes = new byte[length];
        from.get(bytes);
        return bytes;
    }
}
