package uns.bridge.sparkplug;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import uns.bridge.json.JsonWriter;
import uns.bridge.sparkplug.proto.Payload;

/**
 * Collects the definitions of a birth, one metric at a time.
 *
 * <p>Weight is memory, told in definitions of usual size: what else takes memory counts as several. Beyond the greatest
 * weight nothing more is collected, as a birth so heavy is not kept.
 */
final class DefinitionsBuilder {

    /** About what a definition takes besides its name: a name so long weighs as much as another definition. */
    static final int BYTES_PER_WEIGHT = 64;

    private final SharedValues shared;
    private final int maxWeight;
    private final List<Definitions.Entry> entries = new ArrayList<>();
    private final Map<String, Definitions> templates = new HashMap<>();
    private int weight;

    DefinitionsBuilder(SharedValues shared, int maxWeight) {
        this.shared = shared;
        this.maxWeight = maxWeight;
    }

    /** Adds what a birth says of {@code metric}. Without a name there is nothing that could be added to DATA. */
    void add(Metric metric) {
        if (metric.name.isEmpty() || isTooHeavy()) {
            return;
        }
        String name = metric.name.toString();
        byte[] jsonName = JsonWriter.encoded(name);
        weight += weight(jsonName.length);
        Definitions members = metric.message.hasTemplateValue() ? members(metric.message.getTemplateValue()) : null;
        if (members != null && metric.message.getTemplateValue().getIsDefinition()) {
            templates.put(shared.text(name), members);
            return;
        }
        entries.add(new Definitions.Entry(
                jsonName,
                metric.has(Metric.ALIAS) ? metric.alias : null,
                metric.has(Metric.DATATYPE) ? metric.datatype : Definition.NO_DATATYPE,
                parts(metric.message, members)));
    }

    /** Whether there was more than was to be collected. */
    boolean isTooHeavy() {
        return weight > maxWeight;
    }

    Definitions build() {
        return entries.isEmpty() && templates.isEmpty()
                ? Definitions.EMPTY
                : new Definitions(entries, templates, weight, shared);
    }

    private Definitions members(Payload.Template template) {
        DefinitionsBuilder members = new DefinitionsBuilder(shared, maxWeight - weight);
        template.getMetricsList().forEach(member -> members.add(Metric.of(member)));
        weight += members.weight;
        return members.build();
    }

    private Definition.@Nullable Parts parts(Payload.Metric metric, @Nullable Definitions members) {
        PropertyTypes properties = null;
        if (metric.getProperties().getValuesCount() > 0) {
            properties = shared.types(PropertyTypes.of(metric.getProperties()));
            weight += properties.count();
        }
        if (members == null && properties == null) {
            return null;
        }
        String templateRef = members == null || !metric.getTemplateValue().hasTemplateRef()
                ? null
                : shared.text(metric.getTemplateValue().getTemplateRef());
        weight += templateRef == null ? 1 : weight(templateRef.length());
        return new Definition.Parts(members, templateRef, properties);
    }

    private static int weight(int length) {
        return 1 + length / BYTES_PER_WEIGHT;
    }
}
