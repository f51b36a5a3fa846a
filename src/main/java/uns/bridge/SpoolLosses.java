package uns.bridge;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import uns.bridge.delivery.DeliveryTracker;
import uns.bridge.delivery.Drop;
import uns.bridge.health.LimitedLog;
import uns.bridge.spool.Spool;

/** Counts and tells what the spool had to give up. */
final class SpoolLosses implements Spool.Losses {

    private static final Logger LOG = LoggerFactory.getLogger(SpoolLosses.class);

    private final DeliveryTracker tracker;
    private final LimitedLog losses = new LimitedLog();

    SpoolLosses(DeliveryTracker tracker) {
        this.tracker = tracker;
    }

    @Override
    public void expired(long messages) {
        lost(Drop.EXPIRED, messages, "were in the spool for longer than spool.max_age");
    }

    @Override
    public void displaced(long messages) {
        lost(Drop.SPOOL_FULL, messages, "had to give way to later ones in the full spool");
    }

    @Override
    public void abandoned(long messages) {
        tracker.restore(messages);
        lost(
                Drop.SPOOL_FULL,
                messages,
                "had to give way to later ones in the full spool of an earlier run, and Kafka had not confirmed them when it ended");
    }

    @Override
    public void damaged(long messages, String why) {
        lost(Drop.DAMAGED, messages, "could not be read from the spool: " + why);
    }

    private void lost(Drop why, long messages, String text) {
        tracker.drop(why, messages);
        losses.log(suppressed -> LOG.error(
                "Lost: {} messages {}; the summary has the sum{}", messages, text, LimitedLog.others(suppressed)));
    }
}
