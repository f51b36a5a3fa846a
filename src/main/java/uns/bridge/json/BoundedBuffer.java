package uns.bridge.json;

import com.fasterxml.jackson.core.util.ByteArrayBuilder;
import java.io.OutputStream;

/**
 * Collects not more than a number of bytes.
 *
 * <p>What comes after them is swallowed rather than refused, because an exception would go through a generator that
 * then could not be closed any more; the overflow shows at the end.
 */
final class BoundedBuffer extends OutputStream {

    private static final int FIRST_BLOCK_BYTES = 8 << 10;

    private final int maxBytes;

    /** In blocks, of which clearing leaves only one of 128 KiB at most: it neither doubles nor keeps what was large. */
    private final ByteArrayBuilder bytes = new ByteArrayBuilder(FIRST_BLOCK_BYTES);

    private boolean overflown;

    BoundedBuffer(int maxBytes) {
        this.maxBytes = maxBytes;
    }

    @Override
    public void write(int b) {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] source, int offset, int length) {
        if (overflown) {
            return;
        }
        if (length <= maxBytes - bytes.size()) {
            bytes.write(source, offset, length);
        } else {
            overflown = true;
            bytes.reset();
        }
    }

    byte[] toBytes() throws JsonTooLargeException {
        if (overflown) {
            throw new JsonTooLargeException(maxBytes);
        }
        return bytes.toByteArray();
    }

    void clear() {
        overflown = false;
        bytes.reset();
    }
}
