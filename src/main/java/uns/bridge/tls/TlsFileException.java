package uns.bridge.tls;

import java.io.IOException;

/** A file of the TLS settings cannot be used; the message names it and says why, without any secret. */
public final class TlsFileException extends IOException {

    private static final long serialVersionUID = 1L;

    private final String setting;

    /** Without a cause: the messages of parsers quote what they failed on. */
    TlsFileException(String setting, String message) {
        super(message);
        this.setting = setting;
    }

    /** The key of the setting that is to blame. */
    public String setting() {
        return setting;
    }
}
