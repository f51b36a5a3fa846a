package uns.bridge.sparkplug;

import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import uns.bridge.sparkplug.proto.Payload;

/**
 * Makes the payload of a birth from what is kept of it: names, aliases and types, and no value but that of bdSeq. Read as any
 * other birth it gives the same again.
 */
final class BirthPayload {

    /** The datatype of a template (6.4.16). */
    private static final int TEMPLATE = 19;

    private BirthPayload() {}

    /** The payload of a life, which has no metrics but perhaps bdSeq if the life is over. */
    static byte[] of(Life life) {
        Payload.Builder payload = Payload.newBuilder().setTimestamp(life.timestamp());
        Long bdSeq = life.bdSeq();
        Definitions definitions = life.definitions();
        if (definitions != null) {
            for (Definition definition : definitions.all()) {
                Payload.Metric.Builder metric = metric(definition);
                if (bdSeq != null && definition.name().equals(Certificate.BD_SEQ)) {
                    metric.setLongValue(bdSeq);
                    bdSeq = null;
                }
                payload.addMetrics(metric);
            }
            definitions.templates().forEach((name, members) -> payload.addMetrics(template(name, members)));
        }
        if (bdSeq != null) {
            payload.addMetrics(
                    Payload.Metric.newBuilder().setName(Certificate.BD_SEQ).setLongValue(bdSeq));
        }
        return payload.build().toByteArray();
    }

    private static Payload.Metric.Builder metric(Definition definition) {
        Payload.Metric.Builder metric = Payload.Metric.newBuilder().setName(definition.name());
        Long alias = definition.alias();
        if (alias != null) {
            metric.setAlias(alias);
        }
        if (definition.datatype() != Definition.NO_DATATYPE) {
            metric.setDatatype(definition.datatype());
        }
        if (definition.properties() != null) {
            metric.setProperties(properties(definition.properties()));
        }
        if (definition.members() != null) {
            metric.setTemplateValue(members(definition.members(), definition.templateRef()));
        }
        return metric;
    }

    private static Payload.Metric.Builder template(String name, Definitions members) {
        return Payload.Metric.newBuilder()
                .setName(name)
                .setDatatype(TEMPLATE)
                .setTemplateValue(members(members, null).setIsDefinition(true));
    }

    private static Payload.Template.Builder members(Definitions members, @Nullable String templateRef) {
        Payload.Template.Builder template = Payload.Template.newBuilder();
        if (templateRef != null) {
            template.setTemplateRef(templateRef);
        }
        for (Definition member : members.all()) {
            template.addMetrics(metric(member));
        }
        members.templates().forEach((name, its) -> template.addMetrics(template(name, its)));
        return template;
    }

    private static Payload.PropertySet.Builder properties(PropertyTypes types) {
        Set<String> keys = new TreeSet<>(types.types().keySet());
        keys.addAll(types.nested().keySet());
        Payload.PropertySet.Builder set = Payload.PropertySet.newBuilder();
        for (String key : keys) {
            Payload.PropertyValue.Builder value = Payload.PropertyValue.newBuilder();
            Integer type = types.type(key);
            if (type != null) {
                value.setType(type);
            }
            PropertyTypes within = types.within(key);
            if (within != null) {
                value.setPropertysetValue(properties(within));
            }
            set.addKeys(key).addValues(value);
        }
        return set;
    }
}
