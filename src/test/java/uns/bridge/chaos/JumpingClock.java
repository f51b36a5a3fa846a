package uns.bridge.chaos;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** A system clock for one process, set anew while it runs, where libfaketime is installed. Other clocks go on as they are. */
final class JumpingClock {

    private final Path library;
    private final Path offset;

    private JumpingClock(Path library) {
        this.library = library;
        try {
            offset = Files.createTempFile("clock", "");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        set(Duration.ZERO);
    }

    static Optional<JumpingClock> find() {
        return Stream.of("x86_64-linux-gnu/faketime", "aarch64-linux-gnu/faketime", "faketime")
                .map(folder -> Path.of("/usr/lib", folder, "libfaketimeMT.so.1"))
                .filter(Files::exists)
                .findFirst()
                .map(JumpingClock::new);
    }

    /** What the process needs. */
    Map<String, String> environment() {
        return Map.of(
                "LD_PRELOAD", library.toString(),
                "FAKETIME_TIMESTAMP_FILE", offset.toString(),
                "FAKETIME_NO_CACHE", "1",
                "FAKETIME_DONT_FAKE_MONOTONIC", "1",
                // Otherwise every timed wait of a JVM returns at once.
                "FAKETIME_FORCE_MONOTONIC_FIX", "0");
    }

    /** Sets it to the true time and {@code ahead}, which may be negative. */
    void set(Duration ahead) {
        try {
            Files.writeString(offset, "%+d\n".formatted(ahead.toSeconds()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
