package uns.bridge.store;

import java.nio.ByteBuffer;
import org.h2.mvstore.DataUtils;
import org.h2.mvstore.WriteBuffer;
import org.h2.mvstore.type.BasicDataType;

/** Bytes with their length. MVStore's own type takes the memory for any length, though a damaged file may say what it likes. */
final class BytesType extends BasicDataType<byte[]> {

    @Override
    public int getMemory(byte[] value) {
        return value.length;
    }

    @Override
    public void write(WriteBuffer target, byte[] value) {
        target.putVarInt(value.length);
        target.put(value);
    }

    @Override
    public byte[] read(ByteBuffer source) {
        int length = DataUtils.readVarInt(source);
        if (length < 0 || length > source.remaining()) {
            throw new IllegalArgumentException("a value of " + length + " bytes where " + source.remaining() + " are");
        }
        byte[] value = new byte[length];
        source.get(value);
        return value;
    }

    @Override
    public byte[][] createStorage(int size) {
        return new byte[size][];
    }
}
