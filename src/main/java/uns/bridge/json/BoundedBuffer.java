package uns.bridge.json;

import com.fasterxml.jackson.core.util.ByteArrayBuilder;
import java.io.OutputStream;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

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

    /** All there is if it came at once, as most values do: it is copied only once. */
    private byte @Nullable [] piece;

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
        } else if (isEmpty()) {
            piece = Arrays.copyOfRange(source, offset, offset + length);
        } else {
            if (piece != null) {
                bytes.write(piece, 0, piece.length);
                piece = null;
            }
            bytes.write(source, offset, length);
        }
    }

    boolean isEmpty() {
        return !overflown && size() == 0;
    }

    byte[] toBytes() throws JsonTooLargeException {
        if (overflown) {
            throw new JsonTooLargeException(maxBytes);
        }
        return piece == null ? bytes.toByteArray() : piece;
    }

    void clear() {
        overflown = false;
        piece = null;
        bytes.reset();
    }

    private int size() {
        return piece == null ? bytes.size() : piece.length;
    }
}
