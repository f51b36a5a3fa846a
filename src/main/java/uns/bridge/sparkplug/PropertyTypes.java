package uns.bridge.sparkplug;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import uns.bridge.sparkplug.proto.Payload;

/**
 * The types of the properties of a metric (Sparkplug 3.0, 6.4.8), by their keys.
 *
 * @param types the type of each property
 * @param nested the types within the properties that are property sets, or lists of them, whose sets are taken together
 */
record PropertyTypes(Map<String, Integer> types, Map<String, PropertyTypes> nested) {

    PropertyTypes {
        types = Map.copyOf(types);
        nested = Map.copyOf(nested);
    }

    static PropertyTypes of(Payload.PropertySet set) {
        return of(Set.of(set));
    }

    private static PropertyTypes of(Iterable<Payload.PropertySet> sets) {
        Map<String, Integer> types = new HashMap<>();
        Map<String, PropertyTypes> nested = new HashMap<>();
        for (Payload.PropertySet set : sets) {
            for (int i = 0; i < Math.min(set.getKeysCount(), set.getValuesCount()); i++) {
                Payload.PropertyValue value = set.getValues(i);
                if (value.hasType()) {
                    types.put(set.getKeys(i), value.getType());
                }
                if (value.hasPropertysetValue()) {
                    nested.put(set.getKeys(i), of(value.getPropertysetValue()));
                } else if (value.hasPropertysetsValue()) {
                    nested.put(set.getKeys(i), of(value.getPropertysetsValue().getPropertysetList()));
                }
            }
        }
        return new PropertyTypes(types, nested);
    }

    /** The type of the property {@code key}, or null if none is known. */
    @Nullable Integer type(String key) {
        return types.get(key);
    }

    /** The types within the property {@code key}, or null if none are known. */
    @Nullable PropertyTypes within(String key) {
        return nested.get(key);
    }

    /** How many types these are, at all levels; a long key counts as several. */
    int count() {
        int count = 0;
        for (String key : types.keySet()) {
            count += weight(key);
        }
        for (Map.Entry<String, PropertyTypes> within : nested.entrySet()) {
            count += weight(within.getKey()) + within.getValue().count();
        }
        return count;
    }

    private static int weight(String key) {
        return 1 + key.length() / DefinitionsBuilder.BYTES_PER_WEIGHT;
    }
}
