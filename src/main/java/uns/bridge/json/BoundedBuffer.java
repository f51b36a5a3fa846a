package uns.bridge.json;

import com.fasterxml.jackson.core.util.ByteArrayBuilder;
import java.io.OutputStream;
import java.util.Arrays;

/**
 * Collects not more than a number of bytes.
 *
 * <p>What comes after them is swallowed rather than refused, because an exception would go through a generator that
 * then could not be closed any more; the overflow shows at the end.
 */
final class BoundedBuffer extends OutputStream {

    private static final int FIRST_BYTES = 8 << 10;
    private static final int MAX_SMALL_BYTES = 128 << 10;

    private final int maxBytes;

    /** All there is while that is not much; kept, so that nothing but the value itself is to be allocated. */
    private byte[] small = new byte[FIRST_BYTES];

    private int smallBytes;

    /** All there is beyond that, in blocks: what is large is neither doubled nor kept. */
    private final ByteArrayBuilder large = new ByteArrayBuilder(0);

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
        if (length > maxBytes - size()) {
            clear();
            overflown = true;
        } else if (large.size() == 0 && length <= MAX_SMALL_BYTES - smallBytes) {
            if (length > small.length - smallBytes) {
                small = Arrays.copyOf(
                        small, Math.min(MAX_SMALL_BYTES, Math.max(2 * small.length, smallBytes + length)));
            }
            System.arraycopy(source, offset, small, smallBytes, length);
            smallBytes += length;
        } else {
            large.write(small, 0, smallBytes);
            smallBytes = 0;
            large.write(source, offset, length);
        }
    }

    boolean isEmpty() {
        return !overflown && size() == 0;
    }

    byte[] toBytes() throws JsonTooLargeException {
        if (overflown) {
            throw new JsonTooLargeException(maxBytes);
        }
        return large.size() == 0 ? Arrays.copyOf(small, smallBytes) : large.toByteArray();
    }

    void clear() {
        overflown = false;
        smallBytes = 0;
        if (large.size() > 0) {
            large.reset();
        }
    }

    private int size() {
        return smallBytes + large.size();
    }
}
