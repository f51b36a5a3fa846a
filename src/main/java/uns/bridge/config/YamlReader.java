package uns.bridge.config;

import java.io.StringReader;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.NodeId;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.nodes.Tag;
import org.yaml.snakeyaml.resolver.Resolver;
import uns.bridge.config.Node.Entries;
import uns.bridge.config.Node.Items;
import uns.bridge.config.Node.Scalar;
import uns.bridge.config.Node.Scalar.Kind;

/**
 * Reads the YAML of one origin.
 *
 * <p>YAML is composed but no object is ever constructed from it, so a tag cannot name a class, every value keeps its text
 * and line, and duplicate keys are seen. Merge keys are resolved here, for SnakeYAML's composer would never come back from
 * a map that merges itself.
 */
final class YamlReader {

    /** Far beyond any configuration, far below what a few nested aliases can be blown up to. */
    private static final int MAX_NODES = 10_000;

    private static final int MAX_DEPTH = 50;

    /** Room for a chain of certificates; SnakeYAML itself would read megabytes for seconds. */
    private static final int MAX_CHARACTERS = 256 << 10;

    private static final Map<Tag, Kind> KINDS = Map.of(
            Tag.NULL, Kind.NULL,
            Tag.BOOL, Kind.BOOLEAN,
            Tag.INT, Kind.INTEGER,
            Tag.FLOAT, Kind.FLOAT,
            Tag.STR, Kind.TEXT,
            Tag.TIMESTAMP, Kind.TEXT);

    private final Origin origin;
    private final Problems problems;
    private int nodes;

    private YamlReader(Origin origin, Problems problems) {
        this.origin = origin;
        this.problems = problems;
    }

    /** The document, or null if there is none. */
    static @Nullable Node readDocument(String text, Origin origin, Problems problems) throws YamlSyntaxException {
        org.yaml.snakeyaml.nodes.Node root = compose(text, origin);
        return root == null ? null : new YamlReader(origin, problems).convert(root, 1);
    }

    /**
     * The value of a variable: a list, a map or a text in quotes is YAML.
     *
     * <p>Any other text is taken whole. As YAML, a password would end at {@code " #"} and could not begin with a
     * {@code !}, and whoever sets a variable does not expect that.
     */
    static Node readValue(String text, Origin origin, Problems problems) throws YamlSyntaxException {
        org.yaml.snakeyaml.nodes.Node root = null;
        try {
            root = compose(text, origin);
        } catch (YamlSyntaxException e) {
            if (text.stripLeading().matches("(?s)[\\[{\"'].*")) {
                throw e;
            }
        }
        boolean plain = !(root instanceof MappingNode || root instanceof SequenceNode)
                && !(root instanceof ScalarNode scalar && !scalar.isPlain());
        if (root == null || plain) {
            Tag tag = new Resolver().resolve(NodeId.scalar, text.strip(), true);
            return new Scalar(KINDS.getOrDefault(tag, Kind.TEXT), text.strip(), origin);
        }
        return new YamlReader(origin, problems).convert(root, 1);
    }

    private static org.yaml.snakeyaml.nodes.@Nullable Node compose(String text, Origin origin)
            throws YamlSyntaxException {
        LoaderOptions options = new LoaderOptions();
        options.setCodePointLimit(MAX_CHARACTERS);
        try {
            return new Yaml(new SafeConstructor(options)).compose(new StringReader(text));
        } catch (RuntimeException e) {
            throw YamlSyntaxException.of(e, origin);
        }
    }

    private Node convert(org.yaml.snakeyaml.nodes.Node node, int depth) throws YamlSyntaxException {
        Origin here = origin.atLine(node.getStartMark().getLine() + 1);
        nodes++;
        if (nodes > MAX_NODES || depth > MAX_DEPTH) {
            throw new YamlSyntaxException("the aliases or the nesting blow this up beyond any configuration", here);
        }
        if (node instanceof MappingNode mapping && mapping.getTag().equals(Tag.MAP)) {
            return entries(mapping, here, depth);
        }
        if (node instanceof SequenceNode sequence && sequence.getTag().equals(Tag.SEQ)) {
            List<Node> items = new ArrayList<>();
            for (org.yaml.snakeyaml.nodes.Node item : sequence.getValue()) {
                items.add(convert(item, depth + 1));
            }
            return new Items(items, here);
        }
        Kind kind = KINDS.get(node.getTag());
        if (node instanceof ScalarNode scalar && kind != null) {
            return new Scalar(kind, scalar.getValue(), here);
        }
        throw new YamlSyntaxException(YamlSyntaxException.UNSUPPORTED_TAG, here);
    }

    private Node entries(MappingNode mapping, Origin here, int depth) throws YamlSyntaxException {
        Map<String, Node> entries = new LinkedHashMap<>();
        List<Node> merged = new ArrayList<>();
        for (NodeTuple tuple : mapping.getValue()) {
            Origin keyOrigin = origin.atLine(tuple.getKeyNode().getStartMark().getLine() + 1);
            if (!(tuple.getKeyNode() instanceof ScalarNode key)) {
                throw new YamlSyntaxException("a key must be a text", keyOrigin);
            }
            Node value = convert(tuple.getValueNode(), depth + 1);
            if (key.getTag().equals(Tag.MERGE)) {
                merged.addAll(value instanceof Items list ? list.items() : List.of(value));
                continue;
            }
            Node first = entries.putIfAbsent(key.getValue(), value);
            if (first != null) {
                int firstLine = first.origin().line();
                String shown = keyOrigin.shown(key.getValue());
                problems.add(shown, "written twice in one map, first at line " + firstLine, keyOrigin);
            }
        }
        for (Node source : merged) {
            if (!(source instanceof Entries map)) {
                throw new YamlSyntaxException("'<<' takes a map, or a list of maps", here);
            }
            map.entries().forEach(entries::putIfAbsent);
        }
        return new Entries(entries, here);
    }
}
