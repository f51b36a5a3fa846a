package uns.bridge.json;

import com.fasterxml.jackson.core.io.SerializedString;

/** The name of a member that is written often: encoded only once. */
public final class MemberName {

    private final SerializedString encoded;

    public MemberName(String name) {
        this.encoded = new SerializedString(name);
        encoded.asQuotedUTF8(); // Once, here, so that it may go from thread to thread.
    }

    SerializedString encoded() {
        return encoded;
    }
}
