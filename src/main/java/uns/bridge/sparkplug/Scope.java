package uns.bridge.sparkplug;

import org.jspecify.annotations.Nullable;
import uns.bridge.sparkplug.proto.Payload;

/**
 * Where the metrics of a DATA message, or the members of a template in it, find their definitions: first in one place,
 * then in another.
 */
final class Scope {

    /** What Eclipse Tahu and others put before the name of a definition, and leave out of {@code template_ref}. */
    private static final String TYPES = "_types_/";

    /** Where no birth is known. */
    static final Scope NO_BIRTH = new Scope(null, null);

    private final @Nullable Definitions first;
    private final @Nullable Definitions second;

    /** Where the templates are defined: the scope of the message. */
    private final Scope message;

    /** The scope of a message: the births of its device and of its edge node. */
    Scope(@Nullable Definitions first, @Nullable Definitions second) {
        this.first = first;
        this.second = second;
        this.message = this;
    }

    private Scope(@Nullable Definitions first, @Nullable Definitions second, Scope message) {
        this.first = first;
        this.second = second;
        this.message = message;
    }

    /** The definition of {@code metric}, or null if none is known. */
    @Nullable Definition find(Metric metric) {
        Definition definition = first == null ? null : first.find(metric);
        return definition != null || second == null ? definition : second.find(metric);
    }

    /**
     * The scope of the members of {@code template}: its instance in the birth, which has all members, then the definition
     * that it refers to.
     *
     * @param definition the definition of the metric whose value it is, or null if none is known
     */
    Scope members(@Nullable Definition definition, Payload.Template template) {
        String ref = null;
        if (template.hasTemplateRef()) {
            ref = template.getTemplateRef();
        } else if (definition != null) {
            ref = definition.templateRef();
        }
        return new Scope(
                definition == null ? null : definition.members(), ref == null ? null : message.template(ref), message);
    }

    private @Nullable Definitions template(String ref) {
        Definitions template = defined(ref);
        return template == null ? defined(TYPES + ref) : template;
    }

    private @Nullable Definitions defined(String name) {
        Definitions template = first == null ? null : first.template(name);
        return template != null || second == null ? template : second.template(name);
    }
}
