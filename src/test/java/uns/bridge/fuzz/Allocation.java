package uns.bridge.fuzz;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;

/** How much memory this thread allocates for a payload. It is a small multiple of the payload, or it is a mistake. */
final class Allocation {

    /** An empty metric takes two bytes of a payload; the JSON may take 48 times its bytes, and is held twice at the end. */
    private static final long MAX_PER_BYTE = 400;

    /** What buffers take at first, and a few exceptions. */
    private static final long MAX_BESIDES = 4 << 20;

    private static final int MAX_RUNS = 20;

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private final long before = THREADS.getCurrentThreadAllocatedBytes();

    /**
     * Runs {@code check}, some times more if too much was allocated: what is the first of its kind loads classes, too, and
     * the next run comes further.
     */
    static void settled(Check check) throws IOException {
        for (int i = 1; i < MAX_RUNS; i++) {
            try {
                check.run();
                return;
            } catch (Excess e) {
                // Once more.
            }
        }
        check.run();
    }

    /** Fails if more was allocated since this was created than {@code bytes} of payload may need. */
    void check(long bytes) {
        long allocated = THREADS.getCurrentThreadAllocatedBytes() - before;
        if (allocated > MAX_BESIDES + MAX_PER_BYTE * bytes) {
            throw new Excess(allocated + " bytes are allocated for " + bytes);
        }
    }

    /** Something that is checked. */
    interface Check {
        void run() throws IOException;
    }

    private static final class Excess extends AssertionError {

        private static final long serialVersionUID = 1;

        Excess(String message) {
            super(message);
        }
    }
}
