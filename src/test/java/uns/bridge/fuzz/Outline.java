package uns.bridge.fuzz;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * A payload from outside: its fields, but nothing of what is within its metrics (Sparkplug 3.0, 6.4.5).
 *
 * @param metrics how many metrics it has
 * @param compressed whether it says that its body is another payload
 */
record Outline(int metrics, boolean compressed) {

    private static final int METRIC = 2 << 3 | 2;
    private static final int UUID = 4 << 3 | 2;

    /** The outline of {@code payload}, or null if it is no protobuf. */
    static @Nullable Outline of(byte[] payload) {
        CodedInputStream in = CodedInputStream.newInstance(payload);
        int metrics = 0;
        ByteString uuid = ByteString.EMPTY;
        try {
            for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
                if (tag == UUID) {
                    uuid = in.readBytes();
                } else if (!in.skipField(tag)) {
                    return null;
                } else if (tag == METRIC) {
                    metrics++;
                }
            }
        } catch (IOException e) {
            return null;
        }
        return new Outline(metrics, uuid.equals(ByteString.copyFromUtf8("SPBV1.0_COMPRESSED")));
    }
}
