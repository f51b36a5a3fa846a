package uns.bridge.pipeline;

import org.jspecify.annotations.Nullable;
import uns.bridge.message.OutboundRecord;

/** What becomes of a message. */
public sealed interface Outcome {

    /** It becomes this record. */
    record Forward(OutboundRecord record) implements Outcome {}

    /**
     * It can never become a record.
     *
     * @param reason why, for the operator; without payload content
     * @param cause the exception that told so, if one did
     */
    record Reject(String reason, @Nullable Exception cause) implements Outcome {}
}
