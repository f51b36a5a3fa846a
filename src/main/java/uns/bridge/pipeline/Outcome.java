package uns.bridge.pipeline;

import java.util.List;
import org.jspecify.annotations.Nullable;
import uns.bridge.message.OutboundRecord;

/** What becomes of a message. */
public sealed interface Outcome {

    /** It becomes these records, one at least, to be written in their order. */
    record Forward(List<OutboundRecord> records) implements Outcome {}

    /** It has told the bridge something, and becomes no record. */
    record Skip() implements Outcome {}

    /**
     * It can never become a record.
     *
     * @param reason why, for the operator; without payload content
     * @param cause the exception that told so, if one did
     */
    record Reject(String reason, @Nullable Exception cause) implements Outcome {}
}
