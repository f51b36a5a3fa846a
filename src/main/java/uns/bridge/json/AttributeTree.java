package uns.bridge.json;

import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The attributes to be cut out of a JSON value, each a path of names, as a tree by name. Immutable once built. */
public final class AttributeTree {

    private final Map<String, AttributeTree> children = new HashMap<>();
    private boolean cut;

    private AttributeTree() {}

    /**
     * The tree of {@code paths}.
     *
     * @param paths names of attributes, nested ones joined by {@code .}
     */
    public static AttributeTree of(Collection<String> paths) {
        AttributeTree root = new AttributeTree();
        for (String path : paths) {
            AttributeTree node = root;
            int from = 0;
            for (int dot = path.indexOf('.'); dot >= 0; dot = path.indexOf('.', from)) {
                node = node.grow(path.substring(from, dot));
                from = dot + 1;
            }
            node.grow(path.substring(from)).cut = true;
        }
        return root;
    }

    private AttributeTree grow(String name) {
        return children.computeIfAbsent(name, absent -> new AttributeTree());
    }

    /** Whether the attribute {@code name} is to be cut with all it contains. */
    public boolean cuts(String name) {
        AttributeTree child = children.get(name);
        return child != null && child.cut;
    }

    /** What is to be cut below the attribute {@code name}, or null if that attribute stays as it is. */
    @Nullable AttributeTree child(String name) {
        return children.get(name);
    }

    /** Whether this attribute is to be cut with all it contains. */
    boolean isCut() {
        return cut;
    }
}
