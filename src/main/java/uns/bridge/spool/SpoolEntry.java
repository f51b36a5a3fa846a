package uns.bridge.spool;

import java.util.List;
import org.jspecify.annotations.Nullable;
import uns.bridge.message.OutboundRecord;

/**
 * One message in the spool: what of it Kafka does not have yet.
 *
 * @param deadLetter whether its one record is its dead letter
 * @param original what a dead letter is to be made of if Kafka refuses a record; null if the one record has all of it
 * @param records at least one, in their order
 */
public record SpoolEntry(boolean deadLetter, @Nullable OutboundRecord original, List<OutboundRecord> records) {}
