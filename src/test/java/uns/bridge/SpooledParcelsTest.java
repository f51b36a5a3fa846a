package uns.bridge;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import uns.bridge.delivery.Books;
import uns.bridge.delivery.DeliveryTracker;
import uns.bridge.delivery.Drop;
import uns.bridge.health.Health;
import uns.bridge.message.OutboundRecord;
import uns.bridge.spool.Spool;
import uns.bridge.spool.SpoolEntry;
import uns.bridge.spool.SpoolSettings;

class SpooledParcelsTest {

    private static final int PARCELS = 4;
    private static final OutboundRecord RECORD = new OutboundRecord("t", new byte[0], null, 0, List.of());
    private static final SpoolEntry ENTRY = new SpoolEntry(false, null, List.of(RECORD));

    @TempDir
    private Path folder;

    private final DeliveryTracker tracker = new DeliveryTracker(1_000, 1 << 20);
    private final SpooledParcels spooled =
            new SpooledParcels(tracker, new DiskCondition(new Health(), System::nanoTime));
    private final Parcel[] parcels = new Parcel[PARCELS];
    private SpoolSettings settings;
    private Spool spool;

    @BeforeEach
    void sendAllThatIsInTheSpool() throws IOException {
        settings = new SpoolSettings(folder, 1 << 20, null, Duration.ofSeconds(5), true);
        spool = Spool.open(folder, settings, new SpoolLosses(tracker), System::currentTimeMillis);
        spool.append(Collections.nCopies(PARCELS, ENTRY), true);
        tracker.restore(PARCELS);
        for (int i = 0; i < PARCELS; i++) {
            parcels[i] = new Parcel(RECORD, null, 1, false, i + 1, 1_000 + i);
            spooled.add(parcels[i]);
        }
    }

    @AfterEach
    void close() {
        spool.close();
        assertThat(tracker.books().balance()).isTrue();
    }

    @Test
    void shouldCountWhatIsDoneAndForgetOnlyWhatStandsBeforeAllThatIsNot() throws IOException {
        done(1, 1, 4);
        assertThat(spooled.oldestMs()).isEqualTo(1_000);
        done(2, 2, 4);
        done(0, 3, 1);
        assertThat(spooled.oldestMs()).isEqualTo(1_003);
        done(3, 4, 0);
        assertThat(spooled.oldestMs()).isZero();
    }

    @Test
    void shouldForgetNothingThatWasReadAndIsNotHereYet() throws IOException {
        spooled.beginReading();
        spool.append(List.of(ENTRY), true);
        for (int i = 0; i < PARCELS - 1; i++) {
            done(i, i + 1, PARCELS - i);
        }
        done(PARCELS - 1, PARCELS, 1);
        spooled.hasAllRead();
        spooled.commit(spool);
        assertThat(spool.size()).isZero();
    }

    @Test
    void shouldHaveCountedAtTheNextStartWhatNeitherKafkaNorTheDiskHas() throws IOException {
        spooled.beginReading();
        spool.append(Collections.nCopies(2, ENTRY), true);
        byte[] large = new byte[100_000];
        new Random(1).nextBytes(large);
        OutboundRecord record = new OutboundRecord("t", new byte[0], large, 0, List.of());
        for (int i = 0; i < 12; i++) { // More than it may have.
            spool.append(List.of(new SpoolEntry(false, null, List.of(record))), false);
        }
        parcels[2].complete(false);
        spooled.commit(spool);

        assertThat(nextStart().books().drops())
                .as("three of those here, and two on their way here")
                .isEqualTo(Map.of(Drop.SPOOL_FULL, 5L));
        assertThat(nextStart().books().drops()).as("counted once").isEmpty();
    }

    /** The books of a process that begins now. */
    private DeliveryTracker nextStart() throws IOException {
        spool.close();
        DeliveryTracker next = new DeliveryTracker(1, 1);
        spool = Spool.open(folder, settings, new SpoolLosses(next), System::currentTimeMillis);
        assertThat(next.books().balance()).isTrue();
        return next;
    }

    /** Kafka has the one at {@code index}: then it has {@code delivered}, and {@code left} are in the spool. */
    private void done(int index, int delivered, int left) throws IOException {
        parcels[index].complete(false);
        spooled.commit(spool);
        assertThat(tracker.books())
                .isEqualTo(new Books(0, PARCELS, delivered, 0, 0, Map.of(), 0, PARCELS - (long) delivered));
        assertThat(spool.size()).isEqualTo(left);
    }
}
