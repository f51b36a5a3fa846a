package uns.bridge.store;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import org.h2.mvstore.WriteBuffer;
import org.h2.mvstore.type.BasicDataType;

/** Names, which are read as carefully as {@link BytesType}. */
final class NameType extends BasicDataType<String> {

    /** Far beyond the keys that MVStore puts into one page. */
    private static final int MAX_KEYS_PER_PAGE = 1 << 16;

    private final BytesType bytes = new BytesType();

    @Override
    public int getMemory(String name) {
        return 24 + 2 * name.length();
    }

    @Override
    public int compare(String a, String b) {
        return a.compareTo(b);
    }

    @Override
    public void write(WriteBuffer target, String name) {
        bytes.write(target, name.getBytes(UTF_8));
    }

    @Override
    public String read(ByteBuffer source) {
        return new String(bytes.read(source), UTF_8);
    }

    @Override
    public String[] createStorage(int size) {
        if (size < 0 || size > MAX_KEYS_PER_PAGE) {
            throw new IllegalArgumentException("a page of " + size + " names");
        }
        return new String[size];
    }
}
