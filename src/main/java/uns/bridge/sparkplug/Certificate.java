package uns.bridge.sparkplug;

import org.jspecify.annotations.Nullable;
import uns.bridge.sparkplug.proto.Payload.Metric.ValueCase;

/** What a birth or death certificate says, collected one metric at a time and kept only once all of it was read. */
final class Certificate {

    /** The metric that tells which death belongs to which birth (Sparkplug 3.0, tck-id-payloads-nbirth-bdseq). */
    static final String BD_SEQ = "bdSeq";

    private final @Nullable DefinitionsBuilder definitions;
    private final @Nullable Definitions known;
    private @Nullable Long bdSeq;

    /** A birth certificate. */
    Certificate(DefinitionsBuilder definitions) {
        this.definitions = definitions;
        this.known = null;
    }

    /** A death certificate; its metric may have but the alias that the birth certificate gave it. */
    Certificate(@Nullable Definitions known) {
        this.definitions = null;
        this.known = known;
    }

    void add(Metric metric) {
        if (definitions != null) {
            definitions.add(metric);
        }
        if (isBdSeq(metric)) {
            if (metric.valueCase == ValueCase.INT_VALUE || metric.valueCase == ValueCase.LONG_VALUE) {
                bdSeq = metric.integer;
            }
        }
    }

    /** The definitions of a birth, or null if they are too many to be kept. */
    @Nullable Definitions definitions() {
        return definitions == null || definitions.isTooHeavy() ? null : definitions.build();
    }

    /** The birth sequence number, or null if there is none. */
    @Nullable Long bdSeq() {
        return bdSeq;
    }

    private boolean isBdSeq(Metric metric) {
        if (!metric.name.isEmpty()) {
            return metric.name.toString().equals(BD_SEQ);
        }
        Definition definition = known == null ? null : known.find(metric);
        return definition != null && definition.name().equals(BD_SEQ);
    }
}
