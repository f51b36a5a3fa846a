package uns.bridge.testbed;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import uns.bridge.store.StateStore;

/** The births that a running bridge has committed: what would be there if it were killed now. */
public final class KeptBirths {

    private KeptBirths() {}

    /** Their topics. A copy taken in the middle of a commit has none. */
    public static Set<String> in(Path stateDir) throws IOException {
        Path file = stateDir.resolve("births.db");
        if (!Files.exists(file)) {
            return Set.of();
        }
        Path copy = Files.createTempDirectory(stateDir, "copy").resolve("births.db");
        Files.copy(file, copy);
        StateStore.Opened opened = StateStore.open(copy);
        opened.store().close();
        return opened.values().keySet();
    }
}
